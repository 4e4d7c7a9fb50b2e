// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair::onnx;

static LogicalResult inferWindowFunction(Inference &infer, Value size,
                                         Type element) {
  FailureOr<SmallVector<int64_t>> value = infer.integers(1, size, "size");
  if (failed(value))
    return failure();
  if (value->size() != 1 || value->front() < 0)
    return infer.fail(1, "size must be one number, not negative");
  if (!isa_and_nonnull<FloatType>(element))
    return infer.fail(2, "output_datatype must be a floating-point type");
  return infer.result(element, *value);
}

#define GET_OP_CLASSES
#include "dialects/onnx/Generator.cpp.inc"

LogicalResult
ConstantOfShapeOp::inferReturnTypes(MLIRContext *context,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("ConstantOfShape", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      infer.integers(1, a.getInput(), "input");
  if (failed(shape))
    return failure();
  ElementsAttr value = a.getValueAttr();
  if (value && value.getNumElements() != 1)
    return infer.fail(2, "value must have one element");
  if (value && !ElementBytes(value))
    return infer.fail(2, "value cannot be read");
  Type element =
      value ? value.getElementType() : Type(Float32Type::get(context));
  return infer.result(element, *shape);
}

OpFoldResult ConstantOfShapeOp::fold(FoldAdaptor) {
  Type element = elementType(getOutput());
  std::vector<char> zero(elementBytes(element));
  ElementBytes given(getValueAttr() ? getValueAttr() : ElementsAttr());
  ArrayRef<char> one = given ? given.get() : ArrayRef<char>(zero);
  RankedTensorType type = tensorType(getOutput());
  if (type.getNumElements() == 0)
    return makeElements(type, {});
  Type scalarType = RankedTensorType::get({}, element);
  auto scalar = dyn_cast<DenseElementsAttr>(
      makeElements(cast<RankedTensorType>(scalarType), one));
  return DenseElementsAttr::get(type, scalar.getSplatValue<Attribute>());
}

Value ConstantOfShapeOp::emitElement(ElementBuilder &b, unsigned, ValueRange) {
  if (ElementsAttr value = getValueAttr())
    return b.constant(value);
  return b.constant(computeType(elementType(getOutput())), 0);
}

LogicalResult EyeLikeOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("EyeLike", location, types);
  if (rankOf(a.getInput()) != 2)
    return infer.fail(1, "the operand must be a matrix");
  Type element = a.getDtype() ? typeOfDataType(context, *a.getDtype())
                              : elementType(a.getInput());
  if (!element)
    return infer.fail(2, "unsupported data type");
  return infer.result(element, shapeOf(a.getInput()));
}

Value EyeLikeOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Type type = computeType(elementType(getOutput()));
  Value isOne = b.eq(b.sub(index[1], index[0]), b.index(getK()));
  return b.select(isOne, b.constant(type, 1), b.constant(type, 0));
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// How many numbers there are from `start` in steps of `delta` before `limit`;
/// -1 when there is no end, or none near enough.
static int64_t countReals(double start, double limit, double delta) {
  double count = std::ceil((limit - start) / delta);
  if (delta == 0 || !(std::abs(count) <= double(maxExtent)))
    return -1;
  return std::max<int64_t>(0, int64_t(count));
}

/// The same of integers, not all of which are numbers of f64.
static int64_t countIntegers(int64_t start, int64_t limit, int64_t delta) {
  if (delta == 0)
    return -1;
  if (delta > 0 ? start >= limit : start <= limit)
    return 0;
  // Differences of any two of them fit into unsigned ones.
  uint64_t distance = uint64_t(limit) - uint64_t(start), step = uint64_t(delta);
  if (delta < 0) {
    distance = 0 - distance;
    step = 0 - step;
  }
  uint64_t count = llvm::divideCeil(distance, step);
  return count > uint64_t(maxExtent) ? -1 : int64_t(count);
}

LogicalResult RangeOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        Adaptor a,
                                        SmallVectorImpl<Type> &types) {
  Inference infer("Range", location, types);
  Type element = elementType(a.getStart());
  SmallVector<int64_t> integers;
  SmallVector<double> reals;
  for (Value operand : ValueRange(a.getOperands())) {
    std::optional<int64_t> integer = constantInteger(operand);
    std::optional<SmallVector<double>> real = constantFloats(operand);
    if (elementType(operand) != element ||
        !(integer || (real && real->size() == 1)))
      return infer.failForValue(
          1, operand, "the operands must be constant scalars of one type");
    if (integer)
      integers.push_back(*integer);
    else
      reals.push_back(real->front());
  }
  int64_t count = integers.empty()
                      ? countReals(reals[0], reals[1], reals[2])
                      : countIntegers(integers[0], integers[1], integers[2]);
  if (count < 0)
    return infer.fail(2, "the step is 0, or the range has no end");
  return infer.result(element, count);
}

Value RangeOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Value start = b.loadScalar(getStart()), delta = b.loadScalar(getDelta());
  return b.add(start, b.mul(b.fromIndex(index[0], start.getType()), delta));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// The sum of weights[k] * cos(2 pi k n / N), where N is the number of elements
