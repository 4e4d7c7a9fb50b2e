// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Quantization.h"
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

LogicalResult mlir::veltair::onnx::checkZeroPoint(const Inference &infer,
                                                  Value x, Value zero) {
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
    // Which block each element is of is written out.
    constexpr int64_t maxBlocked = 1 << 20;
    if (shape[*normal] > maxBlocked && expected[*normal] != shape[*normal])
      return infer.fail(2, "the blocks' dimension is too long");
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
  return *inferScaling(Inference::silent(), x, scale, zero, axis, block);
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

Value mlir::veltair::onnx::moveAndLimit(Composer &c, Value x, Value zero,
                                        Type type) {
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
