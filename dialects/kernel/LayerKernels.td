// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kernels on whole tensors: the roots of fused layers.

#ifndef VELTAIR_DIALECTS_KERNEL_LAYER_KERNELS_TD
#define VELTAIR_DIALECTS_KERNEL_LAYER_KERNELS_TD

include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/kernel/KernelDialect.td"
include "dialects/kernel/LayerKernelInterface.td"

class Kernel_Op<string mnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, mnemonic, traits>;

def Kernel_F32Tensor : StaticShapeTensorOf<[F32]>;
/// Operands that a kernel can read in bf16, too.
def Kernel_FloatTensor : StaticShapeTensorOf<[F32, BF16]>;

/// A kernel that is the root of layers, in place of the ONNX operator.
class Kernel_LayerKernelOp<string mnemonic, string operator, code declarations = "">
    : Kernel_Op<mnemonic, [Pure, LayerKernelOp]> {
  let extraClassDeclaration = [{
    ::llvm::StringRef getOperatorName() { return "}] # operator # [{"; }
  }] # declarations;
}

class Kernel_WindowedOp<string mnemonic, dag attributes = (ins)>
    : Kernel_LayerKernelOp<mnemonic, "Conv", [{
        /// An input that is not blocked, in pairs of neighbouring columns: code
        /// grows with their number.
        bool canReadBf16(unsigned number) {
          int64_t columns = getFilter().getType().getDimSize(3);
          return number == 0 &&
                 (getInput().getType().getRank() == 5 ||
                  (columns > 1 && columns <= 16 && getDilations()[1] == 1));
        }
      }]> {
  let arguments = !con((ins
    Kernel_FloatTensor:$input, Kernel_F32Tensor:$filter,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads), attributes);
  let results = (outs Kernel_F32Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter attr-dict `:` type($input) `,` type($filter) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Kernel_Conv2DOp
    : Kernel_WindowedOp<"conv2d", (ins DefaultValuedAttr<I64Attr, "1">:$groups)> {
  let summary = "Dense two-dimensional convolution";
  let description = [{
    * `input`: `[N, ceil(C/16), H, W, 16]`, or `[N, C, H, W]` for an input of
      few channels.
    * `filter`: `[O, C, KH, KW]`; versions pack it.
    * `strides`, `dilations`: `[height, width]`;
      `pads`: `[top, left, bottom, right]`, of zeros.
    * `result`: `[N, ceil(O/16), OH, OW, 16]`, lanes beyond O are zero.
    * `groups`: as of ONNX's Conv, which divide the channels of input and result.
      If there are several, the input is blocked, and each has a multiple of 16
      channels of both; C are those of one.

    With an `input` of bf16 versions may round the filter to bf16, too; the sums
    are f32. If it is not blocked, the window has 2 to 16 columns, without
    dilation.
  }];
}

def Kernel_DepthwiseConv2DOp : Kernel_WindowedOp<"depthwise_conv2d"> {
  let summary = "Two-dimensional convolution of each channel with its own filter";
  let description = [{
    As `conv2d`, with `input` `[N, ceil(C/16), H, W, 16]`, `filter`
    `[C, 1, KH, KW]` and `result` `[N, ceil(C/16), OH, OW, 16]`. An `input` of
    bf16 is multiplied in f32.
  }];
}

def Kernel_MatMulOp : Kernel_LayerKernelOp<"matmul", "MatMul", [{
    bool canReadBf16(unsigned number) {
      return number == 0 && getLhs().getType().getShape().back() % 2 == 0;
    }
    bool mergesRows() { return true; }
  }]> {
  let summary = "Product of a row-major matrix with a constant one";
  let description = [{
    * `lhs`: `[..., M, K]`.
    * `rhs`: `[K, N]`, or `[N, K]` with `transpose_rhs`; versions pack it.
    * `result`: `[..., M, N]`; the leading dimensions are those of `lhs`.

    With a `lhs` of bf16, whose K is even, versions round `rhs` to bf16, too; the
    sums are f32.
  }];
  let arguments = (ins Kernel_FloatTensor:$lhs, Kernel_F32Tensor:$rhs, UnitAttr:$transpose_rhs);
  let results = (outs Kernel_F32Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Kernel_StridedViewAttr : AttrDef<Kernel_Dialect, "StridedView"> {
  let mnemonic = "strided_view";
  let summary = "Elements of a tensor as another one";
  let description = [{
    Element `[i, j ...]` of the view is element `offset + i * strides[0] +
    j * strides[1] ...` of the tensor's memory. A stride of 0 repeats.

    Example: head 3 of `[tokens, heads, 64]` as `[64, tokens]` is
    `#kernel.strided_view<192, sizes = [64, 128], strides = [1, 768]>`.
  }];
  let parameters = (ins
    "int64_t":$offset, ArrayRefParameter<"int64_t">:$sizes, ArrayRefParameter<"int64_t">:$strides);
  let assemblyFormat = [{
    `<` $offset `,` `sizes` `=` `[` $sizes `]` `,` `strides` `=` `[` $strides `]` `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Whether all elements lie in a tensor of that many elements.
    bool fits(int64_t elements) const;
  }];
}

/// A kernel whose operands are read where they are.
class Kernel_UnpackedKernelOp<string mnemonic, string operator, code declarations = "">
    : Kernel_LayerKernelOp<mnemonic, operator, [{
        bool isPackedOperand(unsigned) { return false; }
      }] # declarations> {
  let results = (outs Kernel_F32Tensor:$result);
  let hasVerifier = 1;
}

def Kernel_BatchMatMulOp : Kernel_UnpackedKernelOp<"batch_matmul", "MatMul"> {
  let summary = "Products of computed matrices";
  let description = [{
    * `lhs_view`: `[B..., M, K]`; `rhs_view`: `[B..., K, N]`.
    * `result`: `[B..., M, N]`.
  }];
  let arguments = (ins
    Kernel_F32Tensor:$lhs, Kernel_F32Tensor:$rhs,
    Kernel_StridedViewAttr:$lhs_view, Kernel_StridedViewAttr:$rhs_view);
  let assemblyFormat = [{
    $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)
  }];
}

def Kernel_AttentionOp : Kernel_UnpackedKernelOp<"attention", "Attention", [{
    /// Queries and keys, in pairs along their rows, and values, in pairs of rows.
    bool canReadBf16(unsigned number);
  }]> {
  let summary = "softmax(scale * Q K' + mask) V, for each head";
  let description = [{
    * `query_view`: `[batch, heads, queries, depth]`.
    * `key_view`: `[batch, heads, keys, depth]`.
    * `value_view`: `[batch, heads, keys, value depth]`, rows contiguous.
    * `mask_view`: `[batch, heads, queries, keys]`.
    * `result`: `[batch, heads, queries, value depth]` permuted by
      `result_order`, which leaves the last dimension where it is.

    The softmax is over the keys. With `query` and `key` of bf16, whose rows are
    contiguous and of even size, the scores are products of bf16. With `value` of
    bf16, an even number of keys and 16 queries or more, the weights, too, are
    rounded to bf16, behind the softmax in f32.
  }];
  let arguments = (ins
    Kernel_FloatTensor:$query, Kernel_FloatTensor:$key, Kernel_FloatTensor:$value,
    Optional<Kernel_F32Tensor>:$mask,
    Kernel_StridedViewAttr:$query_view, Kernel_StridedViewAttr:$key_view,
    Kernel_StridedViewAttr:$value_view, OptionalAttr<Kernel_StridedViewAttr>:$mask_view,
    F32Attr:$scale, DenseI64ArrayAttr:$result_order);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

/// A kernel that takes a tensor for a list of rows.
class Kernel_RowsOp<string mnemonic, string operator>
    : Kernel_UnpackedKernelOp<mnemonic, operator, [{
        bool mergesRows() { return true; }
      }]>;

def Kernel_SoftmaxRowsOp : Kernel_RowsOp<"softmax_rows", "Softmax"> {
  let summary = "Softmax over the last dimension";
  let arguments = (ins Kernel_F32Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Kernel_NormalizeRowsOp : Kernel_RowsOp<"normalize_rows", "LayerNormalization"> {
  let summary = "Rows with a mean of 0 and a variance of 1";
  let description = [{
    A row `x` of `input`, `[..., N]`, becomes
    `(x - mean) / sqrt(mean((x - mean)^2) + epsilon)`; if `uncentered`, the mean
    is left out.
  }];
  let arguments = (ins Kernel_F32Tensor:$input, F32Attr:$epsilon, UnitAttr:$uncentered);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Kernel_GatherChannelsOp : Kernel_UnpackedKernelOp<"gather_channels", "Gather"> {
  let summary = "Channels of blocked tensors in any order";
  let description = [{
    * `inputs`: `[N, Cb, H, W, 16]` with any Cb; their lanes are numbered through.
    * `channels`: the lane that each channel of the result is.
    * `result`: `[N, ceil(C/16), H, W, 16]`, lanes beyond C are zero.
  }];
  let arguments = (ins Variadic<Kernel_F32Tensor>:$inputs, DenseI64ArrayAttr:$channels);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
}

def Kernel_MaxPoolOp : Kernel_UnpackedKernelOp<"max_pool", "MaxPool"> {
  let summary = "Maximum over a sliding window of two dimensions";
  let description = [{
    * `input`: `[N, Cb, H, W, 16]`; `result`: `[N, Cb, OH, OW, 16]`.
    * `window`, `strides`, `dilations`: `[height, width]`;
      `pads`: `[top, left, bottom, right]`, which hold no elements: the maximum
      of a window that lies in them alone is -infinity.

    That of a window with a NaN is NaN; a zero may have either sign. Maxima are of
    f32: either tensor may be of bf16.
  }];
  let arguments = (ins
    Kernel_FloatTensor:$input, DenseI64ArrayAttr:$window,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads);
  let results = (outs Kernel_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def Kernel_RecurrentCell : I32EnumAttr<"RecurrentCell", "what a step of a network computes", [
    I32EnumAttrCase<"RNN", 0, "rnn">,
    I32EnumAttrCase<"GRU", 1, "gru">,
    I32EnumAttrCase<"LSTM", 2, "lstm">]> {
  let cppNamespace = "::mlir::veltair::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_RecurrentCellAttr : EnumAttr<Kernel_Dialect, Kernel_RecurrentCell, "recurrent_cell">;

def Kernel_RecurrentOp
    : Kernel_Op<"recurrent", [Pure, LayerKernelOp, AttrSizedOperandSegments]> {
  let summary = "All steps of a recurrent network";
  let description = [{
    * `input`: `[steps, batch, directions * gates * hidden]`, the products of the
      network's input with its weights.
    * `weights`: `[directions, gates * hidden, hidden]`, those of the state;
      versions pack it. `bias`, of its first two dimensions, is added to products
      with it.
    * `initial`: `[directions, batch, hidden]` for each state; zero without.
    * `result`: `[steps, directions, batch, hidden]`, the state `h` of all steps;
      `last`: each state behind the last step.

    With the inputs `x` of the gates, `s` for the biased products of `h` with
    their weights, and the logistic function `S`, a step is
    * `rnn`: `h = tanh(x + s)`;
    * `gru` (gates z, r, n): `h = (1 - S(xz + sz)) * tanh(xn + S(xr + sr) * sn)
      + S(xz + sz) * h`;
    * `lstm` (gates i, o, f, g; states h, c): `c = S(xf + sf) * c + S(xi + si) *
      tanh(xg + sg)`, then `h = S(xo + so) * tanh(c)`.

    The second of two directions, or the only one if `reverse`, takes the steps in
    reverse order.
  }];
  let arguments = (ins
    Kernel_F32Tensor:$input, Kernel_F32Tensor:$weights, Optional<Kernel_F32Tensor>:$bias,
    Variadic<Kernel_F32Tensor>:$initial, Kernel_RecurrentCellAttr:$cell, UnitAttr:$reverse);
  let results = (outs Kernel_F32Tensor:$result, Variadic<Kernel_F32Tensor>:$last);
  let assemblyFormat = [{
    $cell $input `,` $weights (`bias` $bias^)? (`initial` $initial^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The name of the cell in capitals.
    ::llvm::StringRef getOperatorName();
    /// Matrices of weights, and tensors that a step hands on to the next.
    int64_t getGateCount();
    int64_t getStateCount();
  }];
}

def Kernel_ReorderOp : Kernel_Op<"reorder", [Pure]> {
  let summary = "NCHW to NCHW16c or back";
  let description = [{
    One of source and result is `[N, C, D...]`, the other
    `[N, ceil(C/16), D..., 16]`. Lanes beyond C are written as zeros.
  }];
  let arguments = (ins StaticShapeTensorOf<[AnyType]>:$source);
  let results = (outs StaticShapeTensorOf<[AnyType]>:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// True from NCHW to NCHW16c.
    bool isBlocking() {
      return getSource().getType().getRank() < getResult().getType().getRank();
    }
  }];
}

#endif