/// or, for symmetric windows, one less.
template <typename Op>
static Value emitCosines(Op op, ElementBuilder &b, Value n,
                         ArrayRef<double> weights) {
  int64_t size = shapeOf(op.getOutput())[0];
  double length = std::max<int64_t>(op.getPeriodic() != 0 ? size : size - 1, 1);
  Type type = computeType(elementType(op.getOutput()));
  Value sum = b.constant(type, weights[0]), x = b.fromIndex(n, type);
  for (size_t k = 1; k < weights.size(); ++k) {
    Value angle = b.mul(x, b.constant(type, 2 * M_PI * k / length));
    Value cosine = math::CosOp::create(b, angle);
    sum = b.add(sum, b.mul(cosine, b.constant(type, weights[k])));
  }
  return sum;
}

Value BlackmanWindowOp::emitElement(ElementBuilder &b, unsigned,
                                    ValueRange index) {
  return emitCosines(*this, b, index[0], {0.42, -0.5, 0.08});
}

Value HammingWindowOp::emitElement(ElementBuilder &b, unsigned,
                                   ValueRange index) {
  return emitCosines(*this, b, index[0], {25.0 / 46, -21.0 / 46});
}

Value HannWindowOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return emitCosines(*this, b, index[0], {0.5, -0.5});
}

//===----------------------------------------------------------------------===//
// MelWeightMatrix
//===----------------------------------------------------------------------===//

namespace {
struct MelParameters {
  int64_t bins, length, rate;
  double lower, upper;
};
} // namespace

static FailureOr<MelParameters> melParameters(const Inference &infer,
                                              MelWeightMatrixOp::Adaptor a) {
  SmallVector<int64_t> integers;
  for (Value operand :
       {a.getNumMelBins(), a.getDftLength(), a.getSampleRate()}) {
    std::optional<int64_t> value = constantInteger(operand);
    if (!value)
      return infer.failForValue(1, operand,
                                "the operands must be constant scalars");
    if (*value < 1 || *value > (1 << 30))
      return infer.fail(2, "the numbers must be positive");
    integers.push_back(*value);
  }
  SmallVector<double> edges;
  for (Value operand : {a.getLowerEdgeHertz(), a.getUpperEdgeHertz()}) {
    auto value = constantFloats(operand);
    if (!value || value->size() != 1)
      return infer.failForValue(1, operand,
                                "the operands must be constant scalars");
    edges.push_back(value->front());
  }
  return MelParameters{integers[0], integers[1], integers[2], edges[0],
                       edges[1]};
}

LogicalResult
MelWeightMatrixOp::inferReturnTypes(MLIRContext *context,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("MelWeightMatrix", location, types);
  FailureOr<MelParameters> mel = melParameters(infer, a);
  if (failed(mel))
    return failure();
  Type element = typeOfDataType(context, a.getOutputDatatype());
  if (!element || element.isInteger(1))
    return infer.fail(3, "output_datatype must be a numeric type");
  return infer.result(element, {mel->length / 2 + 1, mel->bins});
}

Value MelWeightMatrixOp::emitElement(ElementBuilder &b, unsigned,
                                     ValueRange index) {
  MelParameters mel = *melParameters(Inference::silent(), Adaptor(*this));
  auto toMel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
  double low = toMel(mel.lower);
  double step = (toMel(mel.upper) - low) / (mel.bins + 2);
  // Band edges as bins of the spectrum: edge(i) for i = band, band + 1, band
  // + 2.
  Type real = b.getF64Type();
  auto number = [&](double value) { return b.constant(real, value); };
  auto edge = [&](int64_t offset) -> Value {
    Value i = b.fromIndex(b.add(index[1], offset), real);
    Value melValue = b.add(b.mul(i, number(step)), number(low));
    Value power =
        math::ExpOp::create(b, b.mul(melValue, number(std::log(10.0) / 2595)));
    Value hertz = b.mul(number(700), b.sub(power, number(1)));
    double scale = double(mel.length + 1) / double(mel.rate);
    return math::FloorOp::create(b, b.mul(hertz, number(scale)));
  };
  Value lower = edge(0), centre = edge(1), upper = edge(2);
  Value x = b.fromIndex(index[0], real);
  auto ratio = [&](Value part, Value whole) {
    Value isZero = b.eq(whole, number(0));
    return b.div(part, b.select(isZero, number(1), whole));
  };
  Value rising = ratio(b.sub(x, lower), b.sub(centre, lower));
  Value falling = ratio(b.sub(upper, x), b.sub(upper, centre));
  Value weight = b.select(b.eq(x, centre), number(1),
                          b.select(b.lt(x, centre), rising, falling));
  Value inside = b.logicalAnd(b.le(lower, x), b.lt(x, upper));
  inside = b.logicalOr(inside, b.eq(x, centre));
  return b.convert(b.select(inside, weight, number(0)), real,
                   elementType(getOutput()));
}
