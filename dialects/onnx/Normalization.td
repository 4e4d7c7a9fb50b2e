// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normalisations and the softmax family.

include "dialects/onnx/OnnxBase.td"

// An operation along one axis that keeps shape and type. (C1) axis is in range.
class Onnx_AlongAxisOp<string mnemonic, list<Trait> traits>
    : Onnx_Op<mnemonic, traits> {
  let arguments = (ins Onnx_Float:$x, Onnx_Int<"-1">:$axis);
  let results = (outs Onnx_Float:$y);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        Adaptor a, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      if (failed(infer.axis(1, a.getAxis(), rankOf(a.getX()))))
        return ::mlir::failure();
      return infer.result(elementType(a.getX()), shapeOf(a.getX()));
    }
  }];
}

def Onnx_SoftmaxOp : Onnx_AlongAxisOp<"Softmax", [DeclareOpInterfaceMethods<DecomposableOp>]> {
  let summary = "exp(x) / sum(exp(x)) along axis";
}

def Onnx_LogSoftmaxOp : Onnx_AlongAxisOp<"LogSoftmax", [DeclareOpInterfaceMethods<DecomposableOp>]> {
  let summary = "log(softmax(x)) along axis";
}

def Onnx_HardmaxOp : Onnx_AlongAxisOp<"Hardmax", [DeclareOpInterfaceMethods<IndexedOp>]> {
  let summary = "1 for the first largest element along axis, else 0";
}

def Onnx_LpNormalizationOp
    : Onnx_AlongAxisOp<"LpNormalization", [DeclareOpInterfaceMethods<DecomposableOp>]> {
  let summary = "x divided by its p-norm along axis; p is 1 or 2";
  let arguments = (ins Onnx_Float:$x, Onnx_Int<"-1">:$axis,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntMinValue<1>, IntMaxValue<2>]>, "2">:$p);
}

def Onnx_BatchNormalizationOp : Onnx_DecomposableOp<"BatchNormalization"> {
  let summary = "scale * (x - mean) / sqrt(var + epsilon) + bias, by channel";
  let description = [{
    Inference only. (C1) x has at least two dimensions; (C2) the other operands
    have one element for each channel.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$scale, Onnx_Float:$bias,
    Onnx_Float:$mean, Onnx_Float:$var, Onnx_Float32<"1.0e-5f">:$epsilon);
  let results = (outs Onnx_Float:$y);
}

def Onnx_InstanceNormalizationOp : Onnx_DecomposableOp<"InstanceNormalization"> {
  let summary = "Each channel of each sample standardised, scaled and moved";
  let description = [{
    (C1) x has at least three dimensions; (C2) scale and bias have one element
    for each channel. Where their element type is another, they are converted.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$scale, Onnx_Float:$bias,
    Onnx_Float32<"1.0e-5f">:$epsilon);
  let results = (outs Onnx_Float:$y);
}

def Onnx_GroupNormalizationOp : Onnx_DecomposableOp<"GroupNormalization"> {
  let summary = "Groups of channels standardised; channels scaled and moved";
  let description = [{
    (C1) x has at least three dimensions; (C2) scale and bias have one element
    for each channel; (C3) num_groups divides the channels; (C4) no dimension but
    the first has a data-dependent size. Where the element type of scale or bias
    is another, they are converted.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$scale, Onnx_Float:$bias,
    Onnx_Float32<"1.0e-5f">:$epsilon, I64Attr:$num_groups, Onnx_Int<"1">:$stash_type);
  let results = (outs Onnx_Float:$y);
}

def Onnx_LayerNormalizationOp : Onnx_DecomposableOp<"LayerNormalization"> {
  let summary = "The dimensions from axis on standardised, scaled and moved";
  let description = [{
    Results are y, the mean and the reciprocal of the standard deviation.

    * (C1) axis is in range; (C2) scale and bias broadcast to x. Where their
      element type is another, they are converted.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$scale, Onnx_Optional<Onnx_Float>:$bias,
    Onnx_Int<"-1">:$axis, Onnx_Float32<"1.0e-5f">:$epsilon, Onnx_Int<"1">:$stash_type);
  let results = (outs Onnx_Float:$y, Onnx_Float:$mean, Onnx_Float:$inv_std_dev);
}

def Onnx_RMSNormalizationOp : Onnx_DecomposableOp<"RMSNormalization"> {
  let summary = "x / sqrt(mean(x * x) + epsilon) over the dimensions from axis on, scaled";
  let description = [{
    The result has the element type of scale.
    (C1) axis is in range; (C2) scale broadcasts to x.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$scale, Onnx_Int<"-1">:$axis,
    Onnx_Float32<"1.0e-5f">:$epsilon, Onnx_Int<"1">:$stash_type);
  let results = (outs Onnx_Float:$y);
}

def Onnx_MeanVarianceNormalizationOp : Onnx_DecomposableOp<"MeanVarianceNormalization"> {
  let summary = "x with mean 0 and variance 1 over axes";
  let description = [{(C1) axes are in range and differ.}];
  let arguments = (ins Onnx_Float:$x,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 2, 3}">:$axes);
  let results = (outs Onnx_Float:$y);
}

def Onnx_LRNOp : Onnx_IndexedOp<"LRN"> {
  let summary = "x / (bias + alpha / size * s)^beta, s: squares of size near channels";
  let description = [{
    (C1) x has at least two dimensions; (C2) size is positive.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"1.0e-4f">:$alpha, Onnx_Float32<"0.75">:$beta,
    Onnx_Float32<"1.0">:$bias, I64Attr:$size);
  let results = (outs Onnx_Float:$y);
}

def Onnx_DropoutOp : Onnx_DecomposableOp<"Dropout"> {
  let summary = "At inference: the operand, and a mask that is true everywhere";
  let description = [{
    (C1) training_mode is absent or a constant false, or ratio a constant 0.
  }];
  let arguments = (ins Onnx_Float:$data, Onnx_Optional<Onnx_Float>:$ratio,
    Onnx_Optional<Onnx_Bool>:$training_mode, Onnx_Int<"0">:$seed);
  let results = (outs Onnx_Float:$output, Onnx_Bool:$mask);
}
