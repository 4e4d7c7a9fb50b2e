// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Interpolation.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Resize.cpp.inc"

namespace {
/// How one dimension is resized.
struct ResizedDimension {
  int64_t input, output;
  double scale = 1, roiStart = 0, roiEnd = 1;

  bool isKept() const {
    return input == output && scale == 1 && roiStart == 0 && roiEnd == 1;
  }
};

/// Elements at either side of a coordinate that contribute to a result may be
/// this many.
constexpr int64_t maxTapsAtSide = 8;

/// How many there are, or more than may be. Those of an antialiased dimension
/// that shrinks are as much wider as it shrinks.
int64_t tapsAtSide(const ResizedDimension &dim, bool cubic, bool antialias) {
  double reach = cubic ? 2 : 1;
  double taps = std::ceil(antialias ? reach / std::min(dim.scale, 1.0) : reach);
  return int64_t(std::min(taps, maxTapsAtSide + 1.0));
}
} // namespace

/// The scales that make all axes reach their sizes without distortion.
static void keepAspectRatio(MutableArrayRef<ResizedDimension> dims,
                            ArrayRef<int64_t> axes, bool larger) {
  double scale = dims[axes.front()].scale;
  for (int64_t axis : axes)
    scale = larger ? std::max(scale, dims[axis].scale)
                   : std::min(scale, dims[axis].scale);
  for (int64_t axis : axes) {
    dims[axis].scale = scale;
    // Longer ones are refused as a shape.
    double length = std::floor(scale * double(dims[axis].input) + 0.5);
    dims[axis].output = int64_t(std::min(length, 2.0 * maxExtent));
  }
}

static FailureOr<SmallVector<ResizedDimension>>
resolveResize(const Inference &infer, ResizeOp::Adaptor a) {
  ArrayRef<int64_t> shape = shapeOf(a.getX());
  SmallVector<ResizedDimension> dims;
  for (int64_t extent : shape)
    dims.push_back({extent, extent});
  SmallVector<int64_t> axes =
      a.getAxes().empty() ? llvm::to_vector(llvm::seq<int64_t>(0, shape.size()))
                          : llvm::to_vector(a.getAxes());
  FailureOr<SmallVector<int64_t>> normal = infer.axes(5, axes, shape.size());
  if (failed(normal))
    return failure();
  axes = std::move(*normal);

  // Old models give both, one of them empty.
  auto isGiven = [](Value v) {
    return !isAbsent(v) && shapeOf(v) != ArrayRef<int64_t>{0};
  };
  bool hasScales = isGiven(a.getScales()), hasSizes = isGiven(a.getSizes());
  if (hasScales == hasSizes)
    return infer.fail(1, "either scales or sizes must be given");
  if (hasScales) {
    FailureOr<SmallVector<double>> scales =
        infer.floats(1, a.getScales(), "scales");
    if (failed(scales))
      return failure();
    if (scales->size() != axes.size())
      return infer.fail(2, "scales needs " + Twine(axes.size()) + " elements");
    for (auto [axis, scale] : llvm::zip_equal(axes, *scales)) {
      if (!(scale > 0 && scale < 1e9))
        return infer.fail(3, "scales must be positive");
      dims[axis].scale = scale;
    }
  } else {
    FailureOr<SmallVector<int64_t>> sizes =
        infer.integers(1, a.getSizes(), "sizes");
    if (failed(sizes))
      return failure();
    if (sizes->size() != axes.size())
      return infer.fail(2, "sizes needs " + Twine(axes.size()) + " elements");
    for (auto [axis, size] : llvm::zip_equal(axes, *sizes)) {
      if (size < 1 || shape[axis] < 1)
        return infer.fail(3, "sizes must be positive");
      dims[axis].output = size;
      dims[axis].scale = double(size) / double(shape[axis]);
    }
  }
  if (a.getCoordinateTransformationMode() == "tf_crop_and_resize") {
    FailureOr<SmallVector<double>> roi =
        isAbsent(a.getRoi()) ? FailureOr<SmallVector<double>>(failure())
                             : infer.floats(1, a.getRoi(), "roi");
    if (failed(roi) || roi->size() != 2 * axes.size())
      return infer.fail(2, "roi needs " + Twine(2 * axes.size()) + " elements");
    for (auto [i, axis] : llvm::enumerate(axes)) {
      dims[axis].roiStart = (*roi)[i];
      dims[axis].roiEnd = (*roi)[axes.size() + i];
      // Coordinates are integers at last.
      if (!(std::abs(dims[axis].roiStart) < 1e9) ||
          !(std::abs(dims[axis].roiEnd) < 1e9))
        return infer.fail(3, "roi has an impossible element");
    }
  }
  if (hasScales) {
    for (int64_t axis : axes) {
      ResizedDimension &dim = dims[axis];
      // Scales are floats, and so is the product: 10 * 0.7f is 7.
      float length = float(dim.input * (dim.roiEnd - dim.roiStart) * dim.scale);
      dim.output = length > 0 && length < 1e12 ? int64_t(length) : 0;
    }
  } else if (a.getKeepAspectRatioPolicy() != "stretch") {
    keepAspectRatio(dims, axes, a.getKeepAspectRatioPolicy() == "not_smaller");
  }
  return dims;
}

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Resize", location, types);
  auto oneOf = [](StringRef value, std::initializer_list<StringRef> known) {
    return llvm::is_contained(known, value);
  };
  if (!oneOf(a.getMode(), {"nearest", "linear", "cubic"}) ||
      !oneOf(a.getNearestMode(), {"round_prefer_floor", "round_prefer_ceil",
                                  "floor", "ceil", "simple"}) ||
      !oneOf(a.getCoordinateTransformationMode(),
             {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
              "align_corners", "asymmetric", "tf_half_pixel_for_nn",
              "tf_crop_and_resize"}) ||
      !oneOf(a.getKeepAspectRatioPolicy(),
             {"stretch", "not_larger", "not_smaller"}))
    return infer.fail(4, "unknown mode");
  FailureOr<SmallVector<ResizedDimension>> dims = resolveResize(infer, a);
  if (failed(dims))
    return failure();
  int64_t combinations = 1;
  if (a.getMode() != "nearest")
    for (const ResizedDimension &dim : *dims) {
      int64_t side =
          tapsAtSide(dim, a.getMode() == "cubic", a.getAntialias() != 0);
      if (side > maxTapsAtSide)
        return infer.fail(4, "antialiasing of a dimension that shrinks so much "
                             "is not supported");
      combinations *= dim.isKept() ? 1 : 2 * side;
      if (combinations > maxCombinations)
        return infer.fail(4, "interpolation between so many elements is not "
                             "supported");
    }
  SmallVector<int64_t> shape;
  for (const ResizedDimension &dim : *dims)
    shape.push_back(dim.output);
  return infer.result(elementType(a.getX()), shape);
}

