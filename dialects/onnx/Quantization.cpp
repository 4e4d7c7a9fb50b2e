// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Quantization.cpp.inc"

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

namespace {
/// Which of several scales, or zero points, an element has: its index in
/// dimension `axis` tells; where there are blocks, `block` neighbours share
/// one.
struct Scaling {
  int64_t axis = 0, block = 0;
};
} // namespace

static bool isSingle(Value value) { return elementCount(shapeOf(value)) == 1; }

/// Constraint (C2) of a zero point: it is of its tensor's type. Of others,
/// differences would be larger than what is exact below.
static LogicalResult checkZeroPoint(const Inference &infer, Value x,
                                    Value zero) {
  if (isAbsent(zero) || elementType(zero) == elementType(x))
    return success();
  return infer.fail(2, "a zero point is not of its tensor's type");
}

/// Constraints (C1) and (C2) of scale and zero point.
static FailureOr<Scaling> inferScaling(const Inference &infer, Value x,
                                       Value scale, Value zero, int64_t axis,
                                       int64_t block) {
  if (isSingle(scale) && (isAbsent(zero) || isSingle(zero)))
    return Scaling();
  ArrayRef<int64_t> shape = shapeOf(x);
  FailureOr<int64_t> normal = infer.axis(1, axis, shape.size());
  if (failed(normal))
    return failure();
  SmallVector<int64_t> expected{shape[*normal]};
  if (block > 0) {
    // Elements beyond the true extent would have scales, too.
    if (extentNumber(x.getType(), *normal) != exactExtent)
      return infer.fail(2, "the size of the blocks' dimension depends on data");
    expected.assign(shape.begin(), shape.end());
    expected[*normal] = llvm::divideCeil(shape[*normal], block);
  }
  for (Value value : {scale, zero})
    if (block < 0 || !(isAbsent(value) || isSingle(value) ||
                       shapeOf(value) == ArrayRef<int64_t>(expected)))
      return infer.fail(2, "scale or zero point does not fit the tensor");
  return Scaling{*normal, block};
}

/// The same of an operation that has been verified.
static Scaling scalingOf(Value x, Value scale, Value zero, int64_t axis,
                         int64_t block) {
  SmallVector<Type> types;
  return *inferScaling(Inference("", std::nullopt, types), x, scale, zero, axis,
                       block);
}

static Scaling scalingOf(QuantizeLinearOp op) {
  return scalingOf(op.getX(), op.getYScale(), op.getYZeroPoint(), op.getAxis(),
                   op.getBlockSize());
}

static Scaling scalingOf(DequantizeLinearOp op) {
  return scalingOf(op.getX(), op.getXScale(), op.getXZeroPoint(), op.getAxis(),
                   op.getBlockSize());
}

/// A scale or zero point in a type and a shape that broadcasts to that of `x`.
static Value spread(Composer &c, Value parameter, Value x, Scaling scaling,
                    Type element) {
  parameter = c.cast(parameter, element);
  if (isSingle(parameter))
    return c.reshape(parameter, {});
  ArrayRef<int64_t> shape = shapeOf(x);
  // One for each element, or for none, of which nothing could be gathered.
  if (shapeOf(parameter) == shape)
    return parameter;
  if (scaling.block == 0) {
    SmallVector<int64_t> vector(shape.size() - scaling.axis, 1);
    vector[0] = shape[scaling.axis];
    return c.reshape(parameter, vector);
  }
  SmallVector<int64_t> indices;
  for (int64_t i = 0; i < shape[scaling.axis]; ++i)
    indices.push_back(i / scaling.block);
  return c.make<GatherOp>(parameter, c.integers(indices), scaling.axis);
}

