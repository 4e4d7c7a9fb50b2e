// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/onnx/Composer.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_RAISECHANNELSHUFFLE
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// The positions of [0, count) as `shape`, permuted by `permutation`.
static SmallVector<int64_t> permutedIota(ArrayRef<int64_t> shape,
                                         ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> strides(shape.size(), 1), result = {0};
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  for (int64_t dim : permutation) {
    SmallVector<int64_t> next;
    for (int64_t base : result)
      for (int64_t i = 0; i < shape[dim]; ++i)
        next.push_back(base + i * strides[dim]);
    result = std::move(next);
  }
  return result;
}

/// The operation behind `view` as a selection of channels, or null.
static Value raise(ViewOp view, OpBuilder &builder) {
  auto transpose = view.getSource().getDefiningOp<onnx::TransposeOp>();
  auto cut = transpose ? transpose.getData().getDefiningOp<ViewOp>() : ViewOp();
  if (!cut || cut.getSource().getType() != view.getType())
    return {};
  RankedTensorType type = onnx::tensorType(view.getResult()),
                   middle = onnx::tensorType(cut.getResult());
  // From no channel, nothing can be chosen.
  if (type.getRank() != 4 || middle.getRank() < 5 || onnx::hasExtents(type) ||
      type.getNumElements() == 0)
    return {};
  // Only the channels are cut and permuted.
  SmallVector<int64_t> permutation = transpose.getPermutation();
  int64_t last = middle.getRank() - 2;
  if (middle.getDimSize(0) != type.getDimSize(0) ||
      middle.getShape().drop_front(last) != type.getShape().drop_front(2) ||
      permutation.front() != 0 || permutation[last] != last ||
      permutation[last + 1] != last + 1)
    return {};
  ArrayRef<int64_t> parts = middle.getShape().drop_front().take_front(last - 1);
  SmallVector<int64_t> order;
  for (int64_t dim : ArrayRef(permutation).drop_front().take_front(last - 1))
    order.push_back(dim - 1);
  onnx::Composer composer(builder, view.getLoc());
  Value indices = composer.integers(permutedIota(parts, order));
  return composer.make<onnx::GatherOp>(cut.getSource(), indices, /*axis=*/1);
}

namespace {

struct RaiseChannelShuffle
    : veltair::impl::RaiseChannelShuffleBase<RaiseChannelShuffle> {
  void runOnOperation() override {
    raised += rewriteOps(getOperation(), [](Operation *op, OpBuilder &builder) {
      auto view = dyn_cast<ViewOp>(op);
      return view ? raise(view, builder) : Value();
    });
  }
};

} // namespace
