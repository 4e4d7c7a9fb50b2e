// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "dialects/onnx/Quantization.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

/// What stands for an operand in the inference of an operation on f32.
static Value asReal(Block &scratch, Value operand) {
  Type type = operand.getType();
  if (!isAbsent(operand))
    type = tensorType(operand).clone(Float32Type::get(type.getContext()));
  return scratch.addArgument(type, operand.getLoc());
}

/// The integers `x` less a zero point, that of the index in dimension `axis`
/// where there are several, in f32.
static Value wholeNumbers(OpBuilder &b, Location loc, Value x, Value zero,
                          int64_t axis) {
  Value one = ConstantOp::create(
      b, loc,
      DenseElementsAttr::get(RankedTensorType::get({}, b.getF32Type()), 1.0f));
  return b.createOrFold<DequantizeLinearOp>(loc, x, one, zero, axis,
                                            /*block_size=*/0,
                                            /*output_dtype=*/0);
}

/// A scale in f32; several of them in a shape that broadcasts.
static Value scaleAs(Composer &c, Value scale, Type real,
                     ArrayRef<int64_t> shape) {
  return c.reshape(c.cast(scale, real),
                   isSingle(scale) ? ArrayRef<int64_t>() : shape);
}

/// What `x`, in f32, is after a quantized product: its multiple by `factor`,
/// rounded.
static Value requantize(Composer &c, Value x, Value factor, Value zero,
                        Type type) {
  Value rounded = c.make<RoundOp>(c.mul(x, factor));
  zero = c.reshape(c.cast(zero, elementType(x)), {});
  return c.cast(moveAndLimit(c, rounded, zero, type), type);
}

/// f32 holds all integers up to this one. Bytes less a zero point have at most
/// this magnitude, and halves of them that.
static constexpr int64_t exactSum = 1 << 24, byteRange = 255, halfRange = 16;

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// The shape of the product of two matrices; (C2) their parameters, the last of
/// which are zero points, fit them.
static FailureOr<SmallVector<int64_t>>
inferProduct(const Inference &infer, MLIRContext *context,
             std::optional<Location> location, Value a, Value b,
             ValueRange rowParameters, ValueRange columnParameters) {
  Block scratch;
  SmallVector<Value> operands{asReal(scratch, a), asReal(scratch, b)};
  SmallVector<Type> types;
  MatMulOp::Adaptor adaptor{ValueRange(operands)};
  if (failed(MatMulOp::inferReturnTypes(context, location, adaptor, types)))
    return failure();
  int64_t rows = rankOf(a) > 1 ? shapeOf(a)[rankOf(a) - 2] : 1;
  int64_t columns = rankOf(b) > 1 ? shapeOf(b).back() : 1;
  auto fit = [](ValueRange parameters, int64_t extent) {
    return llvm::all_of(parameters, [&](Value parameter) {
      return isAbsent(parameter) || isSingle(parameter) ||
             shapeOf(parameter) == ArrayRef<int64_t>{extent};
    });
  };
  if (!fit(rowParameters, rows) || !fit(columnParameters, columns))
    return infer.fail(2, "a scale or zero point does not fit its matrix");
  if (failed(checkZeroPoint(infer, a, rowParameters.back())) ||
      failed(checkZeroPoint(infer, b, columnParameters.back())))
    return failure();
  return SmallVector<int64_t>(cast<RankedTensorType>(types.front()).getShape());
}

/// The matrices less their zero points, in f32.
template <typename Op>
static std::pair<Value, Value> wholeMatrices(Op op, OpBuilder &b) {
  int64_t row = std::max<int64_t>(rankOf(op.getA()) - 2, 0);
  Value left = wholeNumbers(b, op.getLoc(), op.getA(), op.getAZeroPoint(), row);
  Value right = wholeNumbers(b, op.getLoc(), op.getB(), op.getBZeroPoint(),
                             rankOf(op.getB()) - 1);
  return {left, right};
}

