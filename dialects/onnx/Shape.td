// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that rearrange elements.

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// The same elements in the same order
//===----------------------------------------------------------------------===//

// Row-major order is kept, so these can be done without moving a byte; see
// isReinterpretation in OnnxOps.h.
class Onnx_ReinterpretOp<string mnemonic> : Onnx_IndexedOp<mnemonic> {
  let results = (outs Onnx_Tensor:$output);
  let hasFolder = 1;
  let extraClassDefinition = [{
    ::mlir::Value $cppClass::emitElement(
        ElementBuilder &b, unsigned, ::mlir::ValueRange index) {
      return emitReinterpretation(b, (*this)->getOperand(0), index, getOutput());
    }
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return foldReinterpretation((*this)->getOperand(0), adaptor.getOperands()[0],
                                  getOutput());
    }
  }];
}

def Onnx_FlattenOp : Onnx_ReinterpretOp<"Flatten"> {
  let summary = "The matrix whose rows are the dimensions before axis";
  let description = [{(C1) axis is in [-rank, rank].}];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int<"1">:$axis);
}

def Onnx_IdentityOp : Onnx_ReinterpretOp<"Identity"> {
  let summary = "The operand";
  let arguments = (ins Onnx_Tensor:$input);
}

def Onnx_ReshapeOp : Onnx_ReinterpretOp<"Reshape"> {
  let summary = "The elements in another shape";
  let description = [{
    -1 stands for the extent that makes the sizes equal, 0, unless allowzero is
    set, for the operand's extent of the same dimension.

    * (C1) shape is a constant;
    * (C2) at most one of its elements is -1, none is less;
    * (C3) the result has as many elements as the operand.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$shape, Onnx_Int<"0">:$allowzero);
}

def Onnx_SqueezeOp : Onnx_ReinterpretOp<"Squeeze"> {
  let summary = "Removes dimensions of extent 1: those in axes, or all";
  let description = [{
    * (C1) axes is constant; (C2) its elements are in range and differ;
    * (C3) they name dimensions of extent 1.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Optional<Onnx_Int64>:$axes);
}

def Onnx_UnsqueezeOp : Onnx_ReinterpretOp<"Unsqueeze"> {
  let summary = "Inserts dimensions of extent 1, axes in the result";
  let description = [{
    (C1) axes is constant; (C2) its elements are in range and differ.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$axes);
}

//===----------------------------------------------------------------------===//
// Facts about shapes
//===----------------------------------------------------------------------===//

def Onnx_ShapeOp : Onnx_IndexedOp<"Shape", [Onnx_ExtentAware]> {
  let summary = "The extents of the dimensions from start to end";
  let arguments = (ins Onnx_Tensor:$data, OptionalAttr<I64Attr>:$end, Onnx_Int<"0">:$start);
  let results = (outs Onnx_Int64:$shape);
  let hasFolder = 1;
}

def Onnx_SizeOp : Onnx_IndexedOp<"Size", [Onnx_ExtentAware]> {
  let summary = "The number of elements";
  let arguments = (ins Onnx_Tensor:$data);
  let results = (outs Onnx_Int64:$size);
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Elements in another order
//===----------------------------------------------------------------------===//

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
    * (C3) it has num_outputs elements, not negative, whose sum is the extent.
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
    those that reflect, edge or wrap find inside.

    * (C1) pads and axes are constants; (C2) axes are in range and differ, and
      pads has two elements for each;
    * (C3) mode is one of constant, reflect, edge, wrap;
    * (C4) reflections stay inside, and there is something to repeat.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$pads,
    Onnx_Optional<Onnx_Tensor>:$constant_value, Onnx_Optional<Onnx_Index>:$axes,
    Onnx_String<"constant">:$mode);
  let results = (outs Onnx_Tensor:$output);
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
