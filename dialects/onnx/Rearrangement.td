// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that put elements at other places.

include "dialects/onnx/OnnxBase.td"

def Onnx_ConcatOp : Onnx_IndexedOp<"Concat", [Onnx_ExtentAware]> {
  let summary = "The operands one after the other along axis";
  let description = [{
    * (C1) axis is in range;
    * (C2) the operands have one element type and agree in the other dimensions.
  }];
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_SplitOp : Onnx_IndexedOp<"Split", [Onnx_ExtentAware]> {
  let summary = "Consecutive pieces along axis";
  let description = [{
    The pieces have the extents that split lists, or equal ones, the last being
    smaller if need be.

    * (C1) axis is in range; (C2) split is a constant;
    * (C3) it has num_outputs elements, not negative, whose sum is the extent;
      there are at most 65536.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Optional<Onnx_Int64>:$split,
    Onnx_Int<"0">:$axis, I64Attr:$num_outputs);
  let results = (outs Variadic<Onnx_Tensor>:$outputs);
}

def Onnx_TransposeOp : Onnx_IndexedOp<"Transpose", [Onnx_ExtentAware]> {
  let summary = "Dimension i of the result is dimension perm[i] of the operand";
  let description = [{
    Without perm, the dimensions are reversed. (C1) perm is a permutation.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Ints:$perm);
  let results = (outs Onnx_Tensor:$transposed);
  let declarations = [{
    /// perm with its default resolved.
    SmallVector<int64_t> getPermutation();
  }];
}

def Onnx_SliceOp : Onnx_IndexedOp<"Slice", [Onnx_ExtentAware]> {
  let summary = "Elements from starts to ends with steps, along axes";
  let description = [{
    * (C1) starts, ends, axes and steps are constants of one length;
    * (C2) axes are in range and differ; (C3) no step is 0.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Index:$starts, Onnx_Index:$ends,
    Onnx_Optional<Onnx_Index>:$axes, Onnx_Optional<Onnx_Index>:$steps);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_PadOp : Onnx_IndexedOp<"Pad"> {
  let summary = "Elements added at (or, if negative, taken from) both ends";
  let description = [{
    mode says what the new elements are: constant_value (0 when absent), or
    those that reflect, edge or wrap find in what is kept.

    * (C1) pads and axes are constants; (C2) axes are in range and differ, and
      pads has two elements for each;
    * (C3) mode is one of constant, reflect, edge, wrap;
    * (C4) reflections stay inside, and there is something to repeat;
    * (C5) constant_value is one element, of a type that matches the operand's.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$pads,
    Onnx_Optional<Onnx_Tensor>:$constant_value, Onnx_Optional<Onnx_Index>:$axes,
    Onnx_String<"constant">:$mode);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_CenterCropPadOp : Onnx_DecomposableOp<"CenterCropPad"> {
  let summary = "The middle of the operand, or the operand in the middle of zeros";
  let description = [{
    shape holds the result's extents in the dimensions axes, or in all.

    * (C1) shape is a constant; (C2) axes are in range and differ, and shape has
      one element for each; (C3) the operand's size does not depend on data.
  }];
  let arguments = (ins Onnx_Tensor:$input_data, Onnx_Index:$shape, Onnx_Ints:$axes);
  let results = (outs Onnx_Tensor:$output_data);
}

def Onnx_TileOp : Onnx_IndexedOp<"Tile"> {
  let summary = "The operand repeated along every dimension";
  let description = [{
    * (C1) repeats is a constant; (C2) it has one element, not negative, for each
      dimension.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int64:$repeats);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ExpandOp : Onnx_IndexedOp<"Expand"> {
  let summary = "The operand broadcast with the shape";
  let description = [{
    (C1) shape is a constant; (C2) it broadcasts with the operand's shape.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int64:$shape);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_DepthToSpaceOp : Onnx_IndexedOp<"DepthToSpace"> {
  let summary = "Blocks of channels become blocks of pixels";
  let description = [{
    * (C1) the operand has four dimensions; (C2) blocksize is positive and its
      square divides the channels; (C3) mode is DCR or CRD.
  }];
  let arguments = (ins Onnx_Tensor:$input, I64Attr:$blocksize, Onnx_String<"DCR">:$mode);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_SpaceToDepthOp : Onnx_IndexedOp<"SpaceToDepth"> {
  let summary = "Blocks of pixels become blocks of channels";
  let description = [{
    * (C1) the operand has four dimensions; (C2) blocksize is positive and divides
      height and width.
  }];
  let arguments = (ins Onnx_Tensor:$input, I64Attr:$blocksize);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_TriluOp : Onnx_IndexedOp<"Trilu"> {
  let summary = "The upper or lower triangles of matrices, zeros elsewhere";
  let description = [{
    k moves the diagonal up. * (C1) the operand has at least two dimensions, k
    one element.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Optional<Onnx_Int64>:$k, Onnx_Int<"1">:$upper);
  let results = (outs Onnx_Tensor:$output);
}