/// Calls `visit` with the number of each element of a constant and that of its
/// scale, where there are several.
template <typename Fn>
static void forEachElement(ArrayRef<int64_t> shape, Scaling scaling, Fn visit) {
  if (shape.empty())
    return visit(0, 0);
  int64_t extent = shape[scaling.axis];
  int64_t outer = elementCount(shape.take_front(scaling.axis)),
          inner = elementCount(shape.drop_front(scaling.axis + 1));
  int64_t block = std::max<int64_t>(scaling.block, 1);
  int64_t blocks = llvm::divideCeil(extent, block), number = 0;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t e = 0; e < extent; ++e)
      for (int64_t i = 0; i < inner; ++i)
        visit(number++,
              scaling.block == 0 ? e : (o * blocks + e / block) * inner + i);
}

/// A constant `x` whose elements folding can visit: one that stands for all
/// where all have one scale and zero point; null where it would have to be
/// spread out and is too large for that.
static ElementsAttr visitable(Value x, Value scale, Value zero) {
  constexpr int64_t maxSpread = 1 << 26;
  ElementsAttr elements = constantElements(x), one = condenseSplat(elements);
  if (isSingle(scale) && (isAbsent(zero) || isSingle(zero)))
    return one;
  return one == elements || elements.getNumElements() <= maxSpread
             ? elements
             : ElementsAttr();
}

/// The values of a constant zero point, 0 where it is absent.
static std::optional<SmallVector<int64_t>> zeroPoints(Value zero) {
  if (isAbsent(zero))
    return SmallVector<int64_t>{0};
  return constantIntegers(zero);
}

template <typename T>
static T pick(const SmallVectorImpl<T> &values, int64_t place) {
  return values[values.size() == 1 ? 0 : place];
}

//===----------------------------------------------------------------------===//
// To integers
//===----------------------------------------------------------------------===//

namespace {
/// The least and the largest number of an integer type.
struct Limits {
  explicit Limits(Type type) {
    int width = int(type.getIntOrFloatBitWidth());
    bool isUnsigned = isUnsignedElement(type);
    low = isUnsigned ? 0 : -std::ldexp(1.0, width - 1);
    high = std::ldexp(1.0, isUnsigned ? width : width - 1) - 1;
  }
  double low, high;
};
} // namespace

/// `x`, of whole numbers in f32, moved by the zero point (null: 0) and limited
/// to what `type` holds.
static Value moveAndLimit(Composer &c, Value x, Value zero, Type type) {
  if (zero)
    x = c.add(x, zero);
  Limits limits(type);
  return c.make<ClipOp>(x, c.scalar(x, limits.low), c.scalar(x, limits.high));
}

LogicalResult
QuantizeLinearOp::inferReturnTypes(MLIRContext *context,
                                   std::optional<Location> location, Adaptor a,
                                   SmallVectorImpl<Type> &types) {
  Inference infer("QuantizeLinear", location, types);
  Value zero = a.getYZeroPoint();
  if (failed(inferScaling(infer, a.getX(), a.getYScale(), zero, a.getAxis(),
                          a.getBlockSize())))
    return failure();
  Type element = IntegerType::get(context, 8, IntegerType::Unsigned);
  if (!isAbsent(zero))
    element = elementType(zero);
  else if (a.getOutputDtype() != 0)
    element = typeOfDataType(context, a.getOutputDtype());
  if (!element || !(element.isInteger(8) || element.isInteger(16)))
    return infer.fail(3, "integers must have 8 or 16 bits");
  return infer.result(element, shapeOf(a.getX()));
}

Value QuantizeLinearOp::emitRounded(OpBuilder &b) {
  Composer c(b, getLoc());
  Type real = b.getF32Type();
  Scaling scaling = scalingOf(*this);
  Value zero;
  if (!isAbsent(getYZeroPoint()))
    zero = spread(c, getYZeroPoint(), getX(), scaling, real);
  Value quotient = c.div(c.cast(getX(), real),
                         spread(c, getYScale(), getX(), scaling, real));
  return moveAndLimit(c, c.make<RoundOp>(quotient), zero, elementType(getY()));
}

LogicalResult QuantizeLinearOp::decompose(OpBuilder &b,
                                          SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  results.push_back(c.cast(emitRounded(b), elementType(getY())));
  return success();
}

