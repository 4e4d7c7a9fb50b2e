// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of tensors by Einstein's summation convention.

include "dialects/onnx/OnnxBase.td"

def Onnx_EinsumOp : Onnx_IndexedOp<"Einsum", [DeclareOpInterfaceMethods<DecomposableOp>, Onnx_ExtentAware]> {
  let summary = "Sum of products over the labels that the result lacks";
  let description = [{
    The equation has a label for each dimension of each operand: a letter, or an
    ellipsis for all that no letter names, which broadcast. Without an arrow the
    result has the ellipsis and then the letters that occur once, in order.
    A product of two operands of exact size without repeated labels is decomposed
    to MatMul.

    * (C1) the equation is well-formed, has a term for each operand, and names
      each of its dimensions; the operands have one element type;
    * (C2) labels of the result occur once there and in some operand;
    * (C3) extents of one label are equal, or 1, which is repeated.
  }];
  let arguments = (ins Variadic<Onnx_Numeric>:$inputs, StrAttr:$equation);
  let results = (outs Onnx_Numeric:$output);
}
