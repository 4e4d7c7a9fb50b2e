// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that rearrange elements.

include "dialects/onnx/OnnxBase.td"

def Onnx_FlattenOp : Onnx_IndexedOp<"Flatten"> {
  let summary = "The matrix whose rows are the dimensions before axis";
  let description = [{(C1) axis is in [-rank, rank].}];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int<"1">:$axis);
  let results = (outs Onnx_Tensor:$output);
}