namespace {
/// The elements of one dimension that contribute to a result, with weights; a
/// null weight is 1.
struct Taps {
  SmallVector<Value> positions, weights;
};

/// Emits the code of one Resize. Coordinates are f64, but those of the nearest
/// element f32, as in ONNX Runtime: whether 3 / 0.6f is 5 decides which it is.
class ResizeEmitter {
public:
  ResizeEmitter(ResizeOp op, ElementBuilder &b)
      : op(op), b(b),
        type(op.getMode() == "nearest" ? Type(b.getF32Type()) : b.getF64Type()),
        curve(b, op.getCubicCoeffA().convertToFloat()) {}

  Value emit(ValueRange index) {
    SmallVector<ResizedDimension> dims =
        *resolveResize(Inference::silent(), ResizeOp::Adaptor(op));
    outside = b.boolean(false);
    SmallVector<Taps> taps;
    for (auto [dim, i] : llvm::zip_equal(dims, index))
      taps.push_back(dim.isKept() ? Taps{{i}, {Value()}} : tapsOf(dim, i));
    Type element = elementType(op.getX());
    SmallVector<Value> position;
    Value result;
    if (op.getMode() == "nearest") {
      for (const Taps &tap : taps)
        position.push_back(tap.positions[0]);
      result = b.load(op.getX(), position);
    } else {
      Type real = isa<FloatType>(element) ? computeType(element) : Type(type);
      result = b.convert(interpolate(taps, position, real), real, element);
    }
    if (op.getCoordinateTransformationMode() != "tf_crop_and_resize")
      return result;
    Value filler = number(op.getExtrapolationValue().convertToFloat());
    return b.select(outside, b.convert(filler, type, element), result);
  }

private:
  Value number(double value) { return b.constant(type, value); }
  Value floor(Value x) { return math::FloorOp::create(b, x); }

  /// The coordinate in the operand that result index `i` comes from.
  Value coordinate(const ResizedDimension &dim, Value i) {
    StringRef mode = op.getCoordinateTransformationMode();
    Value x = b.fromIndex(i, type);
    double in = dim.input;
    // The length before it was rounded down to a number of elements.
    double out =
        op.getSizes() && !isAbsent(op.getSizes()) ? dim.output : dim.scale * in;
    Value centre = b.div(b.add(x, number(0.5)), number(dim.scale));
    if (mode == "asymmetric")
      return b.div(x, number(dim.scale));
    if (mode == "tf_half_pixel_for_nn")
      return centre;
    if (mode == "align_corners")
      return dim.output == 1 ? number(0)
                             : b.div(b.mul(x, number(in - 1)), number(out - 1));
    if (mode == "pytorch_half_pixel" && dim.output <= 1)
      return number(0);
    if (mode == "tf_crop_and_resize") {
      if (dim.output <= 1)
        return number(0.5 * (dim.roiStart + dim.roiEnd) * (in - 1));
      double step = (dim.roiEnd - dim.roiStart) * (in - 1) / (dim.output - 1);
      return b.add(number(dim.roiStart * (in - 1)), b.mul(x, number(step)));
    }
    Value half = b.sub(centre, number(0.5));
    if (mode != "half_pixel_symmetric")
      return half;
    double adjustment = dim.output / (dim.scale * in);
    return b.add(number(in / 2 * (1 - adjustment)), half);
  }

