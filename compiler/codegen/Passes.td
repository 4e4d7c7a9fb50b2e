// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes from nano-kernels to functions in the LLVM dialect, in the order of the
// pipeline (see Pipeline.cpp).

#ifndef VELTAIR_COMPILER_CODEGEN_PASSES_TD
#define VELTAIR_COMPILER_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertKernelToVector : Pass<"convert-kernel-to-vector", "::mlir::func::FuncOp"> {
  let summary = "Lowers nano-kernels to loops and vectors of native width";
  let description = [{
    Accumulators become values that loops carry, one register each; epilogues
    are applied to them before they are stored. No vector is wider than the
    `veltair.vector_bits` of the module.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect"];
}

def VerifyVectorWidth : Pass<"verify-vector-width", "::mlir::func::FuncOp"> {
  let summary = "Fails on a vector that is not one native register";
  let description = [{
    LLVM splits wider vectors through memory, at a twentieth of the speed: a
    wider one is a mistake of an earlier pass. Masks are exempt.
  }];
}

def ExpandMath : Pass<"expand-math", "::mlir::func::FuncOp"> {
  let summary = "Replaces mathematical functions by arithmetic";
  let description = [{
    Artifacts may not call a mathematical library: every operation of the math
    dialect without a machine instruction is expanded, by polynomials or by
    other operations.
  }];
  let options = [
    Option<"bf16", "bf16", "bool", "false",
           "What is computed will be rounded to bf16: fewer bits are enough">
  ];
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::arith::ArithDialect"];
}

def KeepBranchingLoops : Pass<"keep-branching-loops", "::mlir::func::FuncOp"> {
  let summary = "Tells LLVM not to unroll loops whose carried values are used twice";
  let description = [{
    The largest element, or its index, is chosen by a comparison and a selection,
    which both use what was chosen before. LLVM's loop vectorizer (22) asks of each
    value whether it is uniform by asking its operands, once for each use: of n
    iterations that are unrolled, 2^n times.
  }];
  let statistics = [
    Statistic<"numKept", "kept", "Number of loops that are not to be unrolled">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // VELTAIR_COMPILER_CODEGEN_PASSES_TD
