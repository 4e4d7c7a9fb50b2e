// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recurrent networks. The results of a step are read again by the next one, so
// no memory is needed but that of the results.

include "dialects/onnx/OnnxBase.td"

// x is [sequence, batch, input]; w and r hold the weights of all gates one after
// the other, for each direction; b those biases that go with w, then r. With
// layout = 1 the batch dimension comes first everywhere.
// * (C1) the shapes fit x and hidden_size; (C2) layout is 0 or 1, direction
//   forward, reverse or bidirectional; (C3) the activations are known; (C4) the
//   element types of all operands but sequence_lens match.
class Onnx_RecurrentOp<string mnemonic> : Onnx_SequentialOp<mnemonic> {
  let declarations = [{
    /// Whether the activations are those without attributes, not limited by clip.
    bool hasDefaultActivations();
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        Adaptor a, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      return inferRecurrent(infer, a);
    }
  }];
}

defvar Onnx_Strings = DefaultValuedAttr<StrArrayAttr, "{}">;
defvar Onnx_Floats = DefaultValuedAttr<DenseF32ArrayAttr, "{}">;

def Onnx_RNNOp : Onnx_RecurrentOp<"RNN"> {
  let summary = "A simple recurrent network";
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$w, Onnx_Float:$r, Onnx_Optional<Onnx_Float>:$b,
    Onnx_Optional<Onnx_Index>:$sequence_lens, Onnx_Optional<Onnx_Float>:$initial_h,
    Onnx_Floats:$activation_alpha, Onnx_Floats:$activation_beta, Onnx_Strings:$activations,
    OptionalAttr<F32Attr>:$clip, Onnx_String<"forward">:$direction, I64Attr:$hidden_size,
    Onnx_Int<"0">:$layout);
  let results = (outs Onnx_Float:$y, Onnx_Float:$y_h);
}

def Onnx_GRUOp : Onnx_RecurrentOp<"GRU"> {
  let summary = "Gated recurrent units";
  let description = [{
    The result work is room for the values of one step; ONNX does not know it.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$w, Onnx_Float:$r, Onnx_Optional<Onnx_Float>:$b,
    Onnx_Optional<Onnx_Index>:$sequence_lens, Onnx_Optional<Onnx_Float>:$initial_h,
    Onnx_Floats:$activation_alpha, Onnx_Floats:$activation_beta, Onnx_Strings:$activations,
    OptionalAttr<F32Attr>:$clip, Onnx_String<"forward">:$direction, I64Attr:$hidden_size,
    Onnx_Int<"0">:$layout, Onnx_Int<"0">:$linear_before_reset);
  let results = (outs Onnx_Float:$y, Onnx_Float:$y_h, Onnx_Float:$work);
}

def Onnx_LSTMOp : Onnx_RecurrentOp<"LSTM"> {
  let summary = "Long short-term memory";
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$w, Onnx_Float:$r, Onnx_Optional<Onnx_Float>:$b,
    Onnx_Optional<Onnx_Index>:$sequence_lens, Onnx_Optional<Onnx_Float>:$initial_h,
    Onnx_Optional<Onnx_Float>:$initial_c, Onnx_Optional<Onnx_Float>:$p,
    Onnx_Floats:$activation_alpha, Onnx_Floats:$activation_beta, Onnx_Strings:$activations,
    OptionalAttr<F32Attr>:$clip, Onnx_String<"forward">:$direction, I64Attr:$hidden_size,
    Onnx_Int<"0">:$input_forget, Onnx_Int<"0">:$layout);
  let results = (outs Onnx_Float:$y, Onnx_Float:$y_h, Onnx_Float:$y_c);
}
