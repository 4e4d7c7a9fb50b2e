// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_VELTAIR_ATTRS_TD
#define VELTAIR_DIALECTS_VELTAIR_ATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"
include "dialects/veltair/VeltairDialect.td"

class Veltair_Attr<string name, string attrMnemonic> : AttrDef<Veltair_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def Veltair_ScheduleAttr : Veltair_Attr<"Schedule", "schedule"> {
  let summary = "The compile-time choices that make one version of a layer";
  let description = [{
    * `algorithm`: `direct` (explicit nano-kernels), `winograd4` and `winograd2`
      (tiles of 6x6 and 4x4: F(4x4,3x3) and F(2x2,3x3) for 3x3 filters), `strassen` (a matrix product by seven of half
      the size), `general` (one loop nest over the elements of the result).
    * `rows`: rows (output columns of a convolution, rows of a matrix product,
      tiles of Winograd's transforms) of the register tile.
    * `vectors`: 16-channel groups of the register tile.
    * `order`: `rows` iterates the rows of a chunk inside each channel group
      (weights stay close), `channels` the other way (inputs stay close).
    * `grain`: rows of tiles in one chunk.
    * `groups`: channel groups (of `vectors`) in one chunk; 0 means all.

    Example: `#veltair.schedule<direct rows = 14 vectors = 2 order = rows grain = 4 groups = 1>`
  }];
  let parameters = (ins
    StringRefParameter<"algorithm">:$algorithm,
    DefaultValuedParameter<"int64_t", "1">:$rows,
    DefaultValuedParameter<"int64_t", "1">:$vectors,
    DefaultValuedParameter<"::mlir::veltair::LoopOrder", "::mlir::veltair::LoopOrder::Rows">:$order,
    DefaultValuedParameter<"int64_t", "1">:$grain,
    DefaultValuedParameter<"int64_t", "0">:$groups
  );
  let extraClassDeclaration = [{
    /// The text that artifacts carry, e.g. "direct 14x2 rows grain=4 groups=1".
    std::string getText() const;
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Veltair_CacheUsageAttr : Veltair_Attr<"CacheUsage", "cache_usage"> {
  let summary = "The cache that a version uses, in bytes";
  let description = [{
    Fields as in `veltair_cache_usage` of the artifact. `missCapacities` and
    `missBytes` are the points of the miss curve, capacities ascending.
  }];
  let parameters = (ins
    "int64_t":$flops,
    "int64_t":$bytesRead,
    "int64_t":$bytesWritten,
    "int64_t":$writebackBytes,
    "int64_t":$l1Bytes,
    "int64_t":$privateBytes,
    "int64_t":$sharedBytes,
    ArrayRefParameter<"int64_t">:$missCapacities,
    ArrayRefParameter<"int64_t">:$missBytes
  );
  let assemblyFormat = [{
    `<` `flops` `=` $flops `read` `=` $bytesRead `written` `=` $bytesWritten
    `writeback` `=` $writebackBytes `l1` `=` $l1Bytes `private` `=` $privateBytes
    `shared` `=` $sharedBytes `curve` `=` `[` $missCapacities `]` `->` `[` $missBytes `]` `>`
  }];
  let genVerifyDecl = 1;
}

def Veltair_BlockSums : I32EnumAttr<"BlockSums", "which sums of blocks stand for a constant", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Plain", 1, "plain">,
    I32EnumAttrCase<"Transposed", 2, "transposed">]> {
  let cppNamespace = "::mlir::veltair";
  let genSpecializedAttr = 0;
}

def Veltair_PackingAttr : Veltair_Attr<"Packing", "packing"> {
  let summary = "How a constant is laid out for one version";
  let description = [{
    With `winograd` = m, the r x r filters g in the last two dimensions of a
    constant of f32 are replaced first by their transforms, G g G^T of
    F(m x m, r x r), computed in f64; see `dialects/kernel/Winograd.h`.
    With `strassen`, a constant of f32 that is a matrix of even sizes is replaced
    first by the seven sums of its blocks that `dialects/kernel/Strassen.h` says:
    of a right operand [K, N] to [7, K/2, N/2], or, with `strassen = transposed`,
    of [N, K] to [7, N/2, K/2].
    Then the constant is viewed as a tensor of `shape` (same number of elements as
    the constant; empty: its own shape), its elements are rounded to the type
    `element` (bf16, of f32; absent: they are kept), its dimensions are permuted by
    `permutation` (empty: identity), then dimension `innerDims[i]` (of the
    permuted tensor) is tiled by `innerTiles[i]`, padded with zeros to a
    multiple, and the tiles are moved innermost in that order: `linalg.pack`
    without outer permutation. Without parameters the bytes are kept.

    Example: OIHW weights to [O/16][I/16][H][W][16i][16o] is
    `#veltair.packing<inner = [1, 0] tiles = [16, 16]>`; their transforms to
    [O/16][6][6][I/16][16i][16o] is
    `#veltair.packing<winograd = 4 perm = [0, 2, 3, 1] inner = [3, 0] tiles = [16, 16]>`.
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "0">:$winograd,
    DefaultValuedParameter<"::mlir::veltair::BlockSums", "::mlir::veltair::BlockSums::None">:$strassen,
    OptionalArrayRefParameter<"int64_t">:$shape,
    OptionalArrayRefParameter<"int64_t">:$permutation,
    OptionalArrayRefParameter<"int64_t">:$innerDims,
    OptionalArrayRefParameter<"int64_t">:$innerTiles,
    OptionalParameter<"::mlir::Type">:$element
  );
  let builders = [
    AttrBuilder<(ins "::llvm::ArrayRef<int64_t>":$shape,
                     "::llvm::ArrayRef<int64_t>":$permutation,
                     "::llvm::ArrayRef<int64_t>":$innerDims,
                     "::llvm::ArrayRef<int64_t>":$innerTiles,
                     CArg<"::mlir::Type", "{}">:$element), [{
      return $_get($_ctxt, /*winograd=*/0, BlockSums::None, shape, permutation,
                   innerDims, innerTiles, element);
    }]>,
    AttrBuilder<(ins "int64_t":$winograd, "::llvm::ArrayRef<int64_t>":$shape,
                     "::llvm::ArrayRef<int64_t>":$permutation,
                     "::llvm::ArrayRef<int64_t>":$innerDims,
                     "::llvm::ArrayRef<int64_t>":$innerTiles,
                     CArg<"::mlir::Type", "{}">:$element), [{
      return $_get($_ctxt, winograd, BlockSums::None, shape, permutation,
                   innerDims, innerTiles, element);
    }]>,
    AttrBuilder<(ins "::mlir::veltair::BlockSums":$strassen,
                     "::llvm::ArrayRef<int64_t>":$shape,
                     "::llvm::ArrayRef<int64_t>":$permutation,
                     "::llvm::ArrayRef<int64_t>":$innerDims,
                     "::llvm::ArrayRef<int64_t>":$innerTiles), [{
      return $_get($_ctxt, /*winograd=*/0, strassen, shape, permutation,
                   innerDims, innerTiles, ::mlir::Type());
    }]>
  ];
  let genVerifyDecl = 1;
  let assemblyFormat = [{
    `<` (`winograd` `=` $winograd^)? (`shape` `=` `[` $shape^ `]`)? (`perm` `=` `[` $permutation^ `]`)?
    (`inner` `=` `[` $innerDims^ `]`)? (`tiles` `=` `[` $innerTiles^ `]`)?
    (`strassen` `=` $strassen^)? (`element` `=` $element^)? `>`
  }];
  let extraClassDeclaration = [{
    /// The type of the constant after Winograd's transform or Strassen's sums.
    RankedTensorType getTransformedType(RankedTensorType source) const;
    /// The type of the packed constant.
    RankedTensorType getPackedType(RankedTensorType source) const;
  }];
}

def Veltair_StageAttr : Veltair_Attr<"Stage", "stage"> {
  let summary = "One stage of a version: its function and number of chunks";
  let parameters = (ins "::mlir::FlatSymbolRefAttr":$function, "int64_t":$chunks);
  let assemblyFormat = "`<` $function `,` $chunks `>`";
}
def Veltair_StageArrayAttr : TypedArrayAttrBase<Veltair_StageAttr, "stages of a version">;
def Veltair_PackingArrayAttr : TypedArrayAttrBase<Veltair_PackingAttr, "packings of constants">;

#endif
