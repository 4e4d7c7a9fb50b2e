// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Normalization.cpp.inc"

/// The dimensions from `first` on.
static SmallVector<int64_t> trailingAxes(int64_t first, int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, rank));
}

//===----------------------------------------------------------------------===//
// Along one axis
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::decompose(OpBuilder &b,
                                   SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Value x = c.widened(getX());
  Value max = c.reduce<ReduceMaxOp>(x, int64_t(getAxis()));
  Value exp = c.exp(c.sub(x, max));
  Value sum = c.reduce<ReduceSumOp>(exp, int64_t(getAxis()));
  results.push_back(c.cast(c.div(exp, sum), elementType(getX())));
  return success();
}

LogicalResult LogSoftmaxOp::decompose(OpBuilder &b,
                                      SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Value x = c.widened(getX());
  Value max = c.reduce<ReduceMaxOp>(x, int64_t(getAxis()));
  Value shifted = c.sub(x, max);
  Value sum = c.reduce<ReduceSumOp>(c.exp(shifted), int64_t(getAxis()));
  results.push_back(c.cast(c.sub(shifted, c.log(sum)), elementType(getX())));
  return success();
}

Value HardmaxOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getX()));
  Value own = b.load(getX(), index);
  SmallVector<Value> position(index);
  // The element wins if all before are less and none behind is greater.
  Value wins =
      b.reduce(shapeOf(getX())[axis], b.boolean(true), [&](Value i, Value acc) {
        position[axis] = i;
        Value other = b.load(getX(), position);
        Value holds =
            b.select(b.lt(i, index[axis]), b.lt(other, own), b.le(other, own));
        return b.logicalAnd(acc, holds);
      });
  return b.select(wins, b.constantLike(own, 1), b.constantLike(own, 0));
}

LogicalResult LpNormalizationOp::decompose(OpBuilder &b,
                                           SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Value norm = getP() == 1 ? c.reduce<ReduceL1Op>(getX(), int64_t(getAxis()))
                           : c.reduce<ReduceL2Op>(getX(), int64_t(getAxis()));
  // Zeros stay zeros.
  Value isZero = c.make<EqualOp>(norm, c.scalar(norm, 0));
  norm = c.make<WhereOp>(isZero, c.scalar(norm, 1), norm);
  results.push_back(c.div(getX(), norm));
  return success();
}

//===----------------------------------------------------------------------===//
// By channel
//===----------------------------------------------------------------------===//

/// (C1) x has at least `minRank` dimensions, (C2) the vectors one element for
/// each channel, and the result is like x.
static LogicalResult inferByChannel(Inference &infer, Value x,
                                    ValueRange vectors, int64_t minRank) {
  if (rankOf(x) < minRank)
    return infer.fail(1, "x needs at least " + Twine(minRank) + " dimensions");
  for (Value vector : vectors)
    if (shapeOf(vector) != ArrayRef<int64_t>{shapeOf(x)[1]})
      return infer.fail(2, "an operand has not one element for each channel");
  return infer.result(elementType(x), shapeOf(x));
}

/// y * scale + bias in the element type of `x`, whichever y, scale and bias
/// have.
static Value scaleChannels(Composer &c, Value y, Value x, Value scale,
                           Value bias) {
  Type type = elementType(x);
  auto channels = [&](Value vector) {
    return c.alongChannels(c.cast(vector, type), rankOf(x));
  };
  Value product = c.mul(c.cast(y, type), channels(scale));
  return c.add(product, channels(bias));
}

LogicalResult BatchNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("BatchNormalization", location, types);
  return inferByChannel(
      infer, a.getX(), {a.getScale(), a.getBias(), a.getMean(), a.getVar()}, 2);
}

LogicalResult BatchNormalizationOp::decompose(OpBuilder &b,
                                              SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  int64_t rank = rankOf(getX());
  Value x = c.widened(getX());
  auto vector = [&](Value value) {
    return c.alongChannels(c.cast(value, elementType(x)), rank);
  };
  Value epsilon = c.scalar(x, getEpsilon().convertToFloat());
  Value deviation = c.sqrt(c.add(vector(getVar()), epsilon));
  Value factor = c.div(vector(getScale()), deviation);
  Value centred = c.sub(x, vector(getMean()));
  Value y = c.add(c.mul(centred, factor), vector(getBias()));
  results.push_back(c.cast(y, elementType(getX())));
  return success();
}

