// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_COMPILER_CODEGEN_PASSES_H
#define VELTAIR_COMPILER_CODEGEN_PASSES_H

#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace mlir::veltair {

#define GEN_PASS_DECL
#include "compiler/codegen/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/codegen/Passes.h.inc"

/// Appends the passes from nano-kernels to the LLVM dialect, for a nested
/// module of one function. `bf16`: the target has instructions for it.
void addKernelToLlvmPasses(OpPassManager &manager, bool bf16 = false);

/// The attribute of a nested module with the width of its vector registers.
inline constexpr llvm::StringLiteral vectorBitsAttrName = "veltair.vector_bits";

/// The width of vector registers for code in `op`; 256 when nothing is said.
unsigned getVectorBits(Operation *op);

/// Registers `kernel-to-llvm` with the pass manager's textual form.
void registerCodegenPipelines();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_PASSES_H
