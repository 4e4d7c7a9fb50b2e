// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nano-kernels on memrefs: one register tile each.

#ifndef VELTAIR_DIALECTS_KERNEL_NANO_KERNELS_TD
#define VELTAIR_DIALECTS_KERNEL_NANO_KERNELS_TD

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/kernel/LayerKernels.td"

def Kernel_YieldOp : Kernel_Op<"yield", [Pure, Terminator]> {
  let summary = "The element that an epilogue or a row map computes";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Kernel_ArgumentKind : I32EnumAttr<"ArgumentKind", "an array of veltair_layer_args", [
    I32EnumAttrCase<"Operand", 0, "operand">,
    I32EnumAttrCase<"Constant", 1, "constant">]> {
  let cppNamespace = "::mlir::veltair::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_ArgumentKindAttr : EnumAttr<Kernel_Dialect, Kernel_ArgumentKind, "argument_kind">;

def Kernel_ArgumentOp : Kernel_Op<"argument", [Pure]> {
  let summary = "Memory that a stage function is given";
  let description = [{
    The `number`th pointer among the operands or constants of
    `veltair_layer_args`, as a contiguous buffer of any shape.

    Example: `%0 = kernel.argument operand 2 of %args : memref<4x16xf32>`
  }];
  let arguments = (ins Kernel_ArgumentKindAttr:$kind, I64Attr:$number, AnyType:$args);
  let results = (outs AnyStaticShapeMemRef:$memory);
  let assemblyFormat = "$kind $number `of` $args attr-dict `:` type($args) `->` type($memory)";
}

def Kernel_ScratchKind : I32EnumAttr<"ScratchKind", "whose memory scratch is", [
    I32EnumAttrCase<"Worker", 0, "worker">,
    I32EnumAttrCase<"Shared", 1, "shared">]> {
  let cppNamespace = "::mlir::veltair::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_ScratchKindAttr : EnumAttr<Kernel_Dialect, Kernel_ScratchKind, "scratch_kind">;

def Kernel_ScratchOp : Kernel_Op<"scratch", [Pure]> {
  let summary = "Memory of a version besides its operands";
  let description = [{
    A contiguous buffer `offset` bytes into the scratch memory of the worker, of
    which `base` is the stage function's last argument, or into the memory that
    all workers and stages of the layer share, of which `base` is
    `veltair_layer_args`.

    Example: `%0 = kernel.scratch worker 256 of %scratch : !llvm.ptr -> memref<4x16xf32>`
  }];
  let arguments = (ins Kernel_ScratchKindAttr:$kind, I64Attr:$offset, AnyType:$base);
  let results = (outs AnyStaticShapeMemRef:$memory);
  let assemblyFormat = "$kind $offset `of` $base attr-dict `:` type($base) `->` type($memory)";
}

class Kernel_TileOp<string mnemonic, list<Trait> traits = []>
    : Kernel_Op<mnemonic, !listconcat(traits, [
        SingleBlock, MemoryEffects<[MemRead, MemWrite]>])> {
  code tileDescription = [{
    The region is the epilogue: its arguments are an accumulated element and the
    elements of `extras` at the same index (dimensions of size 1 are
    broadcast); it yields the element to store and holds only operations that
    are elementwise.
  }];
  let regions = (region SizedRegion<1>:$epilogue);
  let hasVerifier = 1;
}

/// Tensors in the memory of a kernel: f32, or bf16 that it widens or multiplies.
def Kernel_FloatMemRef : MemRefOf<[F32, BF16]>;

class Kernel_WindowTileOp<string mnemonic, dag extraArguments> : Kernel_TileOp<mnemonic> {
  let arguments = !con((ins
    Kernel_FloatMemRef:$input, Kernel_FloatMemRef:$filter, Kernel_FloatMemRef:$result,
    Variadic<AnyMemRef>:$extras,
    Index:$image, Index:$group, Index:$row, Index:$column,
    I64Attr:$columns,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
    UnitAttr:$interior), extraArguments);
  let assemblyFormat = [{
    $input `,` $filter `into` $result `[` $image `,` $group `,` $row `,` $column `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($input) `,` type($filter) `,` type($result) $epilogue
  }];
}

def Kernel_ConvTileOp : Kernel_WindowTileOp<"conv_tile",
    (ins I64Attr:$vectors, I64Attr:$channels, I64Attr:$outputs,
         DefaultValuedAttr<I64Attr, "0">:$prefetch, OptionalAttr<I64Attr>:$paired_columns)> {
  let summary = "Register tile of a convolution";
  let description = [{
    Computes `columns` output columns, from `column`, of output row `row`, for
    `vectors` groups of 16 output channels from `group`.
    `input` is `[N, Cb, H, W, 16]` or `[N, C, H, W]`, `filter`
    `[Ob, Cb, KH, KW, 16, 16]` or `[Ob, C, KH, KW, 16]`, `result`
    `[N, Ob, OH, OW, 16]`. With a blocked `input` of bf16 `filter` is
    `[Ob, KH, KW, ceil(C / 2), 32]` of bf16: the pairs of channels 2p and 2p + 1
    of 16 outputs. With one that is not blocked it is
    `[Ob, C, KH, ceil(KW / 2), 32]`, the pairs of columns 2p and 2p + 1, and
    `paired_columns` says KW (at least 2, and without dilation). `interior` says that no column of the tile touches the left or
    right padding; without it `column` must be a constant.
    Each output sums over `channels` channels; an input of several times as many
    belongs to a convolution of groups, of which the tile computes a part of one.
    The first `outputs` of the tile's output channels exist; the sums of the
    others are zero. `prefetch` says how many channels of a blocked f32 `filter`
    ahead are fetched into the second-level cache; 0 is none.
  }] # tileDescription;
}

def Kernel_DepthwiseTileOp : Kernel_WindowTileOp<"depthwise_tile",
    (ins OptionalAttr<I64Attr>:$paired_columns)> {
  let summary = "Register tile of a depthwise convolution";
  let description = [{
    As `conv_tile` for one group of 16 channels; `filter` is
    `[Cb, KH, KW, 16]` of f32. With `paired_columns`, which is KW (at least 2,
    and without dilation), `input` is of bf16 and `filter`
    `[Cb, KH, ceil(KW / 2), 32]` of bf16: the pairs of columns 2p and 2p + 1 of 16
    channels, which are multiplied together.
  }] # tileDescription;
  let extraClassDeclaration = [{
    /// KW.
    int64_t getWindowColumns();
  }];
}

def Kernel_MaxPoolTileOp : Kernel_TileOp<"max_pool_tile"> {
  let summary = "Register tile of a maximum pool";
  let description = [{
    Computes `columns` result columns, from `column`, of result row `row` for the
    16 channels of `group`. `input` is `[N, Cb, H, W, 16]`, `result`
    `[N, Cb, OH, OW, 16]`; the other attributes are those of `max_pool`.
    `interior` says that no column of the tile touches the left or right padding;
    without it `column` must be a constant.
  }] # tileDescription;
  let arguments = (ins
    Kernel_FloatMemRef:$input, Kernel_FloatMemRef:$result, Variadic<AnyMemRef>:$extras,
    Index:$image, Index:$group, Index:$row, Index:$column,
    I64Attr:$columns, DenseI64ArrayAttr:$window,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
    UnitAttr:$interior);
  let assemblyFormat = [{
    $input `into` $result `[` $image `,` $group `,` $row `,` $column `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($input) `,` type($result) $epilogue
  }];
}

def Kernel_MatMulTileOp : Kernel_TileOp<"matmul_tile"> {
  let summary = "Register tile of a matrix product";
  let description = [{
    Computes `rows` rows from `row` of `vectors` groups of 16 columns from
    `group`: `result[m, n] = sum over k of lhs[m, k] * rhs[n / 16, k, n % 16]`,
    or `lhs[m, k] * rhs[k, n]` for a `rhs` of rank 2, whose rows are contiguous.
    `columns` is how many of the columns exist in `result` (fewer than
    `16 * vectors` at the right edge). `lhs` is `[M, K]`, or `[K / 16, M, 16]`
    (`[1, M, K]` of fewer),
    of which a tile reads its rows in one stream. With a `lhs` of bf16, which may
    be `[K / 2, M, 2]`, too, `rhs` is
    `[ceil(N/16), K / 2, 32]` of bf16: the pairs of rows 2p and 2p + 1 of 16
    columns. `prefetch` says how many rows of `rhs` (or pairs of them) ahead are
    fetched into the second-level cache; 0 is none.
  }] # tileDescription;
  let arguments = (ins
    Kernel_FloatMemRef:$lhs, Kernel_FloatMemRef:$rhs, Kernel_FloatMemRef:$result,
    Variadic<AnyMemRef>:$extras,
    Index:$row, Index:$group, I64Attr:$rows, I64Attr:$vectors, I64Attr:$columns,
    DefaultValuedAttr<I64Attr, "0">:$prefetch);
  let assemblyFormat = [{
    $lhs `,` $rhs `into` $result `[` $row `,` $group `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($lhs) `,` type($rhs) `,` type($result) $epilogue
  }];
  let extraClassDeclaration = [{
    /// K.
    int64_t getDepth();
    /// Whether the products are of pairs of bf16.
    bool isBf16() {
      return ::llvm::cast<::mlir::MemRefType>(getLhs().getType()).getElementType().isBF16();
    }
    /// Verifies what does not depend on the layouts of the operands.
    ::llvm::LogicalResult verifyShape();
  }];
}

/// Between neighbouring results of a tile of a Winograd convolution.
def Kernel_TileDilations : DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">;

defvar winogradDeclaration = [{
  /// The matrices of F(outputs, taps).
  Winograd getWinograd() { return Winograd(getOutputs(), getTaps()); }
}];

def Kernel_WinogradInputTileOp : Kernel_Op<"winograd_input_tile"> {
  let summary = "Transforms an input tile of a Winograd convolution";
  let description = [{
    Transforms the input under the `outputs` x `outputs` results from `row` and
    `column` of a convolution by `taps` x `taps` filters of stride 1, for the 16
    channels of `group`:
    `result[p, group, tile, c]` for every position `p`, row-major, of the
    transformed tile. `input` is `[N, Cb, H, W, 16]`, `result`
    `[(outputs + taps - 1)^2, Cb, T, 16]`; `pads` and `dilations` as in `conv2d`:
    neighbours in a tile are so many rows and columns apart. What lies outside of
    the input is zero. Either may be of bf16; the sums are f32.
  }];
  let arguments = (ins
    Arg<Kernel_FloatMemRef, "", [MemRead]>:$input, Arg<Kernel_FloatMemRef, "", [MemWrite]>:$result,
    Index:$image, Index:$group, Index:$row, Index:$column, Index:$tile,
    I64Attr:$outputs, I64Attr:$taps, DenseI64ArrayAttr:$pads, Kernel_TileDilations:$dilations);
  let assemblyFormat = [{
    $input `[` $image `,` $group `,` $row `,` $column `]` `into` $result `[` $tile `]`
    attr-dict `:` type($input) `,` type($result)
  }];
  let extraClassDeclaration = winogradDeclaration;
  let hasVerifier = 1;
}

def Kernel_WinogradOutputTileOp : Kernel_TileOp<"winograd_output_tile"> {
  let summary = "Makes an output tile of a Winograd convolution of its products";
  let description = [{
    Transforms `products[p, tile, 16 * panel + c]`, over the positions `p` of a
    tile, to the `outputs` x `outputs` results from `row` and `column` of the
    channels of `group`. `products` is `[(outputs + taps - 1)^2, T, K]`, `result`
    `[N, Ob, OH, OW, 16]`; results outside of it are left out. Neighbours in a
    tile are `dilations` rows and columns apart.
  }] # tileDescription;
  let arguments = (ins
    MemRefOf<[F32]>:$products, Kernel_FloatMemRef:$result, Variadic<AnyMemRef>:$extras,
    Index:$tile, Index:$panel,
    Index:$image, Index:$group, Index:$row, Index:$column, I64Attr:$outputs,
    I64Attr:$taps, Kernel_TileDilations:$dilations);
  let assemblyFormat = [{
    $products `[` $tile `,` $panel `]` `into` $result `[` $image `,` $group `,` $row `,` $column `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($products) `,` type($result) $epilogue
  }];
  let extraClassDeclaration = winogradDeclaration;
}

def Kernel_GatherLanesOp
    : Kernel_TileOp<"gather_lanes", [AttrSizedOperandSegments]> {
  let summary = "16 channels of one pixel, of lanes of several tensors";
  let description = [{
    Lane `i` of `group` of `result` at `image`, `row` and `column` is lane
    `lanes[i]` there of `sources`, whose lanes are numbered through, or zero for
    -1. All are `[N, Cb, H, W, 16]`.
  }] # tileDescription;
  let arguments = (ins
    Variadic<MemRefOf<[F32]>>:$sources, Kernel_FloatMemRef:$result, Variadic<AnyMemRef>:$extras,
    Index:$image, Index:$group, Index:$row, Index:$column, DenseI64ArrayAttr:$lanes);
  let assemblyFormat = [{
    $sources `into` $result `[` $image `,` $group `,` $row `,` $column `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($sources) `into` type($result) $epilogue
  }];
}

class Kernel_RowOp<string mnemonic, dag extraArguments> : Kernel_TileOp<mnemonic> {
  let arguments = !con((ins MemRefOf<[F32]>:$input, Kernel_FloatMemRef:$result),
    extraArguments, (ins Variadic<AnyMemRef>:$extras, Index:$row));
}

def Kernel_NormalizeRowOp : Kernel_RowOp<"normalize_row", (ins F32Attr:$epsilon, UnitAttr:$uncentered)> {
  let summary = "One row with a mean of 0 and a variance of 1";
  let description = [{
    Row `row` of `input` and `result`, which are `[M, N]`. See `normalize_rows`.
  }] # tileDescription;
  let assemblyFormat = [{
    $input `into` $result `[` $row `]`
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($input) `,` type($result) $epilogue
  }];
}

def Kernel_SoftmaxRowOp : Kernel_RowOp<"softmax_row", (ins MemRefOf<[F32]>:$scratch)> {
  let summary = "Softmax of one row";
  let description = [{
    Row `row` of `input` and `result`, which are `[M, N]`. `scratch`, `[N]`,
    keeps the exponentials.
  }] # tileDescription;
  let assemblyFormat = [{
    $input `into` $result `[` $row `]` `scratch` $scratch
    (`extras` `(` $extras^ `:` type($extras) `)`)? attr-dict-with-keyword
    `:` type($input) `,` type($result) `,` type($scratch) $epilogue
  }];
}

def Kernel_SoftmaxColumnsOp : Kernel_Op<"softmax_columns"> {
  let summary = "Softmax of each column of a matrix, in place";
  let description = [{
    `memory` is `[M, N]`, N a multiple of 16.
  }];
  let arguments = (ins Arg<MemRefOf<[F32]>, "", [MemRead, MemWrite]>:$memory);
  let assemblyFormat = "$memory attr-dict `:` type($memory)";
  let hasVerifier = 1;
}

def Kernel_MapRowOp : Kernel_Op<"map_row", [SingleBlock, RecursiveMemoryEffects]> {
  let summary = "Computes the elements of one innermost row";
  let description = [{
    `result[indices..., lane] = body(lane)` for every lane of the last
    dimension. The body may read memory that `result` does not alias, in any
    order: lanes are independent.
  }];
  let arguments = (ins Arg<AnyMemRef, "", [MemWrite]>:$result, Variadic<Index>:$indices);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$result `[` $indices `]` attr-dict-with-keyword `:` type($result) $body";
  let hasVerifier = 1;
}

#endif
