// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "compiler/graph/StridedViews.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_FUSEATTENTION
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// softmax(scale * query keys + mask), as operations compute it.
struct Scores {
  onnx::MatMulOp product;
  Value mask;
  float scale = 1;
};

} // namespace

/// What `value` computes from a product, or nothing. Only the product's result
/// may have users elsewhere that keep it.
static std::optional<Scores> matchScores(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse())
    return std::nullopt;
  if (auto product = dyn_cast<onnx::MatMulOp>(op))
    return Scores{product, {}};
  if (auto scaling = asScaling(op)) {
    std::optional<Scores> scores = matchScores(scaling->first);
    // A factor behind the mask would be one of the mask's, too.
    if (!scores || scores->mask)
      return std::nullopt;
    scores->scale *= scaling->second;
    return scores;
  }
  if (auto sum = dyn_cast<onnx::AddOp>(op))
    for (auto [inner, mask] :
         {std::pair(sum.getA(), sum.getB()), std::pair(sum.getB(), sum.getA())})
      if (inner.getType() == value.getType())
        if (std::optional<Scores> scores = matchScores(inner);
            scores && !scores->mask) {
          scores->mask = mask;
          return scores;
        }
  return std::nullopt;
}

/// `view` as a tensor of rank 4: `batch` and two dimensions of its own.
static bool asHeads(StridedView &view, ArrayRef<int64_t> batch) {
  size_t rank = view.sizes.size();
  if (rank < 2)
    return false;
  SmallVector<int64_t> shape(batch);
  llvm::append_range(shape, ArrayRef(view.sizes).take_back(2));
  return view.broadcastTo(shape);
}

/// The permutation of [batch, heads, queries, depth] by the only user of the
/// product with the values, and that user; or the identity and the product.
static std::pair<SmallVector<int64_t>, Operation *>
resultOrder(onnx::MatMulOp product) {
  SmallVector<int64_t> order = {0, 1, 2, 3};
  Value result = product.getY();
  auto transpose = result.hasOneUse()
                       ? dyn_cast<onnx::TransposeOp>(*result.user_begin())
                       : onnx::TransposeOp();
  if (!transpose)
    return {order, product};
  SmallVector<int64_t> permutation = transpose.getPermutation();
  int64_t missing = order.size() - permutation.size();
  if (permutation.back() != int64_t(permutation.size()) - 1)
    return {order, product};
  for (auto [to, from] : llvm::enumerate(permutation))
    order[missing + to] = missing + from;
  return {order, transpose};
}

/// The product of a softmax with values as an attention; false when it is none.
static bool fuse(onnx::MatMulOp op) {
  auto softmax = op.getA().getDefiningOp<onnx::SoftmaxOp>();
  RankedTensorType type = onnx::tensorType(op.getY());
  int64_t rank = type.getRank();
  if (!softmax || !op.getA().hasOneUse() || !type.getElementType().isF32() ||
      rank < 2 || rank > 4 || onnx::rankOf(op.getA()) != rank ||
      onnx::rankOf(op.getB()) < 2)
    return false;
  int64_t axis = softmax.getAxis();
  if (axis != -1 && axis != rank - 1)
    return false;
  std::optional<Scores> scores = matchScores(softmax.getX());
  if (!scores || onnx::rankOf(scores->product.getA()) < 2 ||
      onnx::rankOf(scores->product.getB()) < 2)
    return false;

  // Heads that share a matrix repeat it.
  SmallVector<int64_t> batch(4 - rank, 1);
  llvm::append_range(batch, type.getShape().drop_back(2));
  if (onnx::shapeOf(op.getA()).drop_back(2) != type.getShape().drop_back(2))
    return false;
  // The kernel expects that there is something to attend to, and from.
  if (type.getNumElements() == 0 ||
      onnx::tensorType(op.getA()).getNumElements() == 0 ||
      onnx::tensorType(scores->product.getA()).getNumElements() == 0)
    return false;
  float scale = scores->scale;
  StridedView query = traceView(scores->product.getA(), &scale);
  StridedView key = traceView(scores->product.getB(), &scale);
  StridedView value = traceView(op.getB());
  std::swap(*key.sizes.rbegin(), *std::next(key.sizes.rbegin()));
  std::swap(*key.strides.rbegin(), *std::next(key.strides.rbegin()));
  if (value.strides.back() != 1 && value.sizes.back() != 1)
    return false;
  if (!asHeads(query, batch) || !asHeads(key, batch) || !asHeads(value, batch))
    return false;
  Value mask;
  kernel::StridedViewAttr maskView;
  if (scores->mask) {
    StridedView view = traceView(scores->mask);
    SmallVector<int64_t> shape(batch);
    shape.append({query.sizes[2], key.sizes[2]});
    if (!view.broadcastTo(shape))
      return false;
    mask = view.memory;
    maskView = view.getAttr();
  }

  auto [order, last] = resultOrder(op);
  SmallVector<int64_t> sizes(batch), shape;
  sizes.append({query.sizes[2], value.sizes[3]});
  for (int64_t dim : order)
    shape.push_back(sizes[dim]);
  OpBuilder builder(last);
  Value result = kernel::AttentionOp::create(
      builder, op.getLoc(), type.clone(shape), query.memory, key.memory,
      value.memory, mask, query.getAttr(), key.getAttr(), value.getAttr(),
      maskView, llvm::APFloat(scale), order);
  Type wanted = last->getResult(0).getType();
  if (result.getType() != wanted)
    result = ViewOp::create(builder, op.getLoc(), wanted, result);
  last->getResult(0).replaceAllUsesWith(result);
  return true;
}

namespace {

class FuseAttention : public veltair::impl::FuseAttentionBase<FuseAttention> {
public:
  using FuseAttentionBase::FuseAttentionBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    for (auto op : program.getBlock().getOps<onnx::MatMulOp>())
      fused += fuse(op);
    eraseDeadOps(program);
  }
};

} // namespace
