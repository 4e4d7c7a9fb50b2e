// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a program gets into the layout NCHW16c; used by the pass assign-layout.

#ifndef VELTAIR_COMPILER_GRAPH_LAYOUTASSIGNER_H
#define VELTAIR_COMPILER_GRAPH_LAYOUTASSIGNER_H

#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/Builders.h"
#include <optional>

namespace mlir::veltair {

/// A tensor in blocked layout.
struct Blocked {
  Value value;
  /// What the lanes beyond C hold, when all hold the same known number.
  std::optional<double> padding;
};

/// Rewrites the operations of a program in order. An operation that can work on
/// blocked tensors does so when an operand that decides it was computed
/// blocked; the rewritten one stands beside the original, which is erased in
/// the end. Reorders are made where the other layout of a tensor is first
/// needed.
class LayoutAssigner {
public:
  /// Convolutions of at most `maxPlainChannels` read plain tensors as they are,
  /// with a channel a vector.
  LayoutAssigner(ProgramOp program, int64_t maxPlainChannels)
      : program(program), builder(program.getContext()),
        maxPlainChannels(maxPlainChannels) {}

  void run();

  unsigned blockedOps = 0, reorders = 0;

private:
  // Each returns false when the operation should work on plain tensors.
  bool rewrite(Operation *op);
  bool rewriteConv(onnx::ConvOp op);
  bool rewriteElementwise(Operation *op);
  // Operations that move or combine elements of one channel
  // (SpatialLayout.cpp).
  bool rewriteSpatial(Operation *op);
  bool rewriteMaxPool(onnx::MaxPoolOp op);
  bool rewriteAveragePool(onnx::AveragePoolOp op);
  bool rewriteGlobalAveragePool(onnx::GlobalAveragePoolOp op);
  template <typename ReduceOp> bool rewriteReduction(ReduceOp op);
  bool rewriteConcat(onnx::ConcatOp op);
  bool rewriteResize(onnx::ResizeOp op);
  bool rewritePad(onnx::PadOp op);
  bool rewriteSlice(onnx::SliceOp op);
  bool rewriteDepthToSpace(onnx::DepthToSpaceOp op);
  // Operations that select, join or move channels (ChannelLayout.cpp).
  bool rewriteGather(onnx::GatherOp op);
  bool rewriteSplit(onnx::SplitOp op);
  /// A slice of the channels of a blocked tensor.
  bool sliceChannels(onnx::SliceOp op);
  /// A concatenation along the channels that leaves lanes empty.
  bool joinChannels(onnx::ConcatOp op);
  /// [N, C, H, W], or [N, C, H * W], to channels last; the result is plain.
  bool moveChannelsLast(onnx::TransposeOp op);
  /// [N, H, W, C] to what convolutions read.
  bool moveChannelsFirst(onnx::TransposeOp op);
  /// The blocked form of a tensor of type `type`: the given channels of `data`,
  /// which is blocked.
  Value selectChannels(Location loc, RankedTensorType type, Value data,
                       ArrayRef<int64_t> channels);
  /// The same of lanes of several blocked tensors, numbered through.
  Value gatherChannels(Location loc, RankedTensorType type, ValueRange parts,
                       ArrayRef<int64_t> lanes);

  /// True when the plain tensor is but a name for a blocked one.
  bool isBlocked(Value value) const { return rewritten.contains(value); }
  /// The plain form of a tensor.
  Value getPlain(Value value);
  /// The blocked form of a tensor of rank at least 3; null for a constant that
  /// cannot be read.
  Blocked getBlocked(Value value);
  /// An operand of an elementwise operation with a blocked result: rank 5, the
  /// last dimension 1 when there is one value for all channels; or a scalar.
  Value getBroadcast(Value value, RankedTensorType plainResult);
  /// What its lanes beyond C will hold.
  std::optional<double> getPadding(Value value, RankedTensorType plainResult);
  Value view(Value value, ArrayRef<int64_t> shape);
  /// What `op` gives for such numbers, or nothing.
  std::optional<double> evaluate(Operation *op,
                                 ArrayRef<std::optional<double>> operands);
  Value constant(Location location, ArrayRef<int64_t> values);
  /// A copy of `op` before it.
  Operation *copy(Operation *op, ValueRange operands, TypeRange results);
  /// `original` is computed as `value` now.
  void rename(Value original, Value value, std::optional<double> padding);
  /// All results of `op` are.
  void retire(Operation *op);
  /// Result number 0 of `op`, whose others are not used, is.
  void finish(Operation *op, Value value, std::optional<double> padding) {
    rename(op->getResult(0), value, padding);
    retire(op);
  }

  ProgramOp program;
  OpBuilder builder;
  int64_t maxPlainChannels;
  llvm::DenseMap<Value, Blocked> blocked; // by plain tensor
  llvm::DenseMap<Value, Value> plain;     // by plain tensor that is rewritten
  llvm::DenseSet<Value> rewritten;
  SmallVector<Operation *> originals;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_LAYOUTASSIGNER_H
