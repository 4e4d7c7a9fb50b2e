// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions and matrix products.

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

def Onnx_ConvOp : Onnx_IndexedOp<"Conv"> {
  let summary = "Grouped, dilated, strided convolution in any number of dimensions";
  let description = [{
    x is [N, C, spatial...], w is [M, C / group, kernel...], b is [M].

    * (C1) x has at least three dimensions and w as many;
    * (C2) group is positive, divides C and M, and w's second extent is C / group;
    * (C3) the window fits (see inferWindow); kernel_shape, when given, is w's;
    * (C4) b has M elements; (C5) the operands' element types match.

    Those of integers stem from ConvInteger.
  }];
  let arguments = (ins Onnx_FloatOrInt32:$x, Onnx_FloatOrInt32:$w,
    Onnx_Optional<Onnx_FloatOrInt32>:$b, Onnx_String<"NOTSET">:$auto_pad,
    Onnx_Ints:$dilations, Onnx_Int<"1">:$group, Onnx_Ints:$kernel_shape, Onnx_Ints:$pads,
    Onnx_Ints:$strides);
  let results = (outs Onnx_FloatOrInt32:$y);
  let declarations = [{
    /// The sliding window with all defaults resolved.
    Window getWindow();
  }];
}

def Onnx_ConvTransposeOp : Onnx_IndexedOp<"ConvTranspose"> {
  let summary = "The transpose of a convolution: every input element spreads a kernel";
  let description = [{
    x is [N, C, spatial...], w is [C, M / group, kernel...], b is [M]. Padding is
    taken from the result; output_shape, when given, decides how much.

    * (C1) x has at least three dimensions and w as many;
    * (C2) group is positive and divides C, which is w's first extent;
    * (C3) attributes have one entry (pads: two) for each spatial dimension and
      are sane; kernel_shape, when given, is w's; auto_pad is known;
    * (C4) b has M elements; (C5) the operands' element types match.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$w, Onnx_Optional<Onnx_Float>:$b,
    Onnx_String<"NOTSET">:$auto_pad, Onnx_Ints:$dilations, Onnx_Int<"1">:$group,
    Onnx_Ints:$kernel_shape, Onnx_Ints:$output_padding, Onnx_Ints:$output_shape,
    Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Float:$y);
  let declarations = [{
    /// The window of the convolution that this one transposes; `output` holds
    /// the extents of the result.
    Window getWindow();
  }];
}

def Onnx_DeformConvOp : Onnx_DecomposableOp<"DeformConv"> {
  let summary = "A convolution that reads x at moved positions, between its elements";
  let description = [{
    x is [N, C, H, W], w is [M, C / group, kernel...], b is [M]. The channels are
    offset_group groups, in each of which offset moves what the kernel's elements
    read, down and to the right, for each element of the result, and mask weighs it:
    they are [N, offset_group * kernel elements * 2, result...] and the same
    without the 2.

    * (C1) x, which is not empty, and w have four dimensions;
    * (C2) group is positive, divides C and M, and w's second extent is C / group;
    * (C3) the window fits (see inferWindow); kernel_shape, when given, is w's; the
      kernel has, in one column or row of the result, at most 2^20 elements;
    * (C4) offset_group is positive and divides C; offset, mask and b fit;
    * (C5) the operands' element types match, and their sizes do not depend on
      data; (C6) there are not too many positions.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$w, Onnx_Float:$offset,
    Onnx_Optional<Onnx_Float>:$b, Onnx_Optional<Onnx_Float>:$mask, Onnx_Ints:$dilations,
    Onnx_Int<"1">:$group, Onnx_Ints:$kernel_shape, Onnx_Int<"1">:$offset_group,
    Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Float:$y);
}

def Onnx_Col2ImOp : Onnx_IndexedOp<"Col2Im"> {
  let summary = "The sum of blocks, put back to where a window took them";
  let description = [{
    * (C1) image_shape and block_shape are constants of one length, of positive
      elements; (C2) the window fits (see inferWindow);
    * (C3) input is [N, C * elements of a block, number of blocks].
  }];
  let arguments = (ins Onnx_Numeric:$input, Onnx_Int64:$image_shape, Onnx_Int64:$block_shape,
    Onnx_Ints:$dilations, Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Numeric:$output);
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

def Onnx_MatMulOp : Onnx_IndexedOp<"MatMul"> {
  let summary = "Matrix product, batched and broadcast as numpy.matmul";
  let description = [{
    A one-dimensional operand is a row (a) or a column (b), whose dimension of
    extent 1 is absent from the result.

    * (C1) no operand is a scalar; both have one element type;
    * (C2) the inner extents are equal;
    * (C3) the batch dimensions broadcast.
  }];
  let arguments = (ins Onnx_Numeric:$a, Onnx_Numeric:$b);
  let results = (outs Onnx_Numeric:$y);
}

def Onnx_GemmOp : Onnx_IndexedOp<"Gemm"> {
  let summary = "alpha * a' * b' + beta * c";
  let description = [{
    a' is a, or its transpose if transA is set; b' likewise; c is broadcast to the
    result.

    * (C1) a and b are matrices;
    * (C2) the inner extents are equal;
    * (C3) c broadcasts to the result; (C4) the operands' element types match.
  }];
  let arguments = (ins Onnx_Numeric:$a, Onnx_Numeric:$b, Onnx_Optional<Onnx_Numeric>:$c,
    Onnx_Float32<"1.0">:$alpha, Onnx_Float32<"1.0">:$beta,
    Onnx_Int<"0">:$transA, Onnx_Int<"0">:$transB);
  let results = (outs Onnx_Numeric:$y);
}

def Onnx_DetOp : Onnx_SequentialOp<"Det"> {
  let summary = "Determinants of square matrices";
  let description = [{
    (C1) the last two extents of x are equal, and at most 8.
  }];
  let arguments = (ins Onnx_Float:$x);
  let results = (outs Onnx_Float:$y);
}
