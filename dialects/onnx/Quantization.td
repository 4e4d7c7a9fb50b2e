// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations on integers that stand for real numbers: an integer q for
// (q - zero point) * scale. Scale and zero point have one element for all of a
// tensor, one for each index of dimension axis or, where block_size is given,
// one for each block_size neighbours along axis. An absent zero point is 0.
// All is expressed by operations on f32, for which there are kernels.

include "dialects/onnx/OnnxBase.td"

def Onnx_Byte : StaticShapeTensorOf<[I8, UI8]>;
def Onnx_Quantized : StaticShapeTensorOf<[I8, UI8, I16, UI16, I32]>;
def Onnx_Int32 : StaticShapeTensorOf<[I32]>;

//===----------------------------------------------------------------------===//
// To integers and back
//===----------------------------------------------------------------------===//

def Onnx_QuantizeLinearOp : Onnx_DecomposableOp<"QuantizeLinear"> {
  let summary = "x / scale, rounded to even, moved by the zero point, within the integers' range";
  let description = [{
    The integers are of the zero point's type, or of ONNX's number output_dtype,
    or bytes. Quotients are computed in f32, whatever precision says.

    * (C1) axis is in range, where there is more than one scale; (C2) scale and
      zero point fit x; (C3) the integers have 8 or 16 bits.
  }];
  let arguments = (ins Onnx_Numeric:$x, Onnx_Float:$y_scale, Onnx_Optional<Onnx_Integer>:$y_zero_point,
    Onnx_Int<"1">:$axis, Onnx_Int<"0">:$block_size, Onnx_Int<"0">:$output_dtype,
    Onnx_Int<"0">:$precision, Onnx_Int<"1">:$saturate);
  let results = (outs Onnx_Integer:$y);
  let hasFolder = 1;
  let declarations = [{
    /// The result before it becomes integers, in f32.
    ::mlir::Value emitRounded(::mlir::OpBuilder &b);
  }];
}

def Onnx_DequantizeLinearOp : Onnx_DecomposableOp<"DequantizeLinear"> {
  let summary = "(x - zero point) * scale";
  let description = [{
    The result has the type of the scale, or ONNX's number output_dtype.

    * (C1) axis is in range, where there is more than one scale or zero point;
    * (C2) they fit x, and the zero point is of its type; (C3) output_dtype is a
      floating-point type.
  }];
  let arguments = (ins Onnx_Quantized:$x, Onnx_Float:$x_scale,
    Onnx_Optional<Onnx_Quantized>:$x_zero_point, Onnx_Int<"1">:$axis,
    Onnx_Int<"0">:$block_size, Onnx_Int<"0">:$output_dtype);
  let results = (outs Onnx_Float:$y);
  let hasFolder = 1;
  let declarations = [{
    /// The result, where `x`, of f32 or i32, stands for the operand.
    ::mlir::Value emitReal(::mlir::OpBuilder &b, ::mlir::Value x);
    /// Whether scale and zero point are those by which `op` made the operand.
    bool reverses(QuantizeLinearOp op);
  }];
}

def Onnx_DynamicQuantizeLinearOp : Onnx_DecomposableOp<"DynamicQuantizeLinear"> {
  let summary = "Bytes, scale and zero point by which the range of x, with 0, is that of bytes";
  let description = [{(C1) x is not empty.}];
  let arguments = (ins Onnx_Float:$x);
  let results = (outs Onnx_Integer:$y, Onnx_Float:$y_scale, Onnx_Integer:$y_zero_point);
}

//===----------------------------------------------------------------------===//
// Products of integers
//===----------------------------------------------------------------------===//

// Constraints of all of them: those of MatMul or Conv, whose attributes they
// have; (C2) zero points and scales have one element or, of a matrix product,
// one for each row of a or column of b and, of a convolution, one for each
// output channel of w; zero points are of the type of what they belong to.

def Onnx_MatMulIntegerOp : Onnx_DecomposableOp<"MatMulInteger"> {
  let summary = "The product of integers less their zero points, in i32";
  let arguments = (ins Onnx_Byte:$a, Onnx_Byte:$b, Onnx_Optional<Onnx_Byte>:$a_zero_point,
    Onnx_Optional<Onnx_Byte>:$b_zero_point);
  let results = (outs Onnx_Integer:$y);
}

def Onnx_QLinearMatMulOp : Onnx_DecomposableOp<"QLinearMatMul"> {
  let summary = "The matrix product of quantized tensors, quantized";
  let arguments = (ins Onnx_Byte:$a, Onnx_Float:$a_scale, Onnx_Byte:$a_zero_point,
    Onnx_Byte:$b, Onnx_Float:$b_scale, Onnx_Byte:$b_zero_point,
    Onnx_Float:$y_scale, Onnx_Byte:$y_zero_point);
  let results = (outs Onnx_Integer:$y);
}

def Onnx_ConvIntegerOp : Onnx_DecomposableOp<"ConvInteger"> {
  let summary = "The convolution of integers less their zero points, in i32";
  let arguments = (ins Onnx_Byte:$x, Onnx_Byte:$w, Onnx_Optional<Onnx_Byte>:$x_zero_point,
    Onnx_Optional<Onnx_Byte>:$w_zero_point, Onnx_String<"NOTSET">:$auto_pad,
    Onnx_Ints:$dilations, Onnx_Int<"1">:$group, Onnx_Ints:$kernel_shape, Onnx_Ints:$pads,
    Onnx_Ints:$strides);
  let results = (outs Onnx_Integer:$y);
}

def Onnx_QLinearConvOp : Onnx_DecomposableOp<"QLinearConv"> {
  let summary = "The convolution of quantized tensors, quantized";
  let description = [{The bias b counts in the product of the scales of x and w.}];
  let arguments = (ins Onnx_Byte:$x, Onnx_Float:$x_scale, Onnx_Byte:$x_zero_point,
    Onnx_Byte:$w, Onnx_Float:$w_scale, Onnx_Byte:$w_zero_point,
    Onnx_Float:$y_scale, Onnx_Byte:$y_zero_point, Onnx_Optional<Onnx_Int32>:$b,
    Onnx_String<"NOTSET">:$auto_pad, Onnx_Ints:$dilations, Onnx_Int<"1">:$group,
    Onnx_Ints:$kernel_shape, Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Integer:$y);
}