LogicalResult InstanceNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("InstanceNormalization", location, types);
  return inferByChannel(infer, a.getX(), {a.getScale(), a.getBias()}, 3);
}

LogicalResult
InstanceNormalizationOp::decompose(OpBuilder &b,
                                   SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  int64_t rank = rankOf(getX());
  Value mean, inverse;
  Value y = c.standardize(c.widened(getX()), trailingAxes(2, rank),
                          getEpsilon().convertToFloat(), mean, inverse);
  results.push_back(scaleChannels(c, y, getX(), getScale(), getBias()));
  return success();
}

LogicalResult GroupNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("GroupNormalization", location, types);
  if (failed(inferByChannel(infer, a.getX(), {a.getScale(), a.getBias()}, 3)))
    return failure();
  int64_t groups = a.getNumGroups();
  if (groups < 1 || shapeOf(a.getX())[1] % groups != 0)
    return infer.fail(3, "num_groups does not divide the channels");
  for (int64_t dim = 1; dim < rankOf(a.getX()); ++dim)
    if (extentNumber(a.getX().getType(), dim) != exactExtent)
      return infer.fail(4, "the size of dimension " + Twine(dim) +
                               " depends on data");
  return success();
}

LogicalResult GroupNormalizationOp::decompose(OpBuilder &b,
                                              SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  ArrayRef<int64_t> shape = shapeOf(getX());
  int64_t groups = getNumGroups();
  int64_t members = elementCount(shape.drop_front()) / groups;
  Value x = c.widened(getX());
  Value grouped = c.reshape(x, {shape[0], groups, members});
  Value mean, inverse;
  Value y =
      c.standardize(grouped, 2, getEpsilon().convertToFloat(), mean, inverse);
  results.push_back(
      scaleChannels(c, c.reshape(y, shape), getX(), getScale(), getBias()));
  return success();
}

//===----------------------------------------------------------------------===//
// Over trailing dimensions
//===----------------------------------------------------------------------===//

/// Constraints (C1) and (C2) of the normalisations from an axis on.
static FailureOr<int64_t> checkTrailing(Inference &infer, Value x, int64_t axis,
                                        ValueRange parameters) {
  FailureOr<int64_t> normal = infer.axis(1, axis, rankOf(x));
  if (failed(normal))
    return failure();
  for (Value parameter : parameters)
    if (!isAbsent(parameter) &&
        broadcastShapes({shapeOf(x), shapeOf(parameter)}) !=
            SmallVector<int64_t>(shapeOf(x)))
      return infer.fail(2, "scale or bias does not broadcast to x");
  return normal;
}

LogicalResult LayerNormalizationOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("LayerNormalization", location, types);
  FailureOr<int64_t> axis =
      checkTrailing(infer, a.getX(), a.getAxis(), {a.getScale(), a.getBias()});
  if (failed(axis))
    return failure();
  SmallVector<int64_t> reduced(shapeOf(a.getX()));
  std::fill(reduced.begin() + *axis, reduced.end(), 1);
  Type stash = elementType(a.getX()).isF64() ? elementType(a.getX())
                                             : Float32Type::get(context);
  return success(
      succeeded(infer.result(elementType(a.getX()), shapeOf(a.getX()))) &&
      succeeded(infer.result(stash, reduced)) &&
      succeeded(infer.result(stash, reduced)));
}

LogicalResult LayerNormalizationOp::decompose(OpBuilder &b,
                                              SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  int64_t rank = rankOf(getX());
  int64_t axis = *normalizeAxis(getAxis(), rank);
  // Computed in the precision of the statistics.
  Value x = c.cast(getX(), elementType(getMean()));
  Value mean, inverse;
  Value y = c.standardize(x, trailingAxes(axis, rank),
                          getEpsilon().convertToFloat(), mean, inverse);
  Type type = elementType(getX());
  y = c.mul(c.cast(y, type), c.cast(getScale(), type));
  if (!isAbsent(getBias()))
    y = c.add(y, c.cast(getBias(), type));
  results.append({y, mean, inverse});
  return success();
}

