// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes from layers with versions to functions in the LLVM dialect, in the
// order of the pipeline (see Pipeline.cpp).

#ifndef VELTAIR_COMPILER_CODEGEN_PASSES_TD
#define VELTAIR_COMPILER_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def OutlineVersions : Pass<"outline-versions", "::mlir::ModuleOp"> {
  let summary = "Makes a function of every version of every layer";
  let description = [{
    For each version, builds the loops that its schedule asks for around the
    nano-kernels that compute its layer, as the function of a nested module
    beside the model, and notes the function and its number of chunks in the
    version. Versions of equal layers under equal schedules for the same
    instruction set share one function. Sets the `hash` of each layer.
  }];
  let statistics = [
    Statistic<"versions", "versions", "Versions of layers">,
    Statistic<"functions", "functions", "Distinct functions">
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
    "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::veltair::kernel::KernelDialect"];
}

def ConvertKernelToVector : Pass<"convert-kernel-to-vector", "::mlir::func::FuncOp"> {
  let summary = "Lowers nano-kernels to loops and vectors of native width";
  let description = [{
    Accumulators become values that loops carry, one register each; epilogues
    are applied to them before they are stored. No vector is wider than the
    `veltair.vector_bits` of the module.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect"];
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
  let dependentDialects = ["::mlir::vector::VectorDialect", "::mlir::arith::ArithDialect"];
}

#endif // VELTAIR_COMPILER_CODEGEN_PASSES_TD
