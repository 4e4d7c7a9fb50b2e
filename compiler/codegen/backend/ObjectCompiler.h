// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From kernels in the LLVM dialect to LLVM IR, assembly and object code, all in
// this process.

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCOMPILER_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCOMPILER_H

#include "compiler/codegen/backend/ObjectCache.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>

namespace llvm {
class Module;
} // namespace llvm

namespace mlir::veltair {

/// The attribute of a kernel module that names its target (TargetIsa::name).
inline constexpr llvm::StringLiteral isaAttrName = "veltair.isa";

/// The kernel modules in the top-level module `module`, in order: nested
/// modules with the attribute `isaAttrName`.
SmallVector<ModuleOp> getKernelModules(ModuleOp module);

/// Makes translation of the builtin and LLVM dialects known.
void registerBackendTranslations(DialectRegistry &registry);

struct CompileOptions {
  /// Where objects are kept between runs; may be null.
  const ObjectCache *cache = nullptr;
  /// Called after each module, from any thread, one call at a time.
  std::function<void()> onModuleCompiled;
};

/// Compiles each kernel module to an object, `objects[i]` from `modules[i]`, on
/// the threads of the MLIRContext. Functions that are not internal to a module
/// become hidden symbols. The bytes depend only on the modules. Errors are
/// reported at the modules.
LogicalResult
compileToObjects(ArrayRef<ModuleOp> modules, const CompileOptions &options,
                 SmallVectorImpl<std::unique_ptr<llvm::MemoryBuffer>> &objects);

/// Prints the optimised LLVM IR of all kernels as one module.
LogicalResult emitLlvm(ArrayRef<ModuleOp> modules, llvm::raw_ostream &os);

/// Prints the assembly of all kernels as one file.
LogicalResult emitAssembly(ArrayRef<ModuleOp> modules, llvm::raw_ostream &os);

/// Turns an LLVM module of our own making, as it is, into an object.
void emitObject(llvm::Module &module, SmallVectorImpl<char> &object);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCOMPILER_H
