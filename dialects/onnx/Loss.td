// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How far predictions are from labels. The loss of an element is that of the
// class that its label names, times the weight of the class; elements with the
// label ignore_index have none. reduction tells what becomes of all of them: all
// (none), their sum, or their mean, which is weighted, too.
// * (C1) the predictions are [N, C, d...], C not 0, the labels [N, d...]; (C2)
//   there are C weights of the predictions' type; (C3) reduction is none, sum or
//   mean.

include "dialects/onnx/OnnxBase.td"

def Onnx_NegativeLogLikelihoodLossOp : Onnx_DecomposableOp<"NegativeLogLikelihoodLoss"> {
  let summary = "Less the logarithms of probabilities, of the classes that labels name";
  let arguments = (ins Onnx_Float:$input, Onnx_Index:$target, Onnx_Optional<Onnx_Float>:$weight,
    OptionalAttr<I64Attr>:$ignore_index, Onnx_String<"mean">:$reduction);
  let results = (outs Onnx_Float:$loss);
}

def Onnx_SoftmaxCrossEntropyLossOp : Onnx_DecomposableOp<"SoftmaxCrossEntropyLoss"> {
  let summary = "The same of a softmax, whose logarithms are the second result";
  let arguments = (ins Onnx_Float:$scores, Onnx_Index:$labels, Onnx_Optional<Onnx_Float>:$weights,
    OptionalAttr<I64Attr>:$ignore_index, Onnx_String<"mean">:$reduction);
  let results = (outs Onnx_Float:$output, Onnx_Float:$log_prob);
}
