// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Interpolation.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Sampling.cpp.inc"

/// `x` as far as it lies between `least` and `most`; `least` where it is no
/// number.
static Value limited(ElementBuilder &b, Value x, Value least, Value most) {
  x = b.select(b.gt(x, least), x, least);
  return b.select(b.lt(x, most), x, most);
}

/// The same from 0 on.
static Value limited(ElementBuilder &b, Value x, Value most) {
  return limited(b, x, b.constantLike(x, 0), most);
}

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

LogicalResult AffineGridOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> location,
                                             Adaptor a,
                                             SmallVectorImpl<Type> &types) {
  Inference infer("AffineGrid", location, types);
  FailureOr<SmallVector<int64_t>> size = infer.integers(1, a.getSize(), "size");
  if (failed(size))
    return failure();
  int64_t rank = int64_t(size->size()) - 2;
  if ((rank != 2 && rank != 3) ||
      shapeOf(a.getTheta()) != ArrayRef<int64_t>{size->front(), rank, rank + 1})
    return infer.fail(2, "theta does not fit size");
  SmallVector<int64_t> shape{size->front()};
  llvm::append_range(shape, ArrayRef(*size).drop_front(2));
  shape.push_back(rank);
  return infer.result(elementType(a.getTheta()), shape);
}

Value AffineGridOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  ArrayRef<int64_t> grid = shapeOf(getGrid());
  int64_t rank = grid.back();
  Type type = computeType(elementType(getTheta()));
  auto factor = [&](int64_t column) {
    return b.load(getTheta(), {index[0], index.back(), b.index(column)});
  };
  Value sum = factor(rank);
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t last = grid[1 + dim] - 1;
    int64_t size =
        getAlignCorners() != 0 ? std::max<int64_t>(last, 1) : last + 1;
    Value steps = b.sub(b.mul(index[1 + dim], 2), b.index(last));
    Value at = b.div(b.fromIndex(steps, type), b.constant(type, double(size)));
    // That of the last dimension comes first.
    sum = b.add(sum, b.mul(at, factor(rank - 1 - dim)));
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

LogicalResult GridSampleOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> location,
                                             Adaptor a,
                                             SmallVectorImpl<Type> &types) {
  Inference infer("GridSample", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), grid = shapeOf(a.getGrid());
  if (x.size() < 3 || grid.size() != x.size() || grid[0] != x[0] ||
      grid.back() != int64_t(x.size()) - 2 ||
      llvm::is_contained(x.drop_front(2), 0))
    return infer.fail(1, "the shapes of x and grid do not fit");
  StringRef mode = a.getMode(), padding = a.getPaddingMode();
  if (!llvm::is_contained({"linear", "nearest", "cubic"}, mode) ||
      !llvm::is_contained({"zeros", "border", "reflection"}, padding))
    return infer.fail(2, "unknown mode or padding_mode");
  int64_t taps = mode == "nearest" ? 1 : mode == "linear" ? 2 : 4;
  int64_t combinations = 1;
  for (size_t dim = 2; dim < x.size(); ++dim) {
    combinations *= taps;
    if (combinations > maxCombinations)
      return infer.fail(3, "interpolation between so many elements is not "
                           "supported");
  }
  SmallVector<int64_t> shape{x[0], x[1]};
  llvm::append_range(shape, grid.drop_front().drop_back());
  return infer.result(elementType(a.getX()), shape);
}

namespace {
class GridSampleEmitter {
public:
  GridSampleEmitter(GridSampleOp op, ElementBuilder &b)
      : op(op), b(b), type(computeType(elementType(op.getGrid()))),
        aligned(op.getAlignCorners() != 0) {}

  Value emit(ValueRange index) {
    ArrayRef<int64_t> spatial = shapeOf(op.getX()).drop_front(2);
    SmallVector<Value> at{index[0]};
    llvm::append_range(at, index.drop_front(2));
    at.push_back(Value());
    Value inside = b.boolean(true);
    for (size_t i = 0; i < spatial.size(); ++i) {
      at.back() = b.index(spatial.size() - 1 - i);
      Value x = coordinate(b.load(op.getGrid(), at), spatial[i]);
      if (op.getPaddingMode() == "zeros")
        x = leaveOutFar(x, spatial[i], inside);
      coordinates.push_back(x);
    }
    position = {index[0], index[1]};
    return interpolate(inside);
  }

private:
  Value number(double value) { return b.constant(type, value); }
  Value floor(Value x) { return math::FloorOp::create(b, x); }
  double low() const { return aligned ? 0 : -0.5; }
  double high(int64_t extent) const {
    return double(extent) - (aligned ? 1 : 0.5);
  }

  /// Mirrors x at the borders as often as it takes.
  Value reflect(Value x, int64_t extent) {
    double first = low(), range = high(extent) - low();
    if (range <= 0)
      return number(first);
    Value distance = b.abs(b.sub(x, number(first)));
    Value period = number(2 * range);
    Value rest = b.sub(distance, b.mul(floor(b.div(distance, period)), period));
    Value folded =
        b.select(b.gt(rest, number(range)), b.sub(period, rest), rest);
    return b.add(folded, number(first));
  }