// Weights may have any size.
OpFoldResult QuantizeLinearOp::fold(FoldAdaptor) {
  ElementsAttr x = visitable(getX(), getYScale(), getYZeroPoint());
  if (!x || !x.getElementType().isF32())
    return {};
  ElementBytes bytes(x);
  auto scales = constantFloats(getYScale());
  auto zeros = zeroPoints(getYZeroPoint());
  if (!bytes || !scales || !zeros)
    return {};
  Limits limits(elementType(getY()));
  int64_t size = elementBytes(elementType(getY()));
  std::vector<char> integers(x.getNumElements() * size);
  const char *source = bytes.get().data();
  ArrayRef<int64_t> shape = x.getShapedType().getShape();
  forEachElement(shape, scalingOf(*this), [&](int64_t i, int64_t place) {
    float value;
    std::memcpy(&value, source + i * sizeof value, sizeof value);
    value = std::nearbyint(value / float(pick(*scales, place)));
    double moved = value + double(pick(*zeros, place));
    // What is no number becomes the least one.
    int64_t integer = moved > limits.low ? int64_t(std::min(moved, limits.high))
                                         : int64_t(limits.low);
    std::memcpy(&integers[i * size], &integer, size);
  });
  auto type = RankedTensorType::get(shape, elementType(getY()));
  return expandSplat(makeElements(type, integers), tensorType(getY()));
}

LogicalResult DynamicQuantizeLinearOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, Adaptor a,
    SmallVectorImpl<Type> &types) {
  Inference infer("DynamicQuantizeLinear", location, types);
  ArrayRef<int64_t> shape = shapeOf(a.getX());
  if (elementCount(shape) == 0)
    return infer.fail(1, "x is empty");
  Type byte = IntegerType::get(context, 8, IntegerType::Unsigned);
  return success(succeeded(infer.result(byte, shape)) &&
                 succeeded(infer.result(elementType(a.getX()), {})) &&
                 succeeded(infer.result(byte, {})));
}

/// The extreme of all elements: of columns first, which are computed in
/// vectors.
template <typename Op> static Value extremeOf(Composer &c, Value x) {
  if (rankOf(x) > 1)
    x = c.reduce<Op>(x, llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x) - 1)));
  return c.make<Op>(x, c.none(), 0, 0);
}

LogicalResult
DynamicQuantizeLinearOp::decompose(OpBuilder &b,
                                   SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Type byte = elementType(getY());
  Value x = c.cast(getX(), b.getF32Type());
  Value nought = c.scalar(x, 0), most = c.scalar(x, 255);
  Value high = c.make<ClipOp>(extremeOf<ReduceMaxOp>(c, x), nought, c.none());
  Value low = c.make<ClipOp>(extremeOf<ReduceMinOp>(c, x), c.none(), nought);
  Value length = c.sub(high, low);
  Value scale = c.make<WhereOp>(c.make<EqualOp>(length, nought), c.scalar(x, 1),
                                c.div(length, most));
  Value zero = c.div(c.sub(nought, low), scale);
  zero = c.make<RoundOp>(c.make<ClipOp>(zero, nought, most));
  Value y = moveAndLimit(c, c.make<RoundOp>(c.div(x, scale)), zero, byte);
  results.append({c.cast(y, byte), c.cast(scale, elementType(getYScale())),
                  c.cast(zero, byte)});
  return success();
}

//===----------------------------------------------------------------------===//
// To real numbers
//===----------------------------------------------------------------------===//

LogicalResult
DequantizeLinearOp::inferReturnTypes(MLIRContext *context,
                                     std::optional<Location> location,
                                     Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("DequantizeLinear", location, types);
  if (failed(inferScaling(infer, a.getX(), a.getXScale(), a.getXZeroPoint(),
                          a.getAxis(), a.getBlockSize())) ||
      failed(checkZeroPoint(infer, a.getX(), a.getXZeroPoint())))
    return failure();
  Type element = elementType(a.getXScale());
  if (a.getOutputDtype() != 0)
    element = typeOfDataType(context, a.getOutputDtype());
  if (!isa_and_nonnull<FloatType>(element))
    return infer.fail(3, "output_dtype must be a floating-point type");
  return infer.result(element, shapeOf(a.getX()));
}

