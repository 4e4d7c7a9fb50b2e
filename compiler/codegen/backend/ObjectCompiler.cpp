// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/codegen/backend/KernelVerifier.h"
#include "compiler/codegen/backend/Target.h"
#include "mlir/IR/Threading.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace mlir;
using namespace mlir::veltair;

SmallVector<ModuleOp> mlir::veltair::getKernelModules(ModuleOp module) {
  return llvm::filter_to_vector(module.getOps<ModuleOp>(), [](ModuleOp nested) {
    return nested->hasAttr(isaAttrName);
  });
}

void mlir::veltair::registerBackendTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
}

/// The library that code may call: LLVM makes calls of no other function, and
/// gives none a meaning.
static llvm::TargetLibraryInfoImpl getLibraryInfo() {
  llvm::TargetLibraryInfoImpl info{llvm::Triple(targetTriple)};
  info.disableAllFunctions();
  for (llvm::LibFunc function :
       {llvm::LibFunc_memcpy, llvm::LibFunc_memmove, llvm::LibFunc_memset})
    info.setAvailable(function);
  return info;
}

static void setFunctionAttributes(llvm::Function &function,
                                  const TargetIsa &isa) {
  llvm::AttrBuilder attributes(function.getContext());
  attributes.addAttribute("target-cpu", "x86-64");
  attributes.addAttribute("tune-cpu", isa.cpu);
  attributes.addAttribute("target-features", isa.features);
  // Tunings of many AVX-512 CPUs would halve the vectors.
  attributes.addAttribute("prefer-vector-width", llvm::utostr(isa.vectorBits));
  attributes.addAttribute("frame-pointer", "all");
  attributes.addAttribute("probe-stack", "inline-asm");
  attributes.addUWTableAttr(llvm::UWTableKind::Default);
  attributes.addAttribute(llvm::Attribute::NoUnwind);
  function.addFnAttrs(attributes);
  if (!function.hasLocalLinkage())
    function.setVisibility(llvm::GlobalValue::HiddenVisibility);
  function.setDSOLocal(true);
}

namespace {
/// One kernel module with its target.
struct Kernels {
  TargetIsa isa;
  std::unique_ptr<llvm::Module> module;
};
} // namespace

/// Translates a kernel module, checks it and prepares it for optimisation.
static FailureOr<Kernels> translate(ModuleOp source,
                                    llvm::LLVMContext &context) {
  auto isaName = source->getAttrOfType<StringAttr>(isaAttrName);
  if (!isaName)
    return source.emitError("kernel module needs the string attribute '")
           << isaAttrName << "'";
  llvm::Expected<TargetIsa> isa = parseTargetIsa(isaName.getValue());
  if (!isa)
    return source.emitError(llvm::toString(isa.takeError()));
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(source, context, "kernels");
  if (!module)
    return failure();
  if (llvm::Error error = verifyKernels(*module, *isa))
    return source.emitError("internal: ") << llvm::toString(std::move(error));
  std::unique_ptr<llvm::TargetMachine> machine = createTargetMachine(*isa);
  module->setTargetTriple(machine->getTargetTriple());
  module->setDataLayout(machine->createDataLayout());
  module->setPICLevel(llvm::PICLevel::BigPIC);
  for (llvm::Function &function : *module)
    if (!function.isDeclaration())
      setFunctionAttributes(function, *isa);
  for (llvm::GlobalVariable &global : module->globals())
    global.setLinkage(llvm::GlobalValue::PrivateLinkage);
  return Kernels{std::move(*isa), std::move(module)};
}

