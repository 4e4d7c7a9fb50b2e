// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What kernels may contain, checked before and after LLVM: an artifact needs
// nothing but the C library's memory functions.

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_KERNELVERIFIER_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_KERNELVERIFIER_H

#include "compiler/codegen/backend/Target.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace llvm {
class Module;
} // namespace llvm

namespace mlir::veltair {

/// The most stack that one kernel may reserve, in bytes.
inline constexpr uint64_t maxKernelStackBytes = 64 << 10;

/// The functions that objects may leave undefined.
bool isAllowedUndefinedSymbol(llvm::StringRef name);

/// Checks the code of a module before optimisation: vectors no wider than
/// `isa`'s registers (wider ones are split badly), stack bounded, no mutable or
/// thread-local globals, no constructors, no foreign functions. An error is a
/// bug of code generation; it names the function and what is wrong in it.
llvm::Error verifyKernels(const llvm::Module &module, const TargetIsa &isa);

/// Checks object code: what LLVM itself added must obey the same rules
/// (undefined symbols, constructors, thread-local storage).
llvm::Error verifyObject(llvm::MemoryBufferRef object);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_KERNELVERIFIER_H