Value DequantizeLinearOp::emitReal(OpBuilder &b, Value x) {
  Composer c(b, getLoc());
  Type real = b.getF32Type();
  Scaling scaling = scalingOf(*this);
  if (!isAbsent(getXZeroPoint()))
    x = c.sub(x, spread(c, getXZeroPoint(), getX(), scaling, elementType(x)));
  x = c.cast(x, real);
  auto scales = constantFloats(getXScale());
  if (!scales || !llvm::all_of(*scales, [](double s) { return s == 1; }))
    x = c.mul(x, spread(c, getXScale(), getX(), scaling, real));
  return c.cast(x, elementType(getY()));
}

// Differences of integers of 32 bits may be no numbers of f32.
LogicalResult DequantizeLinearOp::decompose(OpBuilder &b,
                                            SmallVectorImpl<Value> &results) {
  Value x = getX();
  if (!elementType(x).isInteger(32))
    x = Composer(b, getLoc()).cast(x, b.getF32Type());
  results.push_back(emitReal(b, x));
  return success();
}

bool DequantizeLinearOp::reverses(QuantizeLinearOp op) {
  auto isSame = [](Value p, Value q) {
    if (isAbsent(p) || isAbsent(q))
      return isAbsent(p) && isAbsent(q);
    ElementsAttr elements = constantElements(p);
    return p == q || (elements && elements == constantElements(q));
  };
  return isSame(getXScale(), op.getYScale()) &&
         isSame(getXZeroPoint(), op.getYZeroPoint()) &&
         getAxis() == op.getAxis() && getBlockSize() == op.getBlockSize();
}

/// Stores `value` as an element of a type that is no wider than f32.
static void storeReal(float value, FloatType type, char *target) {
  APFloat number(value);
  bool losesInfo;
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  uint64_t bits = number.bitcastToAPInt().getZExtValue();
  std::memcpy(target, &bits, elementBytes(type));
}

// Products need constant weights, whatever their size.
OpFoldResult DequantizeLinearOp::fold(FoldAdaptor) {
  ElementsAttr x = visitable(getX(), getXScale(), getXZeroPoint());
  ElementBytes bytes(x);
  auto scales = constantFloats(getXScale());
  auto zeros = zeroPoints(getXZeroPoint());
  auto type = cast<FloatType>(elementType(getY()));
  if (!bytes || !scales || !zeros || type.isF64())
    return {};
  bool isUnsigned = isUnsignedElement(elementType(getX()));
  int64_t from = elementBytes(elementType(getX())), to = elementBytes(type);
  std::vector<char> reals(x.getNumElements() * to);
  const char *source = bytes.get().data();
  ArrayRef<int64_t> shape = x.getShapedType().getShape();
  forEachElement(shape, scalingOf(*this), [&](int64_t i, int64_t place) {
    uint64_t word = 0;
    std::memcpy(&word, source + i * from, from);
    int64_t integer =
        isUnsigned ? int64_t(word) : llvm::SignExtend64(word, 8 * from);
    float value =
        float(integer - pick(*zeros, place)) * float(pick(*scales, place));
    if (type.isF32())
      std::memcpy(&reals[i * to], &value, sizeof value);
    else
      storeReal(value, type, &reals[i * to]);
  });
  return expandSplat(makeElements(RankedTensorType::get(shape, type), reals),
                     tensorType(getY()));
}

//===----------------------------------------------------------------------===//
// Products of integers
//===----------------------------------------------------------------------===//

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

//===--- Matrices ---------------------------------------------------------===//

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

//===--- Convolutions -----------------------------------------------------===//

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
