// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations computed element by element, with multidirectional broadcasting.
// Constraints of all of them: (C1) the operands' shapes broadcast to one shape,
// that of the result; (C2) the operands have one element type (but for Pow and
// Where).

include "dialects/onnx/OnnxBase.td"

def Onnx_ReluOp : Onnx_UnaryOp<"Relu", Onnx_Numeric> {
  let summary = "max(x, 0)";
}

def Onnx_AddOp : Onnx_BinaryOp<"Add", Onnx_Numeric> {
  let summary = "a + b";
}
