// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: package-mlir INPUT.mlir -o OUTPUT [options]
// Makes an artifact (or prints LLVM IR or assembly) from a compiled module
// written by hand: tests of the back end and of packaging need no model.

#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/codegen/backend/OutputFile.h"
#include "compiler/package/Package.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace mlir::veltair;
namespace cl = llvm::cl;

static cl::opt<std::string> input(cl::Positional, cl::Required);
static cl::opt<std::string> output("o", cl::init("-"));
static cl::opt<std::string> emit("emit", cl::init("so"),
                                 cl::desc("llvm, asm, obj or so"));
static cl::opt<std::string> weights("weights", cl::init("embed"),
                                    cl::desc("embed or file"));
static cl::opt<std::string> name("name", cl::desc("rename the model"));
static cl::opt<std::string> header("header");
static cl::opt<std::string> report("report");
static cl::opt<std::string> cacheFolder("cache");
static cl::opt<unsigned> jobs("j", cl::init(1));

static LogicalResult run(ModuleOp module) {
  if (emit == "llvm" || emit == "asm") {
    auto kernels = getKernelModules(module);
    return emit == "llvm" ? emitLlvm(kernels, llvm::outs())
                          : emitAssembly(kernels, llvm::outs());
  }
  if (!name.empty())
    for (ModelOp model : module.getOps<ModelOp>())
      model.setSymName(name);
  PackageOptions options;
  options.output = output;
  options.kind =
      emit == "so" ? ArtifactKind::SharedObject : ArtifactKind::Object;
  options.embedWeights = weights == "embed";
  options.header = header;
  options.report = report;
  std::optional<ObjectCache> cache;
  if (!cacheFolder.empty())
    cache = llvm::cantFail(ObjectCache::open(cacheFolder));
  options.cache = cache ? &*cache : nullptr;
  return packageModel(module, options);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv);
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, LLVM::LLVMDialect, VeltairDialect>();
  registerBackendTranslations(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  llvm::DefaultThreadPool pool(llvm::hardware_concurrency(jobs));
  if (jobs > 1)
    context.setThreadPool(pool);
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler diagnostics(sources, &context);
  OwningOpRef<ModuleOp> module =
      parseSourceFile<ModuleOp>(input, sources, &context);
  return !module || failed(run(*module));
}
