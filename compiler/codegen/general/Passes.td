// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_TD
#define VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeOnnx : Pass<"decompose-onnx"> {
  let summary = "Express composite onnx operations by simpler ones";
  let description = [{
    Rewrites every DecomposableOp by its own decomposition, until none is left:
    a softmax becomes exp(x - max) / sum, and so on.
  }];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def ConvertOnnxToGenerate : Pass<"convert-onnx-to-generate"> {
  let summary = "Lower onnx operations to tensor.generate and loops";
  let description = [{
    * ElementwiseOp and IndexedOp: one `tensor.generate` for each result, whose
      body computes the element from `tensor.extract`s of the operands.
    * SequentialOp: loops on buffers (`bufferization.to_buffer` of the operands,
      new buffers for the results).
    * Constants become `arith.constant`.
    Tensor types become those of memory: signless integers, i8 for booleans.
    Functions' types are converted likewise.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}

def FoldOnnxConstants : Pass<"fold-onnx-constants"> {
  let summary = "Evaluate onnx operations whose operands are all constant";
  let description = [{
    Evaluates the same lowering that code is generated from. Operations with a
    result of more than `max-elements` elements, or that take too many steps,
    stay: the program computes them when it runs.
  }];
  let options = [
    Option<"maxElements", "max-elements", "int64_t", "4096",
           "Largest result that is evaluated">];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::veltair::onnx::OnnxDialect"];
}

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_TD
