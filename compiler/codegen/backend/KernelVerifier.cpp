// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/KernelVerifier.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace mlir::veltair;

static Error kernelError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static std::string getText(const Type &type) {
  std::string text;
  raw_string_ostream(text) << type;
  return text;
}

bool mlir::veltair::isAllowedUndefinedSymbol(StringRef name) {
  return name == "memcpy" || name == "memmove" || name == "memset";
}

static bool isTooWide(const Type *type, const TargetIsa &isa) {
  const auto *vector = dyn_cast<VectorType>(type);
  if (!vector)
    return false;
  TypeSize bits = vector->getPrimitiveSizeInBits();
  return bits.isScalable() || bits.getFixedValue() > isa.vectorBits;
}

static Error verifyFunction(const Function &function, const TargetIsa &isa) {
  const DataLayout &layout = function.getDataLayout();
  uint64_t stackBytes = 0;
  for (const Instruction &instruction : instructions(function)) {
    if (const auto *alloca = dyn_cast<AllocaInst>(&instruction)) {
      std::optional<TypeSize> size = alloca->getAllocationSize(layout);
      if (!size || !alloca->isStaticAlloca())
        return kernelError(formatv(
            "kernel '{0}' reserves stack of unknown size", function.getName()));
      stackBytes += size->getFixedValue();
    }
    const Type *tooWide =
        isTooWide(instruction.getType(), isa) ? instruction.getType() : nullptr;
    for (const Use &use : instruction.operands())
      if (isTooWide(use->getType(), isa))
        tooWide = use->getType();
    if (tooWide)
      return kernelError(formatv(
          "kernel '{0}' uses {1} in '{2}', wider than a register of {3}",
          function.getName(), getText(*tooWide), instruction.getOpcodeName(),
          isa.name));
  }
  if (stackBytes > maxKernelStackBytes)
    return kernelError(
        formatv("kernel '{0}' reserves {1} bytes of stack, more than {2}",
                function.getName(), stackBytes, maxKernelStackBytes));
  return Error::success();
}

Error mlir::veltair::verifyKernels(const Module &module, const TargetIsa &isa) {
  for (const GlobalVariable &global : module.globals()) {
    StringRef name = global.getName();
    if (name == "llvm.global_ctors" || name == "llvm.global_dtors")
      return kernelError("kernels have constructors or destructors");
    if (global.isThreadLocal())
      return kernelError("global '" + name + "' is thread-local");
    if (global.isDeclaration())
      return kernelError("kernels refer to the foreign global '" + name + "'");
    if (!global.isConstant())
      return kernelError("global '" + name + "' is not constant");
  }
  for (const Function &function : module) {
    if (!function.isDeclaration()) {
      if (Error error = verifyFunction(function, isa))
        return error;
      continue;
    }
    if (function.isIntrinsic() || isAllowedUndefinedSymbol(function.getName()))
      continue;
    std::string user = "no function";
    for (const User *use : function.users())
      if (const auto *instruction = dyn_cast<Instruction>(use))
        user = "kernel '" + instruction->getFunction()->getName().str() + "'";
    return kernelError(formatv("{0} calls the foreign function '{1}'", user,
                               function.getName()));
  }
  return Error::success();
}

Error mlir::veltair::verifyObject(MemoryBufferRef buffer) {
  auto object = object::ObjectFile::createELFObjectFile(buffer);
  if (!object)
    return object.takeError();
  const auto &elf = cast<object::ELF64LEObjectFile>(**object);
  std::string functions;
  for (object::ELFSymbolRef symbol : elf.symbols())
    if (symbol.getELFType() == ELF::STT_FUNC)
      if (Expected<StringRef> name = symbol.getName())
        functions += (functions.empty() ? "'" : ", '") + name->str() + "'";
  for (object::ELFSymbolRef symbol : elf.symbols()) {
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (symbol.getELFType() == ELF::STT_TLS)
      return kernelError("code of " + functions +
                         " has the thread-local variable '" + *name + "'");
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    if ((*flags & object::SymbolRef::SF_Undefined) && !name->empty() &&
        !isAllowedUndefinedSymbol(*name))
      return kernelError("code of " + functions +
                         " needs the foreign symbol '" + *name + "'");
  }
  for (object::ELFSectionRef section : elf.sections())
    if (is_contained(
            {ELF::SHT_INIT_ARRAY, ELF::SHT_FINI_ARRAY, ELF::SHT_PREINIT_ARRAY},
            section.getType()))
      return kernelError("code of " + functions +
                         " has constructors or destructors");
  return Error::success();
}
