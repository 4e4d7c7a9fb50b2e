// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes between import and the choice of versions, in the order of the
// pipeline.

#ifndef VELTAIR_COMPILER_GRAPH_PASSES_TD
#define VELTAIR_COMPILER_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

class ProgramPass<string name> : Pass<name, "::mlir::veltair::ProgramOp">;

def SimplifyGraph : ProgramPass<"simplify-graph"> {
  let summary = "Removes operations that move no data";
  let description = [{
    * Operations whose result has the bytes of their operand (Reshape, Squeeze,
      Identity ...), and transpositions that only move dimensions of 1, become
      `veltair.view`s, or constants when their operand is one, or vanish.
    * Transpositions of constants, and conversions to f32 of constants in other
      floating-point types, are done.
    * A QuantizeLinear that a DequantizeLinear takes back is computed in f32.
    * A padding with zeros in front of a convolution becomes its own.
  }];
  let statistics = [
    Statistic<"removed", "removed", "Operations removed or made views">,
    Statistic<"absorbed", "absorbed", "Paddings moved into convolutions">
  ];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def WidenHalves : ProgramPass<"widen-halves"> {
  let summary = "Models in f16 or bf16 are computed in f32 from their first product on";
  let description = [{
    CPUs without arithmetic on halves, for which kernels are written, would widen
    each element for itself. Convolutions, matrix products and recurrent networks
    on halves become such on f32, and so does all that is computed from their
    results. Results are rounded to halves where the model says so (Cast), and
    where operations of other types or the caller read them, not in between: they
    are more exact than the model asks for.
  }];
  let statistics = [Statistic<"widened", "widened", "Operations that compute in f32 now">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def LimitSelections : ProgramPass<"limit-selections"> {
  let summary = "Selections end when nobody looks at more";
  let description = [{
    Where only the first rows of what a NonMaxSuppression selects are used (a
    slice follows, perhaps behind operations that keep rows apart), it is told
    their number: then it stops when it has found them.
  }];
  let statistics = [Statistic<"limited", "limited", "Selections that got a limit">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def FoldBatchNorm : ProgramPass<"fold-batch-norm"> {
  let summary = "Folds what scales and shifts channels into weights";
  let description = [{
    A BatchNormalization with constant parameters, or a sum, difference, product
    or quotient with a constant for each channel, is a scale and a shift of each
    channel. Where it is the only user of a Conv, ConvTranspose or Gemm with
    constant f32 weights, it goes into their weights and bias. Other batch
    normalizations become a product and a sum.
  }];
  let statistics = [
    Statistic<"folded", "folded", "Operations folded into weights">,
    Statistic<"expanded", "expanded",
              "Batch normalizations turned into a product and a sum">
  ];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def ConvertConvTranspose : ProgramPass<"convert-conv-transpose"> {
  let summary = "Transposed convolutions become convolutions and DepthToSpace";
  let description = [{
    The pixels of the result whose position has the same remainder by the stride
    (a phase) are a convolution of the input with every stride-th weight. All
    phases are channels of one convolution, which DepthToSpace puts in place; a
    Slice cuts off what padding takes. Elementwise operations of one operand
    that follow are done before. For two-dimensional f32 with constant weights,
    one group, no dilation and equal strides, and no more padding than the
    window has.
  }];
  let statistics = [Statistic<"converted", "converted", "Convolutions converted">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def FuseAttention : ProgramPass<"fuse-attention"> {
  let summary = "Makes attention of two products and the softmax between them";
  let description = [{
    `MatMul(Softmax(scale * MatMul(Q, K') + mask), V)` of f32 becomes
    `kernel.attention`. Factors may stand on either side, on `Q`, on `K`, or on
    none of them; the mask, if any, is added and broadcast. Operations that only
    move elements of `Q`, `K`, `V` and the mask, and a transposition of the
    result that keeps its last dimension, become strides.
  }];
  let statistics = [Statistic<"fused", "fused", "Attentions formed">];
  let dependentDialects = ["::mlir::veltair::kernel::KernelDialect"];
}

def ConvertRowsToKernel : ProgramPass<"convert-rows-to-kernel"> {
  let summary = "Softmax and normalization of rows become kernels";
  let description = [{
    A Softmax along the last dimension of f32 becomes `kernel.softmax_rows`.
    LayerNormalization and RMSNormalization along it, and what computes
    `x / sqrt(mean(x^2) + epsilon)` of rows, with or without a mean that is
    subtracted, become `kernel.normalize_rows`; scale and bias become
    elementwise operations behind it.
  }];
  let statistics = [Statistic<"converted", "converted", "Operations converted">];
  let dependentDialects = [
    "::mlir::veltair::kernel::KernelDialect", "::mlir::veltair::onnx::OnnxDialect"];
}

def ConvertMatMulToKernel : ProgramPass<"convert-matmul-to-kernel"> {
  let summary = "Products become kernel.matmul or kernel.batch_matmul";
  let description = [{
    MatMul and Gemm of f32 whose right operand is a constant matrix become
    `kernel.matmul`. The alpha and beta of a Gemm are multiplied into constants;
    its third operand becomes a sum. Other MatMuls of f32 become
    `kernel.batch_matmul`; operations that only move elements of their operands
    become strides.
  }];
  let statistics = [Statistic<"converted", "converted", "Products converted">];
  let dependentDialects = [
    "::mlir::veltair::kernel::KernelDialect",
    "::mlir::veltair::onnx::OnnxDialect"];
}

def RaiseChannelShuffle : ProgramPass<"raise-channel-shuffle"> {
  let summary = "Transposed parts of the channels become one Gather";
  let description = [{
    A transposition between two views that cuts the channels of a tensor
    `[N, C, H, W]` into several dimensions, permutes these, and joins them again
    is a Gather of channels in another order.
  }];
  let statistics = [Statistic<"raised", "raised", "Shuffles raised">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def ConvertRecurrentToKernel : ProgramPass<"convert-recurrent-to-kernel"> {
  let summary = "Recurrent networks become a product and kernel.recurrent";
  let description = [{
    The products of the input with its weights, of all steps, gates and
    directions of an RNN, GRU or LSTM, become one `kernel.matmul`; only those of
    the state stay in the loop over steps. For f32 with constant weights and
    biases, the default activations and no limit to them, sequences of full length
    that come first in the layout, for a GRU that resets behind the product, and
    for an LSTM without peepholes.
  }];
  let statistics = [Statistic<"converted", "converted", "Networks converted">];
  let dependentDialects = [
    "::mlir::veltair::kernel::KernelDialect", "::mlir::veltair::onnx::OnnxDialect"];
}

def RaiseConv1D : ProgramPass<"raise-conv-1d"> {
  let summary = "One-dimensional convolutions become two-dimensional";
  let description = [{
    A convolution of f32 on `[N, C, L]` with constant weights, and the
    elementwise operations behind it, compute on `[N, C, 1, L]` between reshapes.
  }];
  let statistics = [Statistic<"raised", "raised", "Operations raised">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def FoldStrides : ProgramPass<"fold-strides"> {
  let summary = "Convolutions of few channels lose their strides";
  let description = [{
    The phases of the input that a stride of s makes become channels
    (`onnx.SpaceToDepth`), those of the filter channels of one of stride 1: the
    7x7 filters of stride 2 at the beginning of many networks have 4x4 taps then,
    which Winograd's algorithm computes by a third of the products. For
    two-dimensional f32 with constant weights, one group, fewer than 16 channels
    of a tensor that no convolution leads to, and extents that s divides, where that
    leaves at most two thirds of the products.
  }];
  let statistics = [Statistic<"folded", "folded", "Convolutions changed">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def WidenConvGroups : ProgramPass<"widen-conv-groups"> {
  let summary = "Gives convolutions groups of whole blocks of channels";
  let description = [{
    A group of a convolution whose channels, of input or result, are no multiple
    of 16 does not fit the blocked layout. As many groups as do, or all, become
    one, whose weights between the old groups are zero, unless these would be
    more than 32. For two-dimensional f32 with constant weights, several groups,
    and no group a channel with one result.
  }];
  let statistics = [Statistic<"widened", "widened", "Convolutions changed">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def AssignLayout : ProgramPass<"assign-layout"> {
  let summary = "Brings convolutions and what follows them into NCHW16c";
  let description = [{
    Two-dimensional f32 convolutions with constant weights become `kernel.conv2d`
    (with one group, or with groups of whole 16 channels), or, with a group a
    channel, `kernel.depthwise_conv2d`, on
    tensors `[N, ceil(C/16), H, W, 16]`; biases become `onnx.Add`s. A
    convolution of at most `max-plain-channels` reads a tensor that is plain as
    it is.

    The blocked layout spreads from convolutions to the operations behind them,
    in program order: elementwise ones, maxima over windows, which become
    `kernel.max_pool`, those that see the lanes as one more dimension, and those
    that select or join channels, which become `kernel.gather_channels` but for
    concatenations that leave no lane empty.
    Transpositions that put the channels last, or first where a convolution
    follows, move whole groups of lanes if there are no others.
    `kernel.reorder` (or a `veltair.view`, when the bytes are the same) stands
    where a tensor is first needed in the other layout.

    Lanes beyond C must stay finite. What they hold is followed by evaluating
    the operations; where it is not known, the tensor is reordered.
  }];
  let options = [
    Option<"maxPlainChannels", "max-plain-channels", "int64_t", "4",
           "Most channels of a tensor that convolutions read as it is">
  ];
  let statistics = [
    Statistic<"blockedOps", "blocked-ops", "Operations on blocked tensors">,
    Statistic<"reorders", "reorders", "Reorders between layouts">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::veltair::kernel::KernelDialect",
    "::mlir::veltair::onnx::OnnxDialect"];
}

def DemoteToBf16 : ProgramPass<"demote-to-bf16"> {
  let summary = "Kernels read tensors in bf16";
  let description = [{
    What a kernel can read in bf16 (`LayerKernelOp`) is rounded where it is
    computed, by an `onnx.Cast` that becomes the end of that layer. Operations in
    between that select elements (concatenation, MaxPool, transposition ...) are
    done in bf16; others that read such a tensor element by element widen the
    elements again, so that it is stored once. All arithmetic but the products of
    kernels, and all tensors that no such kernel reads, stay in f32: what follows
    the last product of a model is as exact as that product.
  }];
  let statistics = [Statistic<"demotedTensors", "demoted", "Tensors rounded to bf16">];
  let dependentDialects = ["::mlir::veltair::onnx::OnnxDialect"];
}

def FormLayers : ProgramPass<"form-layers"> {
  let summary = "Groups the operations of a program into layers";
  let description = [{
    Afterwards the program holds only layers, views, constants and its return.
    Dead operations are erased. A layer is one of
    * a kernel (LayerKernelOp: convolutions, products …) and the
      elementwise operations on its result that need nothing else computed
      later, and no wider type than f32: its epilogue. Their operands are given
      the rank of the result;
    * one result of an operation computed element by element (IndexedOp,
      `kernel.reorder`), and the elementwise operations behind it;
    * an operation that only moves rows (a transposition of other dimensions), with
      the elementwise operations in front of it, too;
    * `kernel.reorder` to blocks, with an operation in front of it that only moves
      elements;
    * elementwise operations of one shape;
    * one SequentialOp or `kernel.recurrent` with all its results.

    Only the last operation of a group is used outside of it. Dense kernels
    choose before the others, earlier operations before later ones.

    Casts that widen elements for such operations are repeated in each layer
    that reads them.

    Operands of a layer: packed operands of kernels are its `constants`, which
    versions pack; constants that are a splat, or that result types depend on,
    are copied into the body; everything else is an input.

    Extents that types of the body name are inputs, too; there, types have the
    numbers of these arguments.

    An output of the program that no layer would write (an input, a constant, a
    tensor returned twice) is copied by a layer of its own.
  }];
  let statistics = [
    Statistic<"layers", "layers", "Layers formed">,
    Statistic<"fusedOps", "fused-ops", "Operations fused into another's layer">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::veltair::onnx::OnnxDialect"];
}

def JoinParts : ProgramPass<"join-parts"> {
  let summary = "The parts of concatenations are written where they are needed";
  let description = [{
    A layer that is nothing but a concatenation becomes a `veltair.join` where
    its parts are contiguous in the result (all dimensions before the axis are
    1, none is a bound) and can be written there:
    * the result lies in the arena: it is neither an output of the program nor
      the extent of one;
    * each part, looked at through views, is a tensor of its own that a layer
      writes, in the arena and in no other join (a tensor lies in one place
      only), but may be a concatenation itself;
    * each part begins at a multiple of the arena's alignment.

    The larger of two concatenations with a common part takes it; the other one
    stays a layer that copies.
  }];
  let statistics = [Statistic<"joined", "joined", "Concatenations joined">];
}

def PlanMemory : ProgramPass<"plan-memory"> {
  let summary = "Gives every tensor between layers a place in the arena";
  let description = [{
    Sets the `offsets` and `first_conflict` of each layer and the
    `arena_bytes` of the program, which may hold only layers, views, joins,
    extents, constants and its return.

    A tensor that the program returns lies in the caller's memory (offset -1),
    also for the layers that read it, and its extent, if that depends on data,
    in the query's table. All others lie in the arena from the layer
    that writes them to the last one that reads them, directly or through
    views. A join is one tensor that its parts lie in, from the first layer that
    writes a part to the last one that reads the join or a part; conflicts are
    those of the bytes of each part. The shared scratch memory of a layer's
    versions, when they are known already, lies in the arena during that layer.

    Bytes are not reused for `reuse-delay` further layers: then a worker that is
    late in one layer does not keep the next from being opened. The statistics
    tell what that costs.
  }];
  let options = [
    Option<"reuseDelay", "reuse-delay", "unsigned", "1",
           "Layers to wait before the bytes of a dead tensor are reused">
  ];
  let statistics = [
    Statistic<"arenaBytes", "arena-bytes", "Bytes of all arenas">,
    Statistic<"lowerBound", "lower-bound",
              "Bytes that are alive at once at most, summed over programs">,
    Statistic<"delayBytes", "delay-bytes",
              "Bytes that the delayed reuse costs">
  ];
}

#endif // VELTAIR_COMPILER_GRAPH_PASSES_TD
