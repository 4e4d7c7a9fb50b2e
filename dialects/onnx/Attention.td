// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Attention and positions of transformers. Tensors are [batch, heads, sequence,
// depth] or [batch, sequence, heads * depth].

include "dialects/onnx/OnnxBase.td"

def Onnx_AttentionOp : Onnx_DecomposableOp<"Attention"> {
  let summary = "softmax(scale * q k' + mask) v of each head";
  let description = [{
    Keys and values follow those of the past, if there are any. Several heads of
    queries may share one of keys. The mask is added, or allows what it is true
    for; is_causal allows, to each query, the past and the keys up to its own.
    Rows to which nothing is allowed become 0. softcap * tanh(x / softcap) limits
    what the mask is added to. qk_matmul_output is the scaled product or, by mode,
    that behind softcap (1), the mask (2), the softmax (3). Softmax is computed in
    f32 at least, whatever softmax_precision says.

    * (C1) q, k and v have one rank, 3 or 4, and one type; their extents fit each
      other; (C2) of rank 3, the heads are given; the heads of q are a multiple of
      those of k; (C3) past_key and past_value are both given and fit, or none;
      (C4) the mask broadcasts; its last extent may be less than the keys'; (C5)
      no size but that of the batch depends on data.
  }];
  let arguments = (ins Onnx_Float:$q, Onnx_Float:$k, Onnx_Float:$v,
    Onnx_Optional<Onnx_Tensor>:$attn_mask, Onnx_Optional<Onnx_Float>:$past_key,
    Onnx_Optional<Onnx_Float>:$past_value, Onnx_Int<"0">:$is_causal,
    Onnx_Int<"0">:$kv_num_heads, Onnx_Int<"0">:$q_num_heads,
    Onnx_Int<"0">:$qk_matmul_output_mode, OptionalAttr<F32Attr>:$scale,
    Onnx_Float32<"0.0">:$softcap, Onnx_Int<"0">:$softmax_precision);
  let results = (outs Onnx_Float:$y, Onnx_Float:$present_key, Onnx_Float:$present_value,
    Onnx_Float:$qk_matmul_output);
}

def Onnx_RotaryEmbeddingOp : Onnx_DecomposableOp<"RotaryEmbedding"> {
  let summary = "Pairs of elements of each head turned by angles of their position";
  let description = [{
    The pairs are the two halves of the first rotary_embedding_dim elements (0:
    of all), or, interleaved, neighbours. The cosines and sines of each position
    are rows of the caches: those that position_ids names, or one for each batch
    and position.

    * (C1) x has rank 4, or rank 3 and num_heads; rotary_embedding_dim is even and
      fits; (C2) the caches, and position_ids, fit x; (C3) no size but that of the
      batch depends on data.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$cos_cache, Onnx_Float:$sin_cache,
    Onnx_Optional<Onnx_Int64>:$position_ids, Onnx_Int<"0">:$interleaved,
    Onnx_Int<"0">:$num_heads, Onnx_Int<"0">:$rotary_embedding_dim);
  let results = (outs Onnx_Float:$y);
}