static void optimise(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  tuning.LoopInterleaving = true;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  functions.registerPass(
      [] { return llvm::TargetLibraryAnalysis(getLibraryInfo()); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

static void generateCode(llvm::Module &module, llvm::TargetMachine &machine,
                         llvm::CodeGenFileType type,
                         llvm::raw_pwrite_stream &os) {
  llvm::legacy::PassManager passes;
  passes.add(new llvm::TargetLibraryInfoWrapperPass(getLibraryInfo()));
  if (machine.addPassesToEmitFile(passes, os, nullptr, type))
    llvm::report_fatal_error("LLVM's x86 target cannot emit files");
  passes.run(module);
}

/// All that the object of `kernels` depends on.
static SmallVector<uint8_t> getCacheKey(const Kernels &kernels) {
  SmallVector<char> key;
  llvm::raw_svector_ostream os(key);
  os << VELTAIR_VERSION << '\0' << LLVM_VERSION_STRING << '\0'
     << kernels.isa.name << '\0';
  llvm::WriteBitcodeToFile(*kernels.module, os);
  return SmallVector<uint8_t>(key.begin(), key.end());
}

static FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
compileToObject(ModuleOp source, const CompileOptions &options) {
  llvm::LLVMContext context;
  FailureOr<Kernels> kernels = translate(source, context);
  if (failed(kernels))
    return failure();
  SmallVector<uint8_t> key;
  if (options.cache) {
    key = getCacheKey(*kernels);
    if (std::unique_ptr<llvm::MemoryBuffer> object = options.cache->find(key))
      return object;
  }
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(kernels->isa);
  optimise(*kernels->module, *machine);
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream os(bytes);
  generateCode(*kernels->module, *machine, llvm::CodeGenFileType::ObjectFile,
               os);
  std::unique_ptr<llvm::MemoryBuffer> object =
      std::make_unique<llvm::SmallVectorMemoryBuffer>(
          std::move(bytes),
          /*RequiresNullTerminator=*/false);
  if (llvm::Error error = verifyObject(*object))
    return source.emitError("internal: ") << llvm::toString(std::move(error));
  if (options.cache)
    options.cache->insert(key, object->getBuffer());
  return object;
}

LogicalResult mlir::veltair::compileToObjects(
    ArrayRef<ModuleOp> modules, const CompileOptions &options,
    SmallVectorImpl<std::unique_ptr<llvm::MemoryBuffer>> &objects) {
  objects.clear();
  objects.resize(modules.size());
  if (modules.empty())
    return success();
  MLIRContext *context = modules.front()->getContext();
  std::mutex mutex;
  return failableParallelForEachN(
      context, 0, modules.size(), [&](size_t index) {
        auto object = compileToObject(modules[index], options);
        if (failed(object))
          return failure();
        objects[index] = std::move(*object);
        if (options.onModuleCompiled) {
          std::lock_guard<std::mutex> lock(mutex);
          options.onModuleCompiled();
        }
        return success();
      });
}

/// For modules whose functions carry their own targets.
static std::unique_ptr<llvm::TargetMachine> getBaselineMachine() {
  return createTargetMachine(llvm::cantFail(parseTargetIsa("x86-64-v3")));
}

/// Translates and optimises all modules and makes them one.
static std::unique_ptr<llvm::Module> linkOptimised(ArrayRef<ModuleOp> modules,
                                                   llvm::LLVMContext &context) {
  auto result = std::make_unique<llvm::Module>("kernels", context);
  llvm::Linker linker(*result);
  for (ModuleOp source : modules) {
    FailureOr<Kernels> kernels = translate(source, context);
    if (failed(kernels))
      return nullptr;
    optimise(*kernels->module, *createTargetMachine(kernels->isa));
    result->setTargetTriple(kernels->module->getTargetTriple());
    result->setDataLayout(kernels->module->getDataLayout());
    if (linker.linkInModule(std::move(kernels->module))) {
      source.emitError("internal: kernels of two modules do not fit together");
      return nullptr;
    }
  }
  return result;
}

LogicalResult mlir::veltair::emitLlvm(ArrayRef<ModuleOp> modules,
                                      llvm::raw_ostream &os) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = linkOptimised(modules, context);
  if (!module)
    return failure();
  module->print(os, nullptr);
  return success();
}

LogicalResult mlir::veltair::emitAssembly(ArrayRef<ModuleOp> modules,
                                          llvm::raw_ostream &os) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = linkOptimised(modules, context);
  if (!module)
    return failure();
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  generateCode(*module, *getBaselineMachine(),
               llvm::CodeGenFileType::AssemblyFile, stream);
  os << text;
  return success();
}

void mlir::veltair::emitObject(llvm::Module &module,
                               SmallVectorImpl<char> &object) {
  std::unique_ptr<llvm::TargetMachine> machine = getBaselineMachine();
  module.setTargetTriple(machine->getTargetTriple());
  module.setDataLayout(machine->createDataLayout());
  llvm::raw_svector_ostream os(object);
  generateCode(module, *machine, llvm::CodeGenFileType::ObjectFile, os);
}
