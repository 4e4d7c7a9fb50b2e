// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/driver/Driver.h"
#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/codegen/backend/OutputFile.h"
#include "compiler/codegen/backend/Target.h"
#include "compiler/driver/Pipeline.h"
#include "compiler/driver/Registration.h"
#include "compiler/import/Import.h"
#include "compiler/package/Package.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace mlir::veltair;

static LogicalResult userError(const Twine &message) {
  llvm::errs() << "veltairc: error: " << message << '\n';
  return failure();
}

namespace {

/// One compilation: its context, threads and messages.
class Compilation {
public:
  explicit Compilation(const DriverOptions &options)
      : options(options), pool(llvm::hardware_concurrency(options.threads)),
        context(MLIRContext::Threading::DISABLED),
        diagnostics(&context,
                    [](Diagnostic &diagnostic) { print(diagnostic); }) {
    DialectRegistry registry;
    registerAllVeltairDialects(registry);
    registerBackendTranslations(registry);
    context.appendDialectRegistry(registry);
    context.printOpOnDiagnostic(false);
    if (options.threads != 1)
      context.setThreadPool(pool);
  }

  LogicalResult compile() {
    if (options.precision == Precision::BF16 && failed(checkBf16()))
      return failure();
    FailureOr<ImportOptions> import = importOptions();
    if (failed(import))
      return failure();
    FailureOr<OwningOpRef<ModuleOp>> module =
        importOnnx(options.input, *import, context);
    if (failed(module) || failed(runPasses(**module)))
      return failure();
    return write(**module);
  }

  LogicalResult check() {
    FailureOr<ImportOptions> import = importOptions();
    if (failed(import))
      return failure();
    std::vector<ImportProblem> problems =
        checkOnnx(options.input, *import, context);
    for (const ImportProblem &problem : problems)
      llvm::outs() << problem.message << '\n';
    return success(problems.empty());
  }

private:
  /// One line: severity and message; the message names node and tensor.
  static void print(Diagnostic &diagnostic) {
    StringRef severity =
        diagnostic.getSeverity() == DiagnosticSeverity::Error     ? "error"
        : diagnostic.getSeverity() == DiagnosticSeverity::Warning ? "warning"
                                                                  : "note";
    llvm::errs() << "veltairc: " << severity << ": ";
    if (auto name = dyn_cast<NameLoc>(diagnostic.getLocation()))
      llvm::errs() << name.getName().getValue() << ": ";
    llvm::errs() << diagnostic << '\n';
    for (Diagnostic &note : diagnostic.getNotes())
      llvm::errs() << "veltairc: note: " << note << '\n';
  }

  /// Whether all targets have products of bf16.
  LogicalResult checkBf16() {
    for (const std::string &text : options.march) {
      llvm::Expected<TargetIsa> isa = parseTargetIsa(text);
      if (!isa)
        return userError(llvm::toString(isa.takeError()));
      if (!isa->hasBf16Products())
        return userError("--precision=bf16: target '" + text +
                         "' lacks avx512bf16; name targets that have it, e.g. "
                         "--march=znver4, --march=cooperlake, "
                         "--march=sapphirerapids or --march=x86-64-v4+"
                         "avx512bf16");
    }
    return success();
  }

  FailureOr<ImportOptions> importOptions() {
    ImportOptions import;
    import.name = options.name;
    for (const std::string &text : options.shapes) {
      auto shape = parseShapeOption(text);
      if (failed(shape))
        return userError("--shape " + text + ": expected NAME=1x3x224x224");
      import.shapes.push_back(*shape);
    }
    for (const std::string &text : options.dimensions) {
      auto dimension = parseDimensionOption(text);
      if (failed(dimension))
        return userError("--dim " + text +
                         ": expected SYMBOL=VALUE[,VALUE...]");
      import.dimensions.push_back(*dimension);
    }
    for (const std::string &text : options.constantInputs) {
      auto constant = parseConstantInputOption(text);
      if (failed(constant))
        return userError("--constant-input " + text + ": expected NAME=FILE");
      import.constantInputs.push_back(*constant);
    }
    return import;
  }

