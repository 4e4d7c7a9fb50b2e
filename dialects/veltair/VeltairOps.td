// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_VELTAIR_OPS_TD
#define VELTAIR_DIALECTS_VELTAIR_OPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/veltair/VeltairAttrs.td"

class Veltair_Op<string mnemonic, list<Trait> traits = []> : Op<Veltair_Dialect, mnemonic, traits>;

def Veltair_ModelOp : Veltair_Op<"model", [
    Symbol, SymbolTable, IsolatedFromAbove, NoTerminator, SingleBlock]> {
  let summary = "One network in all its programs";
  let description = [{
    `input_types` and `output_types` are the ONNX types; a dimension that
    differs between programs is dynamic. `kernels` modules that stages refer to
    lie beside the model in the surrounding module.
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    StrArrayAttr:$input_names, TypeArrayAttr:$input_types,
    StrArrayAttr:$output_names, TypeArrayAttr:$output_types,
    DefaultValuedAttr<DictionaryAttr, "{}">:$metadata,
    DefaultValuedAttr<I64Attr, "0">:$source_hash);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Veltair_ProgramOp : Veltair_Op<"program", [
    Symbol, IsolatedFromAbove, HasParent<"ModelOp">,
    SingleBlockImplicitTerminator<"ReturnOp">, RecursiveMemoryEffects]> {
  let summary = "A model for one CPU feature set and one binding of its shapes";
  let description = [{
    The block arguments are the model's inputs, the operands of `veltair.return`
    its outputs. Until versions are chosen `isa` is absent and the program
    stands for all feature sets.
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    OptionalAttr<StrAttr>:$isa,
    OptionalAttr<I64Attr>:$arena_bytes);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    Block &getBlock() { return getBody().front(); }
    ReturnOp getReturn();
    /// The true extents, by number.
    llvm::DenseMap<int64_t, ExtentOp> getExtents();
  }];
}

def Veltair_ReturnOp : Veltair_Op<"return", [Pure, Terminator, HasParent<"ProgramOp">]> {
  let summary = "The outputs of a program";
  let arguments = (ins Variadic<AnyRankedTensor>:$outputs);
  let builders = [OpBuilder<(ins), [{ // A program without outputs.
  }]>];
  let assemblyFormat = "attr-dict ($outputs^ `:` type($outputs))?";
}

def Veltair_ViewOp : Veltair_Op<"view", [Pure]> {
  let summary = "The same bytes as a tensor of another shape";
  let description = [{
    A reshape that costs nothing: source and result share memory.
  }];
  let arguments = (ins AnyStaticShapeTensor:$source);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Veltair_JoinOp : Veltair_Op<"join", [Pure]> {
  let summary = "Tensors that stand one after the other in memory, as one";
  let description = [{
    A concatenation that costs nothing: the parts lie in the result's memory,
    where the layers that compute them write them.
  }];
  let arguments = (ins Variadic<AnyStaticShapeTensor>:$parts);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$parts attr-dict `:` type($parts) `->` type($result)";
  let hasVerifier = 1;
}

def Veltair_ExtentOp : Veltair_Op<"extent", [HasParent<"ProgramOp">]> {
  let summary = "Gives a number to a true extent, for the types of tensors";
  let description = [{
    Dimensions that the encoding of a tensor type gives this number are bounds;
    `value` is computed where the program runs and says how far they are used.
  }];
  let arguments = (ins 0DTensorOf<[I64]>:$value, I64Attr:$number);
  let assemblyFormat = "$value `as` $number attr-dict `:` type($value)";
}

def Veltair_YieldOp : Veltair_Op<"yield", [Pure, Terminator, HasParent<"LayerOp">]> {
  let summary = "The results of a layer";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

def Veltair_VersionOp : Veltair_Op<"version", [HasParent<"LayerOp">]> {
  let summary = "One compiled schedule of a layer";
  let description = [{
    `packings` has one entry for each constant of the layer. `stages` is absent
    until the version is compiled. Versions of equal `numerics` give
    bit-identical results. `cycles` are estimated for one core without neighbours.
  }];
  let arguments = (ins
    Veltair_ScheduleAttr:$schedule,
    Veltair_CacheUsageAttr:$cache,
    Veltair_PackingArrayAttr:$packings,
    DefaultValuedAttr<I32Attr, "0">:$numerics,
    DefaultValuedAttr<I64Attr, "0">:$cycles,
    OptionalAttr<Veltair_StageArrayAttr>:$stages,
    DefaultValuedAttr<I64Attr, "0">:$worker_scratch,
    DefaultValuedAttr<I64Attr, "0">:$shared_scratch,
    DefaultValuedAttr<I64Attr, "0">:$shared_scratch_offset);
  let assemblyFormat = "$schedule `cache` $cache `packings` $packings (`stages` $stages^)? attr-dict";
  let hasVerifier = 1;
}

def Veltair_LayerOp : Veltair_Op<"layer", [
    Pure, IsolatedFromAbove, NoTerminator, AttrSizedOperandSegments,
    HasParent<"ProgramOp">]> {
  let summary = "One fused kernel: the smallest unit of version choice";
  let description = [{
    `body` says what is computed: its block arguments are `inputs` followed by
    `constants`; it ends in `veltair.yield`. `versions` holds the
    `veltair.version`s, the one fastest alone first. All versions read and
    write the same tensors in the same layouts.

    In the types of the body, extents have the numbers of the arguments that
    hold them, but for those that the body computes itself.

    `offsets` are the byte offsets of the results in the arena, -1 for a
    program output or the extent of one. `first_conflict` is the index (in the program) of the first
    later layer that writes a byte which this layer reads or writes, or the
    number of layers.
  }];
  let arguments = (ins
    StrAttr:$name, StrAttr:$ops,
    Variadic<AnyRankedTensor>:$inputs,
    Variadic<AnyRankedTensor>:$constants,
    OptionalAttr<DenseI64ArrayAttr>:$offsets,
    OptionalAttr<I64Attr>:$first_conflict,
    OptionalAttr<I64Attr>:$hash);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body, AnyRegion:$versions);
  let assemblyFormat = [{
    $name $ops `ins` `(` ($inputs^ `:` type($inputs))? `)`
    `constants` `(` ($constants^ `:` type($constants))? `)` (`->` type($results)^)?
    $body (`versions` $versions^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    YieldOp getYield();
    /// The versions in order; none before they are chosen.
    SmallVector<VersionOp, 5> getVersionOps();
  }];
}

#endif
