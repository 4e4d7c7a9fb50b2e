// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Prints what the importer makes of a model. With --evaluate, inputs given as
// constants are computed with, whatever the size: then the program consists of
// the results, which are written as .npy files when --output names a folder.

#include "compiler/import/Import.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;
namespace vt = mlir::veltair;

static cl::opt<std::string> model(cl::Positional, cl::Required);
static cl::list<std::string> shapes("shape"), dims("dim"),
    constants("constant-input");
static cl::opt<bool> evaluate("evaluate"), check("check");
static cl::opt<std::string> output("output");

/// Writes the outputs of the only program, which must all be constant.
static bool writeOutputs(mlir::ModuleOp module) {
  auto op = *module.getOps<vt::ModelOp>().begin();
  auto program = *op.getBody().getOps<vt::ProgramOp>().begin();
  unsigned number = 0;
  for (mlir::Value value : program.getReturn().getOutputs()) {
    mlir::ElementsAttr attribute = vt::onnx::constantElements(value);
    vt::onnx::ElementBytes bytes(attribute);
    if (!bytes) {
      errs() << "output " << number << " was not evaluated\n";
      return false;
    }
    std::error_code error;
    raw_fd_ostream file(output + "/" + std::to_string(number++) + ".bin",
                        error);
    file << value.getType() << "\n"
         << StringRef(bytes.get().data(), bytes.get().size());
  }
  return true;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Imports an ONNX model\n");
  vt::ImportOptions options;
  for (const std::string &text : shapes)
    options.shapes.push_back(*vt::parseShapeOption(text));
  for (const std::string &text : dims)
    options.dimensions.push_back(*vt::parseDimensionOption(text));
  for (const std::string &text : constants)
    options.constantInputs.push_back(*vt::parseConstantInputOption(text));
  if (evaluate)
    options.maxFoldedElements = 1 << 24;
  mlir::MLIRContext context;
  if (check) {
    std::vector<vt::ImportProblem> problems =
        vt::checkOnnx(model, options, context);
    for (const vt::ImportProblem &problem : problems)
      outs() << problem.message << "\n";
    return problems.empty() ? 0 : 1;
  }
  auto module = vt::importOnnx(model, options, context);
  if (failed(module))
    return 1;
  if (!output.empty())
    return writeOutputs(**module) ? 0 : 1;
  mlir::OpPrintingFlags flags;
  flags.elideLargeResourceString(16);
  (*module)->print(outs(), flags);
  return 0;
}