LogicalResult
RMSNormalizationOp::inferReturnTypes(MLIRContext *,
                                     std::optional<Location> location,
                                     Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("RMSNormalization", location, types);
  if (failed(checkTrailing(infer, a.getX(), a.getAxis(), a.getScale())))
    return failure();
  return infer.result(elementType(a.getScale()), shapeOf(a.getX()));
}

LogicalResult RMSNormalizationOp::decompose(OpBuilder &b,
                                            SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  int64_t rank = rankOf(getX());
  int64_t axis = *normalizeAxis(getAxis(), rank);
  Value x = c.widened(getX());
  Value mean = c.reduce<ReduceMeanOp>(c.mul(x, x), trailingAxes(axis, rank));
  Value epsilon = c.scalar(x, getEpsilon().convertToFloat());
  Value y = c.div(x, c.sqrt(c.add(mean, epsilon)));
  results.push_back(c.mul(c.cast(y, elementType(getScale())), getScale()));
  return success();
}

LogicalResult MeanVarianceNormalizationOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("MeanVarianceNormalization", location, types);
  if (failed(infer.axes(1, a.getAxes(), rankOf(a.getX()))))
    return failure();
  return infer.result(elementType(a.getX()), shapeOf(a.getX()));
}

LogicalResult
MeanVarianceNormalizationOp::decompose(OpBuilder &b,
                                       SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Value x = c.widened(getX());
  Value centred = c.sub(x, c.reduce<ReduceMeanOp>(x, getAxes()));
  Value variance = c.reduce<ReduceMeanOp>(c.mul(centred, centred), getAxes());
  Value deviation = c.add(c.sqrt(variance), c.scalar(x, 1e-9));
  results.push_back(c.cast(c.div(centred, deviation), elementType(getX())));
  return success();
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

LogicalResult LRNOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("LRN", location, types);
  if (rankOf(a.getX()) < 2)
    return infer.fail(1, "x needs at least two dimensions");
  if (int64_t(a.getSize()) < 1 || int64_t(a.getSize()) > (1 << 30))
    return infer.fail(2, "size must be positive");
  return infer.result(elementType(a.getX()), shapeOf(a.getX()));
}

Value LRNOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t size = getSize(), channels = shapeOf(getX())[1];
  Value zero = b.index(0);
  Value lower = b.max(b.sub(index[1], b.index((size - 1) / 2)), zero);
  Value upper = b.min(b.add(index[1], size / 2 + 1), b.index(channels));
  SmallVector<Value> position(index);
  Value own = b.load(getX(), index);
  Value sum =
      b.reduce(lower, upper, b.constantLike(own, 0), [&](Value c, Value acc) {
        position[1] = c;
        Value x = b.load(getX(), position);
        return b.add(acc, b.mul(x, x));
      });
  auto number = [&](double value) { return b.constantLike(own, value); };
  Value base = b.add(number(getBias().convertToFloat()),
                     b.mul(number(getAlpha().convertToFloat() / size), sum));
  Value power =
      math::PowFOp::create(b, base, number(getBeta().convertToFloat()));
  return b.div(own, power);
}

LogicalResult DropoutOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("Dropout", location, types);
  std::optional<SmallVector<double>> ratio;
  if (!isAbsent(a.getRatio()))
    ratio = constantFloats(a.getRatio());
  bool keepsAll = ratio && ratio->size() == 1 && ratio->front() == 0;
  if (!isAbsent(a.getTrainingMode()) && !keepsAll) {
    std::optional<SmallVector<int64_t>> training =
        constantIntegers(a.getTrainingMode());
    if (!training)
      return infer.failForValue(1, a.getTrainingMode(),
                                "training is not supported");
    // A ratio that turns out to be 0 would do.
    if (llvm::any_of(*training, [](int64_t v) { return v != 0; }))
      return isAbsent(a.getRatio())
                 ? infer.fail(1, "training is not supported")
                 : infer.failForValue(1, a.getRatio(),
                                      "training is not supported");
  }
  types.push_back(a.getData().getType());
  types.push_back(tensorType(a.getData()).clone(IntegerType::get(context, 1)));
  return success();
}

LogicalResult DropoutOp::decompose(OpBuilder &b,
                                   SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  results.push_back(getData());
  results.push_back(c.make<ConstantOp>(
      DenseElementsAttr::get(cast<ShapedType>(getMask().getType()), true)));
  return success();
}