LogicalResult
MatMulIntegerOp::inferReturnTypes(MLIRContext *context,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("MatMulInteger", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      inferProduct(infer, context, location, a.getA(), a.getB(),
                   a.getAZeroPoint(), a.getBZeroPoint());
  if (failed(shape))
    return failure();
  return infer.result(IntegerType::get(context, 32), *shape);
}

// In f32 as far as its sums are exact. Kernels for constants may add blocks of
// the operands before they multiply, and four of such products (Strassen). With
// one factor in halves, 16 * high + low, sums of more terms are exact: halves
// are computed, and products with what is computed are sums of single products.
LogicalResult MatMulIntegerOp::decompose(OpBuilder &b,
                                         SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Type integer = b.getI32Type();
  auto [left, right] = wholeMatrices(*this, b);
  int64_t depth = shapeOf(left).back();
  if (depth <= exactSum / (8 * byteRange * byteRange)) {
    results.push_back(c.cast(c.make<MatMulOp>(left, right), integer));
    return success();
  }
  if (depth > exactSum / (byteRange * halfRange)) {
    results.push_back(
        c.make<MatMulOp>(c.cast(left, integer), c.cast(right, integer)));
    return success();
  }
  Value half = c.scalar(right, double(halfRange));
  Value high = c.make<FloorOp>(c.div(right, half));
  Value low = c.sub(right, c.mul(high, half));
  Value upper = c.mul(c.make<MatMulOp>(left, high), half);
  Value lower = c.make<MatMulOp>(left, low);
  results.push_back(c.add(c.cast(upper, integer), c.cast(lower, integer)));
  return success();
}

LogicalResult
QLinearMatMulOp::inferReturnTypes(MLIRContext *context,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("QLinearMatMul", location, types);
  FailureOr<SmallVector<int64_t>> shape = inferProduct(
      infer, context, location, a.getA(), a.getB(),
      {a.getAScale(), a.getAZeroPoint()}, {a.getBScale(), a.getBZeroPoint()});
  if (failed(shape))
    return failure();
  if (!isSingle(a.getYScale()) || !isSingle(a.getYZeroPoint()))
    return infer.fail(2, "y_scale and y_zero_point must have one element");
  return infer.result(elementType(a.getYZeroPoint()), *shape);
}

LogicalResult QLinearMatMulOp::decompose(OpBuilder &b,
                                         SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Type real = b.getF32Type();
  auto [left, right] = wholeMatrices(*this, b);
  // A scale for each row stands in front of the columns, if there are any.
  SmallVector<int64_t> rows{elementCount(shapeOf(getAScale()))};
  if (rankOf(right) > 1)
    rows.push_back(1);
  Value scale = c.mul(scaleAs(c, getAScale(), real, rows),
                      scaleAs(c, getBScale(), real, shapeOf(getBScale())));
  Value factor = c.div(scale, scaleAs(c, getYScale(), real, {}));
  results.push_back(requantize(c, c.make<MatMulOp>(left, right), factor,
                               getYZeroPoint(), elementType(getY())));
  return success();
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// The shape of the result of a convolution; (C2) its parameters fit: those of
/// w and the others, the last of which are the zero points of w and x.
template <typename ConvAdaptor>
static FailureOr<SmallVector<int64_t>>
inferConvolution(const Inference &infer, MLIRContext *context,
                 std::optional<Location> location, ConvAdaptor a, Value bias,
                 ValueRange filterParameters, ValueRange singles) {
  Block scratch;
  SmallVector<Value> operands{
      asReal(scratch, a.getX()), asReal(scratch, a.getW()),
      bias ? asReal(scratch, bias)
           : Value(scratch.addArgument(NoneType::get(context),
                                       a.getX().getLoc()))};
  ConvOp::Properties properties;
  properties.auto_pad = a.getAutoPadAttr();
  properties.dilations = a.getDilationsAttr();
  properties.group = a.getGroupAttr();
  properties.kernel_shape = a.getKernelShapeAttr();
  properties.pads = a.getPadsAttr();
  properties.strides = a.getStridesAttr();
  ConvOp::Adaptor adaptor{ValueRange(operands), DictionaryAttr(), properties};
  SmallVector<Type> types;
  if (failed(ConvOp::inferReturnTypes(context, location, adaptor, types)))
    return failure();
  bool fit = llvm::all_of(filterParameters, [&](Value parameter) {
    return isAbsent(parameter) || isSingle(parameter) ||
           shapeOf(parameter) == shapeOf(a.getW()).take_front(1);
  });
  fit &= llvm::all_of(singles, [](Value parameter) {
    return isAbsent(parameter) || isSingle(parameter);
  });
  if (!fit)
    return infer.fail(2, "a scale or zero point does not fit its tensor");
  if (failed(checkZeroPoint(infer, a.getX(), singles.back())) ||
      failed(checkZeroPoint(infer, a.getW(), filterParameters.back())))
    return failure();
  return SmallVector<int64_t>(cast<RankedTensorType>(types.front()).getShape());
}

/// The convolution that `op` is, of other operands.
template <typename Op>
static Value convolve(Op op, OpBuilder &b, Value x, Value w, Value bias) {
  return ConvOp::create(b, op.getLoc(), x, w, bias, op.getAutoPadAttr(),
                        op.getDilationsAttr(), op.getGroupAttr(),
                        op.getKernelShapeAttr(), op.getPadsAttr(),
                        op.getStridesAttr());
}

LogicalResult ConvIntegerOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location,
                                              Adaptor a,
                                              SmallVectorImpl<Type> &types) {
  Inference infer("ConvInteger", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      inferConvolution(infer, context, location, a, /*bias=*/Value(),
                       a.getWZeroPoint(), a.getXZeroPoint());
  if (failed(shape))
    return failure();
  return infer.result(IntegerType::get(context, 32), *shape);
}

// Kernels of f32 would not be exact: Winograd's algorithm multiplies fractions.
LogicalResult ConvIntegerOp::decompose(OpBuilder &b,
                                       SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Type integer = b.getI32Type();
  Value x = wholeNumbers(b, getLoc(), getX(), getXZeroPoint(), /*axis=*/0);
  Value w = wholeNumbers(b, getLoc(), getW(), getWZeroPoint(), /*axis=*/0);
  results.push_back(
      convolve(*this, b, c.cast(x, integer), c.cast(w, integer), c.none()));
  return success();
}

LogicalResult QLinearConvOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location,
                                              Adaptor a,
                                              SmallVectorImpl<Type> &types) {
  Inference infer("QLinearConv", location, types);
  FailureOr<SmallVector<int64_t>> shape = inferConvolution(
      infer, context, location, a, a.getB(), {a.getWScale(), a.getWZeroPoint()},
      {a.getYScale(), a.getYZeroPoint(), a.getXScale(), a.getXZeroPoint()});
  if (failed(shape))
    return failure();
  return infer.result(elementType(a.getYZeroPoint()), *shape);
}

LogicalResult QLinearConvOp::decompose(OpBuilder &b,
                                       SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Type real = b.getF32Type();
  Value x = wholeNumbers(b, getLoc(), getX(), getXZeroPoint(), /*axis=*/0);
  Value w = wholeNumbers(b, getLoc(), getW(), getWZeroPoint(), /*axis=*/0);
  Value bias = getB();
  if (!isAbsent(bias))
    bias = wholeNumbers(b, getLoc(), bias, c.none(), /*axis=*/0);
  SmallVector<int64_t> channels(rankOf(x) - 1, 1);
  channels[0] = shapeOf(w)[0];
  Value scale = c.mul(scaleAs(c, getXScale(), real, {}),
                      scaleAs(c, getWScale(), real, channels));
  Value factor = c.div(scale, scaleAs(c, getYScale(), real, {}));
  results.push_back(requantize(c, convolve(*this, b, x, w, bias), factor,
                               getYZeroPoint(), elementType(getY())));
  return success();
}
