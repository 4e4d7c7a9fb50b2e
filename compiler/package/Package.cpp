// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Package.h"
#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/codegen/backend/OutputFile.h"
#include "compiler/package/Artifact.h"
#include "compiler/package/FillSection.h"
#include "compiler/package/Header.h"
#include "compiler/package/Linker.h"
#include "compiler/package/Report.h"
#include "compiler/package/Tables.h"
#include "compiler/package/WeightObject.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include <optional>

using namespace mlir;
using namespace mlir::veltair;

/// Entry.c as an object file.
static const unsigned char entryObject[] = {
#include "compiler/package/Entry.o.inc"
};

namespace {
/// The files of one artifact on their way.
class Packager {
public:
  Packager(ModuleOp module, const PackageOptions &options)
      : module(module), options(options), code(options.output),
        weights(options.embedWeights ? options.output : getWeightsPath()),
        linked(options.output) {}

  LogicalResult run();

private:
  LogicalResult compileCode(const Artifact &artifact,
                            ArrayRef<ModuleOp> kernels);
  FailureOr<Artifact> writeWeights(ModelOp model, ArrayRef<ModuleOp> kernels);
  LogicalResult link(const Artifact &artifact);
  LogicalResult writeTexts(const Artifact &artifact);
  LogicalResult report(llvm::Error error) {
    if (!error)
      return success();
    return module.emitError(llvm::toString(std::move(error)));
  }
  bool isShared() const { return options.kind == ArtifactKind::SharedObject; }
  std::string getWeightsPath() const { return options.output + ".weights"; }

  ModuleOp module;
  const PackageOptions &options;
  TemporaryFile code, weights, linked;
};
} // namespace

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

FailureOr<Artifact> Packager::writeWeights(ModelOp model,
                                           ArrayRef<ModuleOp> kernels) {
  FailureOr<Artifact> artifact = failure();
  llvm::Error error =
      writeOutputFile(weights.getPath(), [&](llvm::raw_fd_ostream &os) {
        std::optional<WeightObjectWriter> object;
        if (options.embedWeights && !isShared())
          object.emplace(os, weightsSymbol);
        WeightWriter writer(os);
        artifact = collectArtifact(model, kernels, writer);
        if (object)
          object->finish();
        return llvm::Error::success();
      });
  if (failed(report(std::move(error))) || failed(artifact))
    return failure();
  if (!options.embedWeights && artifact->fields.weights_size)
    artifact->weightsFile = llvm::sys::path::filename(getWeightsPath());
  return artifact;
}

LogicalResult Packager::compileCode(const Artifact &artifact,
                                    ArrayRef<ModuleOp> kernels) {
  CompileOptions compileOptions;
  compileOptions.cache = options.cache;
  size_t done = 0;
  if (options.onProgress)
    compileOptions.onModuleCompiled = [&] {
      options.onProgress(++done, kernels.size());
    };
  SmallVector<std::unique_ptr<llvm::MemoryBuffer>> objects;
  if (failed(compileToObjects(kernels, compileOptions, objects)))
    return failure();

  SmallVector<char> tables;
  makeTablesObject(artifact, isShared(), tables);
  SmallVector<llvm::NewArchiveMember> members;
  auto addMember = [&](StringRef bytes, StringRef name) {
    members.emplace_back(llvm::MemoryBufferRef(bytes, name));
  };
  for (const auto &object : objects)
    addMember(object->getBuffer(), "kernels.o");
  addMember(StringRef(tables.data(), tables.size()), "tables.o");
  addMember(StringRef(reinterpret_cast<const char *>(entryObject),
                      sizeof entryObject),
            "entry.o");
  return report(llvm::writeArchive(
      code.getPath(), members, llvm::SymtabWritingMode::NoSymtab,
      llvm::object::Archive::K_GNU, /*Deterministic=*/true,
      /*Thin=*/false));
}

LogicalResult Packager::link(const Artifact &artifact) {
  SmallVector<std::string> inputs = {code.getPath()};
  bool embed = options.embedWeights && artifact.fields.weights_size;
  unsigned threads = module.getContext()->getNumThreads();
  if (!isShared()) {
    if (embed)
      inputs.push_back(weights.getPath());
    if (failed(report(linkObject(inputs, linked.getPath(), threads))))
      return failure();
    return report(sealNote(linked.getPath()));
  }
  TemporaryFile reserved(options.output);
  if (embed) {
    inputs.push_back(reserved.getPath());
    if (failed(report(
            writeOutputFile(reserved.getPath(), [&](llvm::raw_fd_ostream &os) {
              writeWeightPlaceholder(os, weightsSymbol,
                                     artifact.fields.weights_size);
              return llvm::Error::success();
            }))))
      return failure();
  }
  if (failed(report(linkSharedObject(inputs, linked.getPath(), threads))) ||
      failed(report(sealNote(linked.getPath()))))
    return failure();
  if (!embed)
    return success();
  return report(
      fillSection(linked.getPath(), weightsSection, weights.getPath()));
}

LogicalResult Packager::writeTexts(const Artifact &artifact) {
  if (!options.header.empty() &&
      failed(report(writeOutputFile(options.header, [&](llvm::raw_ostream &os) {
        writeHeader(artifact, os);
        return llvm::Error::success();
      }))))
    return failure();
  if (options.report.empty())
    return success();
  return report(writeOutputFile(options.report, [&](llvm::raw_ostream &os) {
    if (llvm::sys::path::extension(options.report) == ".json")
      writeJsonReport(artifact, os);
    else
      writeHtmlReport(artifact, os);
    return llvm::Error::success();
  }));
}

LogicalResult Packager::run() {
  auto models = llvm::to_vector(module.getOps<ModelOp>());
  if (models.size() != 1)
    return module.emitError("expected one veltair.model, found ")
           << models.size();
  if (!isIdentifier(models.front().getSymName()))
    return models.front().emitOpError("needs a C identifier as its name");
  SmallVector<ModuleOp> kernels = getKernelModules(module);
  FailureOr<Artifact> artifact = writeWeights(models.front(), kernels);
  if (failed(artifact) || failed(compileCode(*artifact, kernels)) ||
      failed(link(*artifact)) || failed(writeTexts(*artifact)))
    return failure();
  if (!artifact->weightsFile.empty() &&
      failed(report(weights.keep(getWeightsPath()))))
    return failure();
  return report(linked.keep(options.output));
}

LogicalResult mlir::veltair::packageModel(ModuleOp module,
                                          const PackageOptions &options) {
  return Packager(module, options).run();
}
