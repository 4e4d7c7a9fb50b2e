// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "dialects/onnx/OnnxBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

def Onnx_ConstantOp : Onnx_Op<"Constant", [ConstantLike]> {
  let summary = "A constant tensor";
  let description = [{
    The value is dense when small or a splat; the bytes of larger ones stand
    outside the IR (dense_resource).
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Onnx_Tensor:$output);
  let assemblyFormat = "$value attr-dict";
  let hasFolder = 1;
}

def Onnx_SequenceConstructOp : Onnx_Op<"SequenceConstruct"> {
  let summary = "A sequence of tensors";
  let description = [{
    Sequences exist only during import, where operations on them are resolved:
    which tensors they hold is known there.
  }];
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs);
  let results = (outs AnyTuple:$sequence);
}

def Onnx_NoValueOp : Op<Onnx_Dialect, "NoValue", [Pure, Onnx_ImporterOnly]> {
  let summary = "Stands for an optional operand that is absent";
  let results = (outs NoneType:$output);
  let assemblyFormat = "attr-dict";
}