  LogicalResult runPasses(ModuleOp module) {
    PassManager manager(&context);
    if (options.timing)
      manager.enableTiming();
    if (options.statistics)
      manager.enableStatistics();
    if (!options.reproducer.empty())
      manager.enableCrashReproducerGeneration(options.reproducer);
    buildPipeline(manager, options);
    return manager.run(module);
  }

  LogicalResult write(ModuleOp module) {
    switch (options.emit) {
    case EmitLevel::Onnx:
    case EmitLevel::Graph:
    case EmitLevel::Versions:
    case EmitLevel::Kernel:
      return writeText([&](llvm::raw_ostream &os) {
        // The bytes of weights stay outside the text.
        OpPrintingFlags flags;
        flags.elideLargeElementsAttrs(32).elideLargeResourceString(32);
        module->print(os, flags);
        os << '\n';
        return success();
      });
    case EmitLevel::Llvm:
      return writeText([&](llvm::raw_ostream &os) {
        return emitLlvm(getKernelModules(module), os);
      });
    case EmitLevel::Asm:
      return writeText([&](llvm::raw_ostream &os) {
        return emitAssembly(getKernelModules(module), os);
      });
    case EmitLevel::Object:
    case EmitLevel::Shared:
      return package(module);
    }
    llvm_unreachable("all levels are handled");
  }

  LogicalResult
  writeText(function_ref<LogicalResult(llvm::raw_ostream &)> emit) {
    if (options.output == "-")
      return emit(llvm::outs());
    // A failed emission has reported itself.
    bool emitted = true;
    llvm::Error error = writeOutputFile(
        options.output, [&](llvm::raw_fd_ostream &os) -> llvm::Error {
          emitted = succeeded(emit(os));
          return emitted ? llvm::Error::success()
                         : llvm::createStringError("not written");
        });
    if (!emitted)
      llvm::consumeError(std::move(error));
    else if (error)
      return userError(llvm::toString(std::move(error)));
    return success(emitted);
  }

  LogicalResult package(ModuleOp module) {
    PackageOptions package;
    package.output = options.output;
    package.kind = options.emit == EmitLevel::Object
                       ? ArtifactKind::Object
                       : ArtifactKind::SharedObject;
    package.embedWeights = options.embedWeights;
    package.header = options.header;
    package.report = options.report;
    package.onProgress = options.onProgress;
    std::optional<ObjectCache> cache;
    if (!options.cache.empty()) {
      auto opened = ObjectCache::open(options.cache);
      if (!opened)
        return userError(llvm::toString(opened.takeError()));
      cache.emplace(std::move(*opened));
      package.cache = &*cache;
    }
    return packageModel(module, package);
  }

  const DriverOptions &options;
  llvm::DefaultThreadPool pool;
  MLIRContext context;
  ScopedDiagnosticHandler diagnostics;
};

} // namespace

bool veltair::compileModel(const DriverOptions &options) {
  return succeeded(Compilation(options).compile());
}

bool veltair::checkModel(const DriverOptions &options) {
  return succeeded(Compilation(options).check());
}

std::pair<EmitLevel, bool> veltair::emitLevelOf(const std::string &output) {
  StringRef suffix = llvm::sys::path::extension(output);
  if (suffix == ".so")
    return {EmitLevel::Shared, true};
  if (suffix == ".o")
    return {EmitLevel::Object, true};
  if (suffix == ".mlir")
    return {EmitLevel::Kernel, true};
  if (suffix == ".ll")
    return {EmitLevel::Llvm, true};
  if (suffix == ".s")
    return {EmitLevel::Asm, true};
  return {EmitLevel::Shared, false};
}
