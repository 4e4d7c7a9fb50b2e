// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Loss.cpp.inc"

/// Checks the constraints and infers the loss.
static LogicalResult inferLoss(Inference &infer, Value scores, Value labels,
                               Value weights, StringRef reduction) {
  ArrayRef<int64_t> shape = shapeOf(scores), own = shapeOf(labels);
  if (shape.size() < 2 || shape[1] == 0 || own.size() != shape.size() - 1 ||
      own.take_front(1) != shape.take_front(1) ||
      own.drop_front(1) != shape.drop_front(2))
    return infer.fail(1, "the labels do not fit the predictions");
  if (!isAbsent(weights) && (shapeOf(weights) != shape.slice(1, 1) ||
                             elementType(weights) != elementType(scores)))
    return infer.fail(2, "the weights do not fit the predictions");
  if (reduction != "none" && reduction != "sum" && reduction != "mean")
    return infer.fail(3, "unknown reduction '" + reduction + "'");
  return infer.result(elementType(scores),
                      reduction == "none" ? own : ArrayRef<int64_t>());
}

/// The loss of logarithms of probabilities.
static Value emitLoss(OpBuilder &b, Location loc, Value logarithms,
                      Value labels, Value weights,
                      std::optional<int64_t> ignored, StringRef reduction) {
  Composer c(b, loc);
  Value isIgnored, factors;
  Type integer = elementType(labels);
  // No label is one that their type does not hold.
  if (ignored && llvm::isIntN(integer.getIntOrFloatBitWidth(), *ignored)) {
    auto label = [&](int64_t value) {
      Attribute attribute = b.getIntegerAttr(integer, value);
      return c.make<ConstantOp>(DenseElementsAttr::get(
          RankedTensorType::get({}, integer), attribute));
    };
    isIgnored = c.make<EqualOp>(labels, label(*ignored));
    // It need not name a class.
    labels = c.make<WhereOp>(isIgnored, label(0), labels);
  }
  SmallVector<int64_t> classes{1};
  Value places = c.make<UnsqueezeOp>(labels, c.integers(classes));
  Value loss = c.make<GatherElementsOp>(logarithms, places, /*axis=*/1);
  loss = c.make<NegOp>(c.make<SqueezeOp>(loss, c.integers(classes)));
  if (!isAbsent(weights)) {
    factors = c.make<GatherOp>(weights, labels, /*axis=*/0);
    loss = c.mul(loss, factors);
  }
  if (isIgnored) {
    Value nought = c.scalar(loss, 0);
    if (!factors)
      factors = c.scalar(loss, 1);
    factors = c.make<WhereOp>(isIgnored, nought, factors);
    loss = c.make<WhereOp>(isIgnored, nought, loss);
  }
  auto sum = [&](Value x) { return c.make<ReduceSumOp>(x, c.none(), 0, 0); };
  if (reduction == "none")
    return loss;
  if (reduction == "sum")
    return sum(loss);
  return factors ? c.div(sum(loss), sum(factors))
                 : c.make<ReduceMeanOp>(loss, c.none(), 0, 0);
}

LogicalResult NegativeLogLikelihoodLossOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("NegativeLogLikelihoodLoss", location, types);
  return inferLoss(infer, a.getInput(), a.getTarget(), a.getWeight(),
                   a.getReduction());
}

LogicalResult
NegativeLogLikelihoodLossOp::decompose(OpBuilder &b,
                                       SmallVectorImpl<Value> &results) {
  results.push_back(emitLoss(b, getLoc(), getInput(), getTarget(), getWeight(),
                             getIgnoreIndex(), getReduction()));
  return success();
}

LogicalResult SoftmaxCrossEntropyLossOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("SoftmaxCrossEntropyLoss", location, types);
  if (failed(inferLoss(infer, a.getScores(), a.getLabels(), a.getWeights(),
                       a.getReduction())))
    return failure();
  return infer.result(elementType(a.getScores()), shapeOf(a.getScores()));
}

LogicalResult
SoftmaxCrossEntropyLossOp::decompose(OpBuilder &b,
                                     SmallVectorImpl<Value> &results) {
  Value logarithms =
      Composer(b, getLoc()).make<LogSoftmaxOp>(getScores(), /*axis=*/1);
  results.push_back(emitLoss(b, getLoc(), logarithms, getLabels(), getWeights(),
                             getIgnoreIndex(), getReduction()));
  results.push_back(logarithms);
  return success();
}
