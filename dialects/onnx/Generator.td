// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that make tensors from little.

include "dialects/onnx/OnnxBase.td"

def Onnx_ConstantOfShapeOp : Onnx_IndexedOp<"ConstantOfShape"> {
  let summary = "A tensor of one repeated value, 0 by default";
  let description = [{
    (C1) the operand, the shape, is constant; (C2) value has one element.
  }];
  let arguments = (ins Onnx_Int64:$input, OptionalAttr<ElementsAttr>:$value);
  let results = (outs Onnx_Tensor:$output);
  let hasFolder = 1;
}