  /// The position in x that a coordinate of the grid stands for.
  Value coordinate(Value x, int64_t extent) {
    Value shifted = b.add(x, number(1));
    Value position =
        aligned
            ? b.mul(shifted, number(double(extent - 1) / 2))
            : b.mul(b.sub(b.mul(shifted, number(double(extent))), number(1)),
                    number(0.5));
    // Elements are chosen before those outside are padded.
    if (op.getMode() == "nearest")
      position = math::RoundEvenOp::create(b, position);
    // What is nowhere lies at a border, too. Beside it, the weights of a cubic
    // function still change: that ends where all of its taps are outside.
    if (op.getPaddingMode() == "border") {
      double room = op.getMode() == "cubic" ? 2 : 0;
      return limited(b, position, number(-room),
                     number(double(extent - 1) + room));
    }
    if (op.getPaddingMode() == "reflection")
      return limited(b, reflect(position, extent), number(low()),
                     number(high(extent)));
    return position;
  }

  /// A position that is so far outside that no tap is inside, or is no number,
  /// clears `inside`; another one takes its place, that has weights.
  Value leaveOutFar(Value x, int64_t extent, Value &inside) {
    Value least = number(-3), most = number(double(extent) + 2);
    inside = b.logicalAnd(inside, b.logicalAnd(b.le(least, x), b.le(x, most)));
    return limited(b, x, least, most);
  }

  /// The weights of the taps at distance t behind the middle one.
  SmallVector<Value> weights(Value t) {
    if (op.getMode() == "linear")
      return {b.sub(number(1), t), t};
    return CubicFunction(b, /*a=*/-0.75).weights(t);
  }

  /// Appends an index into a dimension to the position, padded; returns
  /// whether it lies inside.
  Value pushPadded(Value i, int64_t extent) {
    Value zero = b.index(0), last = b.index(extent - 1);
    Value inside = b.logicalAnd(b.le(zero, i), b.le(i, last));
    if (op.getPaddingMode() == "reflection")
      i = b.toIndex(reflect(b.fromIndex(i, type), extent));
    position.push_back(b.clamp(i, zero, last));
    return op.getPaddingMode() == "zeros" ? inside : b.boolean(true);
  }

  /// The value at the coordinates, of which those before the position's end
  /// are chosen already.
  Value interpolate(Value inside) {
    size_t dim = position.size() - 2;
    if (dim == coordinates.size()) {
      Value x = b.load(op.getX(), position);
      return b.select(inside, x, b.constantLike(x, 0));
    }
    int64_t extent = shapeOf(op.getX())[2 + dim];
    auto tap = [&](Value i) {
      Value still = b.logicalAnd(inside, pushPadded(i, extent));
      Value value = interpolate(still);
      position.pop_back();
      return value;
    };
    if (op.getMode() == "nearest")
      return tap(b.toIndex(coordinates[dim]));
    Value base = floor(coordinates[dim]);
    SmallVector<Value> factors = weights(b.sub(coordinates[dim], base));
    Value first = b.sub(b.toIndex(base), b.index(factors.size() / 2 - 1));
    Value sum;
    for (auto [i, factor] : llvm::enumerate(factors)) {
      Value term = tap(b.add(first, i));
      Type real = term.getType();
      term = b.mul(term, b.convert(factor, type, real));
      sum = sum ? b.add(sum, term) : term;
    }
    return sum;
  }

  GridSampleOp op;
  ElementBuilder &b;
  Type type;
  bool aligned;
  SmallVector<Value> coordinates, position;
};
} // namespace

Value GridSampleOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return GridSampleEmitter(*this, b).emit(index);
}

//===----------------------------------------------------------------------===//
// RoiAlign
//===----------------------------------------------------------------------===//

LogicalResult RoiAlignOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> location,
                                           Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  Inference infer("RoiAlign", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), rois = shapeOf(a.getRois());
  if (x.size() != 4 || rois.size() != 2 || rois[1] != 4 ||
      shapeOf(a.getBatchIndices()) != ArrayRef<int64_t>{rois[0]} ||
      llvm::is_contained(x, 0))
    return infer.fail(1, "the operands have wrong shapes");
  int64_t height = a.getOutputHeight(), width = a.getOutputWidth();
  int64_t ratio = a.getSamplingRatio();
  // Each result takes the square of so many samples.
  constexpr int64_t maxRatio = 4096;
  if (height < 1 || width < 1 || ratio < 0 || ratio > maxRatio)
    return infer.fail(2, "an attribute is out of range");
  StringRef transform = a.getCoordinateTransformationMode();
  if ((a.getMode() != "avg" && a.getMode() != "max") ||
      (transform != "half_pixel" && transform != "output_half_pixel"))
    return infer.fail(3, "unknown mode");
  if (failed(infer.matching(4, {a.getX(), a.getRois()})))
    return failure();
  return infer.result(elementType(a.getX()), {rois[0], x[1], height, width});
}

