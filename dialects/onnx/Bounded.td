// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations with results of data-dependent size. Those called Bounded… are not
// ONNX's own: the importer makes them of the operators after which they are
// called, where these have a data-dependent size.

include "dialects/onnx/OnnxBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

class Onnx_BoundedOp<string mnemonic, list<Trait> traits>
    : Onnx_Op<mnemonic, traits # [Onnx_ExtentAware, Onnx_ExtentSource]>;
class Onnx_BoundedSequentialOp<string mnemonic, list<Trait> traits = []>
    : Onnx_BoundedOp<mnemonic, [DeclareOpInterfaceMethods<SequentialOp>] # traits>;
class Onnx_BoundedIndexedOp<string mnemonic, list<Trait> traits = []>
    : Onnx_BoundedOp<mnemonic, [DeclareOpInterfaceMethods<IndexedOp>] # traits>;

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

def Onnx_NonZeroOp : Onnx_BoundedSequentialOp<"NonZero"> {
  let summary = "The positions of elements that are not 0, one a column";
  let arguments = (ins Onnx_Tensor:$x);
  let results = (outs Onnx_Int64:$y, Onnx_Int64:$extent);
}

def Onnx_CompressOp : Onnx_BoundedSequentialOp<"Compress"> {
  let summary = "The slices along axis, or elements, for which condition holds";
  let description = [{
    A condition that is shorter than the axis ends the selection.
    (C1) axis is in range; (C2) condition has one dimension, not longer than what
    is selected from.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Bool:$condition, OptionalAttr<I64Attr>:$axis);
  let results = (outs Onnx_Tensor:$output, Onnx_Int64:$extent);
}

def Onnx_NonMaxSuppressionOp : Onnx_BoundedSequentialOp<"NonMaxSuppression"> {
  let summary = "Boxes of high score that overlap none of a higher one too much";
  let description = [{
    Rows (batch, class, box), by batch, class and descending score; of equal
    scores the first comes first. `limit` is the number of rows that are used:
    later ones are not looked for.

    * (C1) boxes is [batch, N, 4], scores is [batch, classes, N];
    * (C2) the other operands have one element; (C3) the element types of boxes
      and the thresholds match.
  }];
  let arguments = (ins Onnx_Float:$boxes, Onnx_Float:$scores,
    Onnx_Optional<Onnx_Int64>:$max_output_boxes_per_class,
    Onnx_Optional<Onnx_Float>:$iou_threshold, Onnx_Optional<Onnx_Float>:$score_threshold,
    Onnx_Int<"0">:$center_point_box, OptionalAttr<I64Attr>:$limit);
  // `heap` holds the candidates of one class while the operation runs.
  let results = (outs Onnx_Int64:$selected, Onnx_Int64:$heap, Onnx_Int64:$extent);
}

def Onnx_UniqueOp : Onnx_BoundedSequentialOp<"Unique"> {
  let summary = "Each slice of x along axis, or element, once";
  let description = [{
    In ascending order or, with sorted = 0, as they come. indices tells where each
    stands first, inverse_indices which one stands where, counts how often. Each
    slice is compared with those that were found before.

    * (C1) axis is in range; (C2) x has no data-dependent size.
  }];
  let arguments = (ins Onnx_Tensor:$x, OptionalAttr<I64Attr>:$axis, Onnx_Int<"1">:$sorted);
  let results = (outs Onnx_Tensor:$y, Onnx_Int64:$indices, Onnx_Int64:$inverse_indices,
    Onnx_Int64:$counts, Onnx_Int64:$extent);
}

//===----------------------------------------------------------------------===//
// Forms of operators whose results have a static size elsewhere
//===----------------------------------------------------------------------===//

def Onnx_BoundedConcatOp : Onnx_BoundedSequentialOp<"BoundedConcat", [Onnx_ImporterOnly]> {
  let summary = "Concat along a dimension of data-dependent extent";
  let description = [{
    (C1) axis is in range; (C2) the operands have one element type and agree in
    the other dimensions.
  }];
  let arguments = (ins Variadic<Onnx_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Onnx_Tensor:$output, Onnx_Int64:$extent);
}

def Onnx_BoundedIfOp : Onnx_BoundedIndexedOp<"BoundedIf", [Onnx_ImporterOnly]> {
  let summary = "The result of If: one of two tensors of different size";
  let description = [{
    (C1) condition has one element; (C2) the tensors have one element type and
    rank and agree in all dimensions but one.
  }];
  let arguments = (ins Onnx_Bool:$condition, Onnx_Tensor:$then_value, Onnx_Tensor:$else_value);
  let results = (outs Onnx_Tensor:$output, Onnx_Int64:$extent);
  let declarations = [{
    /// The dimension in which the tensors differ.
    int64_t getAxis();
  }];
}

def Onnx_BoundedSliceOp : Onnx_BoundedIndexedOp<"BoundedSlice", [Onnx_ImporterOnly]> {
  let summary = "The elements from start to end of a dimension of data-dependent extent";
  let description = [{
    Negative positions count from the true end. (C1) axis is in range.
  }];
  let arguments = (ins Onnx_Tensor:$data, I64Attr:$start, I64Attr:$end, I64Attr:$axis);
  let results = (outs Onnx_Tensor:$output, Onnx_Int64:$extent);
}

def Onnx_BoundedTopKOp : Onnx_BoundedSequentialOp<"BoundedTopK", [Onnx_ImporterOnly]> {
  let summary = "TopK of a computed k, which is not larger than bound";
  let description = [{
    A k beyond the operand's extent is a fault.
    (C1) k has one element; (C2) axis is in range; (C3) bound is not negative and
    not larger than the extent's bound.
  }];
  let arguments = (ins Onnx_Numeric:$x, Onnx_Int64:$k, I64Attr:$bound, Onnx_Int<"-1">:$axis,
    Onnx_Int<"1">:$largest, Onnx_Int<"1">:$sorted);
  let results = (outs Onnx_Numeric:$values, Onnx_Int64:$indices, Onnx_Int64:$extent);
}

def Onnx_FillLikeOp : Onnx_ElementwiseOp<"FillLike",
    "adaptor.getValue().getElementType(), ::mlir::ValueRange()", [Onnx_ImporterOnly]> {
  let summary = "ConstantOfShape of the shape of another tensor";
  let description = [{(C1) value can be read.}];
  let arguments = (ins Onnx_Tensor:$like,
    ConfinedAttr<ElementsAttr, [AttrConstraint<
      CPred<"::llvm::cast<::mlir::ElementsAttr>($_self).getNumElements() == 1">,
      "of one element">]>:$value);
  let hasVerifier = 1;
}
