// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that read or write where indices say. Negative indices count from
// the end; those out of range are a fault when the operation runs.

include "dialects/onnx/OnnxBase.td"

def Onnx_GatherOp : Onnx_IndexedOp<"Gather", [Onnx_ExtentAware]> {
  let summary = "Slices of data along axis, chosen by indices";
  let description = [{
    (C1) axis is in range; (C2) its extent is not 0, unless the result is empty.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Index:$indices, Onnx_Int<"0">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_GatherElementsOp : Onnx_IndexedOp<"GatherElements", [Onnx_ExtentAware]> {
  let summary = "Elements of data; indices replaces the position along axis";
  let description = [{
    (C1) axis is in range; (C2) its extent is not 0, unless indices is empty;
    (C3) indices has the rank of data and no larger extent in another dimension.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Index:$indices, Onnx_Int<"0">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_GatherNDOp : Onnx_IndexedOp<"GatherND", [Onnx_ExtentAware]> {
  let summary = "Slices of data; the last dimension of indices holds positions";
  let description = [{
    * (C1) batch_dims is less than both ranks, and the batch dimensions agree;
    * (C2) indices' last extent is from 1 to the rank of what remains of data;
    * (C3) the dimensions that are indexed are not empty, unless the result is.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$indices, Onnx_Int<"0">:$batch_dims);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ScatterElementsOp : Onnx_SequentialOp<"ScatterElements"> {
  let summary = "data with updates put where indices say along axis";
  let description = [{
    reduction (none, add, mul, max, min) combines an update with what is there.

    * (C1) axis is in range; (C2) indices and updates have one shape, of the rank
      of data, no larger than data in other dimensions;
    * (C3) reduction is known; (C4) the dimension is not empty, unless indices is.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Index:$indices, Onnx_Tensor:$updates,
    Onnx_Int<"0">:$axis, Onnx_String<"none">:$reduction);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ScatterNDOp : Onnx_SequentialOp<"ScatterND"> {
  let summary = "data with slices put where the last dimension of indices says";
  let description = [{
    * (C1) indices' last extent is from 1 to data's rank; (C2) updates has the
      shape of indices without its last dimension, then that of the slices;
    * (C3) reduction is known; (C4) the dimensions that are indexed are not empty,
      unless updates is.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$indices, Onnx_Tensor:$updates,
    Onnx_String<"none">:$reduction);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_OneHotOp : Onnx_IndexedOp<"OneHot"> {
  let summary = "values[1] where the position along axis is the index, else values[0]";
  let description = [{
    * (C1) depth is a positive constant; (C2) axis is in range of the result;
    * (C3) values has two elements.
  }];
  let arguments = (ins Onnx_Numeric:$indices, Onnx_Numeric:$depth, Onnx_Tensor:$values,
    Onnx_Int<"-1">:$axis);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_ReverseSequenceOp : Onnx_IndexedOp<"ReverseSequence"> {
  let summary = "The first sequence_lens elements of each sequence reversed";
  let description = [{
    (C1) batch_axis and time_axis are 0 and 1, or 1 and 0; (C2) there is one
    length for each batch element.
  }];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int64:$sequence_lens,
    Onnx_Int<"1">:$batch_axis, Onnx_Int<"0">:$time_axis);
  let results = (outs Onnx_Tensor:$y);
}

def Onnx_TopKOp : Onnx_SequentialOp<"TopK", [Onnx_ExtentAware]> {
  let summary = "The k largest (or smallest) elements along axis, and their positions";
  let description = [{
    In order; of equal elements the first comes first.

    (C1) k is a constant with one element; (C2) axis is in range; (C3) k is not
    negative and not larger than the extent.
  }];
  let arguments = (ins Onnx_Numeric:$x, Onnx_Int64:$k, Onnx_Int<"-1">:$axis,
    Onnx_Int<"1">:$largest, Onnx_Int<"1">:$sorted);
  let results = (outs Onnx_Numeric:$values, Onnx_Int64:$indices);
}

def Onnx_TfIdfVectorizerOp : Onnx_SequentialOp<"TfIdfVectorizer"> {
  let summary = "Counts of n-grams from a pool of integers";
  let description = [{
    * (C1) x has one or two dimensions; (C2) the pool is of integers, its n-grams
      lie where ngram_counts says, and ngram_indexes has one entry for each;
    * (C3) 1 <= min_gram_length <= max_gram_length, and max_skip_count >= 0; not
      more than 2^20 items are to be compared at all distances;
    * (C4) mode is TF, IDF or TFIDF; weights, if given, has an entry for each n-gram.
  }];
  let arguments = (ins Onnx_Index:$x, I64Attr:$max_gram_length, I64Attr:$max_skip_count,
    I64Attr:$min_gram_length, StrAttr:$mode, DenseI64ArrayAttr:$ngram_counts,
    DenseI64ArrayAttr:$ngram_indexes, Onnx_Ints:$pool_int64s,
    DefaultValuedAttr<DenseF32ArrayAttr, "{}">:$weights);
  let results = (outs Onnx_Float:$y);
}