Value RoiAlignOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  ArrayRef<int64_t> x = shapeOf(getX());
  Type type = computeType(elementType(getRois()));
  auto number = [&](double value) { return b.constant(type, value); };
  bool isHalfPixel = getCoordinateTransformationMode() == "half_pixel";
  bool isMax = getMode() == "max";
  int64_t ratio = getSamplingRatio();
  Value image = b.checkedIndex(b.load(getBatchIndices(), index[0]), x[0]);

  // For height (0) and width (1): where the bin begins, its size, how many
  // samples it has, and which of them are taken.
  SmallVector<Value> start(2), bin(2), count(2), lower(2), upper(2);
  for (int64_t i = 0; i < 2; ++i) {
    auto edge = [&](int64_t which) {
      Value value = b.load(getRois(), {index[0], b.index(which)});
      value = b.mul(value, number(getSpatialScale().convertToFloat()));
      return isHalfPixel ? b.sub(value, number(0.5)) : value;
    };
    int64_t output = i == 0 ? getOutputHeight() : getOutputWidth();
    Value first = edge(1 - i), size = b.sub(edge(3 - i), first);
    if (!isHalfPixel)
      size = b.max(size, number(1));
    bin[i] = b.div(size, number(double(output)));
    start[i] = b.add(first, b.mul(b.fromIndex(index[2 + i], type), bin[i]));
    if (ratio > 0) {
      count[i] = number(double(ratio));
      lower[i] = b.index(0);
      upper[i] = b.index(ratio);
      continue;
    }
    // A region may be of any size: of what lies far outside of x, which is 0,
    // no sample is taken. Two more at either end are, as their positions are
    // rounded.
    Value all = math::CeilOp::create(b, bin[i]);
    count[i] = limited(b, all, number(1 << 30));
    Value distance = b.div(bin[i], count[i]);
    auto stepsTo = [&](int64_t position, double further) {
      Value way = b.sub(number(double(position)), start[i]);
      Value steps = b.add(b.div(way, distance), number(further));
      return limited(b, steps, count[i]);
    };
    lower[i] = b.toIndex(math::FloorOp::create(b, stepsTo(-1, -2)));
    upper[i] = b.toIndex(math::CeilOp::create(b, stepsTo(x[2 + i], 2)));
  }

  // As ONNX has it, a maximum is that of weighted elements, not of their sums.
  auto combine = [&](Value p, Value q) {
    return isMax ? b.max(p, q) : b.add(p, q);
  };
  // What a point takes of the four elements around it; 0 far outside.
  auto sample = [&](ValueRange steps) {
    SmallVector<Value> low(2), high(2), fraction(2);
    Value inside = b.boolean(true);
    for (int64_t i = 0; i < 2; ++i) {
      Value step = b.add(b.fromIndex(steps[i], type), number(0.5));
      Value y = b.add(start[i], b.div(b.mul(step, bin[i]), count[i]));
      int64_t extent = x[2 + i];
      // Nor is inside what is no number.
      inside =
          b.logicalAnd(inside, b.logicalAnd(b.ge(y, number(-1)),
                                            b.le(y, number(double(extent)))));
      y = limited(b, y, number(double(extent - 1)));
      Value base = math::FloorOp::create(b, y);
      low[i] = b.toIndex(base);
      high[i] = b.min(b.add(low[i], 1), b.index(extent - 1));
      fraction[i] = b.sub(y, base);
    }
    auto at = [&](Value row, Value column, Value rowWeight,
                  Value columnWeight) {
      Value value = b.load(getX(), {image, index[1], row, column});
      return b.mul(b.mul(rowWeight, columnWeight), value);
    };
    Value top = b.sub(number(1), fraction[0]);
    Value left = b.sub(number(1), fraction[1]);
    Value value =
        combine(combine(at(low[0], low[1], top, left),
                        at(low[0], high[1], top, fraction[1])),
                combine(at(high[0], low[1], fraction[0], left),
                        at(high[0], high[1], fraction[0], fraction[1])));
    return b.select(inside, value, number(0));
  };
  Value init = number(0);
  if (isMax) {
    // Without samples the result is 0, as those are that are not taken.
    Value takesAll = b.boolean(true);
    for (int64_t i = 0; i < 2; ++i) {
      Value isFirst = b.eq(lower[i], b.index(0));
      Value isLast = b.eq(b.fromIndex(upper[i], type), count[i]);
      Value isAny = b.gt(count[i], number(0));
      takesAll = b.logicalAnd(
          takesAll, b.logicalAnd(isAny, b.logicalAnd(isFirst, isLast)));
    }
    init = b.select(takesAll, b.lowest(type), init);
  }
  Value total =
      b.loopNest(lower, upper, init, [&](ValueRange steps, ValueRange carried) {
        return SmallVector<Value>{combine(carried[0], sample(steps))};
      })[0];
  return isMax ? total
               : b.div(total, b.max(b.mul(count[0], count[1]), number(1)));
}