  Taps tapsOf(const ResizedDimension &dim, Value i) {
    Value x = coordinate(dim, i), zero = b.index(0);
    Value last = b.index(dim.input - 1);
    if (op.getCoordinateTransformationMode() == "tf_crop_and_resize")
      outside = b.logicalOr(
          outside, b.logicalOr(b.lt(x, number(0)),
                               b.gt(x, number(double(dim.input - 1)))));
    if (op.getMode() == "nearest") {
      Value position = b.toIndex(nearest(dim, x));
      return {{b.clamp(position, zero, last)}, {Value()}};
    }
    Value base = floor(x), fraction = b.sub(x, base);
    bool cubic = op.getMode() == "cubic";
    bool antialias = op.getAntialias() != 0 && dim.scale < 1;
    bool excludes = op.getExcludeOutside() != 0;
    int64_t side = tapsAtSide(dim, cubic, antialias);
    Taps taps;
    taps.weights =
        antialias ? antialiasedWeights(fraction, side, dim.scale)
        : cubic   ? curve.weights(fraction)
                  : SmallVector<Value>{b.sub(number(1), fraction), fraction};
    Value first = b.sub(b.toIndex(base), b.index(side - 1));
    for (auto [tap, weight] : llvm::enumerate(taps.weights)) {
      Value position = b.add(first, tap);
      taps.positions.push_back(b.clamp(position, zero, last));
      if (!excludes)
        continue;
      Value inside = b.logicalAnd(b.le(zero, position), b.le(position, last));
      weight = b.select(inside, weight, number(0));
    }
    if (antialias || excludes)
      normalize(taps.weights);
    return taps;
  }

  /// Lets the weights grow or shrink to the sum 1.
  void normalize(MutableArrayRef<Value> weights) {
    Value sum = number(0);
    for (Value weight : weights)
      sum = b.add(sum, weight);
    for (Value &weight : weights)
      weight = b.div(weight, sum);
  }

  Value nearest(const ResizedDimension &dim, Value x) {
    StringRef mode = op.getNearestMode();
    if (mode == "simple")
      mode = dim.scale < 1 ? "ceil" : "floor";
    if (mode == "floor")
      return floor(x);
    if (mode == "ceil")
      return math::CeilOp::create(b, x);
    if (mode == "round_prefer_ceil")
      return floor(b.add(x, number(0.5)));
    return math::CeilOp::create(b, b.sub(x, number(0.5)));
  }

  /// The weights of `side` positions before and behind a point at distance t
  /// behind the last one before it, where distances shrink by `scale`.
  SmallVector<Value> antialiasedWeights(Value t, int64_t side, double scale) {
    SmallVector<Value> weights;
    for (int64_t offset = 1 - side; offset <= side; ++offset) {
      Value distance =
          b.mul(b.abs(b.sub(number(double(offset)), t)), number(scale));
      if (op.getMode() == "linear") {
        weights.push_back(b.max(b.sub(number(1), distance), number(0)));
        continue;
      }
      Value outer =
          b.select(b.lt(distance, number(2)), curve.far(distance), number(0));
      weights.push_back(
          b.select(b.le(distance, number(1)), curve.near(distance), outer));
    }
    return weights;
  }

  /// The weighted sum over all combinations of taps of the dimensions behind
  /// those fixed in `position`.
  Value interpolate(ArrayRef<Taps> taps, SmallVectorImpl<Value> &position,
                    Type real) {
    if (position.size() == taps.size()) {
      Value x = b.load(op.getX(), position);
      return b.convert(x, elementType(op.getX()), real);
    }
    const Taps &tap = taps[position.size()];
    Value sum;
    for (auto [at, weight] : llvm::zip_equal(tap.positions, tap.weights)) {
      position.push_back(at);
      Value term = interpolate(taps, position, real);
      position.pop_back();
      if (weight)
        term = b.mul(term, b.convert(weight, type, real));
      sum = sum ? b.add(sum, term) : term;
    }
    return sum;
  }

  ResizeOp op;
  ElementBuilder &b;
  Type type;
  CubicFunction curve;
  Value outside;
};
} // namespace

Value ResizeOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return ResizeEmitter(*this, b).emit(index);
}
