// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Heap.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Bounded.cpp.inc"

/// Appends a type whose dimension `dim` is a bound, and that of its extent.
static LogicalResult inferBounded(Inference &infer, Type element,
                                  ArrayRef<int64_t> shape, int64_t dim,
                                  SmallVectorImpl<Type> &types) {
  if (failed(infer.result(element, shape)))
    return failure();
  SmallVector<int64_t> numbers(shape.size(), exactExtent);
  numbers[dim] = unnamedExtent;
  types.back() = withExtents(cast<RankedTensorType>(types.back()), numbers);
  return success();
}

static LogicalResult inferExtent(Inference &infer, MLIRContext *context) {
  return infer.result(IntegerType::get(context, 64), {});
}

/// Stores an extent, an index, in result number `result`.
static void storeExtent(ElementBuilder &b, unsigned result, Value extent) {
  b.store(result, b.fromIndex(extent, b.getI64Type()), {});
}

/// The only element of a tensor.
static Value loadScalar(ElementBuilder &b, Value tensor) {
  return b.load(tensor, SmallVector<Value>(rankOf(tensor), b.index(0)));
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

LogicalResult NonZeroOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("NonZero", location, types);
  // A scalar counts as a vector of one element.
  int64_t rank = std::max<int64_t>(rankOf(a.getX()), 1);
  if (failed(inferBounded(infer, IntegerType::get(context, 64),
                          {rank, elementCount(shapeOf(a.getX()))}, 1, types)))
    return failure();
  return inferExtent(infer, context);
}

void NonZeroOp::emitLoops(ElementBuilder &b) {
  SmallVector<Value> upper = b.extents(getX());
  SmallVector<Value> lower(upper.size(), b.index(0));
  SmallVector<Value> count = b.loopNest(
      lower, upper, b.index(0), [&](ValueRange index, ValueRange carried) {
        // Stored in any case, which is not past the end, and overwritten.
        SmallVector<Value> position(index);
        if (position.empty())
          position.push_back(b.index(0));
        for (auto [dim, i] : llvm::enumerate(position))
          b.store(0, b.fromIndex(i, b.getI64Type()),
                  {b.index(dim), carried[0]});
        Value x = b.load(getX(), index);
        Value isSet =
            x.getType().isInteger(1) ? x : b.ne(x, b.constantLike(x, 0));
        return SmallVector<Value>{
            b.add(carried[0], b.select(isSet, b.index(1), b.index(0)))};
      });
  storeExtent(b, 1, count[0]);
}

LogicalResult CompressOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  Inference infer("Compress", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getInput()));
  int64_t dim = 0;
  if (a.getAxis()) {
    FailureOr<int64_t> axis = infer.axis(1, *a.getAxis(), shape.size());
    if (failed(axis))
      return failure();
    dim = *axis;
  } else {
    shape = {elementCount(shape)};
  }
  ArrayRef<int64_t> condition = shapeOf(a.getCondition());
  if (condition.size() != 1 || condition[0] > shape[dim])
    return infer.fail(2, "condition does not fit the operand");
  shape[dim] = condition[0];
  if (failed(inferBounded(infer, elementType(a.getInput()), shape, dim, types)))
    return failure();
  return inferExtent(infer, context);
}

void CompressOp::emitLoops(ElementBuilder &b) {
  int64_t axis = getAxis() ? *normalizeAxis(*getAxis(), rankOf(getInput())) : 0;
  SmallVector<Value> outer(1);
  if (getAxis())
    outer = b.extents(getInput());
  outer[axis] = b.index(1);
  SmallVector<Value> zeros(outer.size(), b.index(0));
  Value count = b.reduce(
      b.index(0), b.extent(getCondition(), 0), b.index(0),
      [&](Value i, Value kept) {
        Value keep = b.load(getCondition(), i);
        return b.ifElse(
            keep, b.getIndexType(),
            [&] {
              b.loopNest(zeros, outer, {}, [&](ValueRange index, ValueRange) {
                SmallVector<Value> from(index), to(index);
                from[axis] = i;
                to[axis] = kept;
                if (!getAxis())
                  from = delinearize(b, i, shapeOf(getInput()));
                b.store(0, b.load(getInput(), from), to);
                return SmallVector<Value>();
              });
              return SmallVector<Value>{b.add(kept, 1)};
            },
            [&] { return SmallVector<Value>{kept}; })[0];
      });
  storeExtent(b, 1, count);
}

//===----------------------------------------------------------------------===//
// NonMaxSuppression
//===----------------------------------------------------------------------===//

LogicalResult
NonMaxSuppressionOp::inferReturnTypes(MLIRContext *context,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("NonMaxSuppression", location, types);
  ArrayRef<int64_t> boxes = shapeOf(a.getBoxes()),
                    scores = shapeOf(a.getScores());
  if (boxes.size() != 3 || scores.size() != 3 || boxes[2] != 4 ||
      boxes[0] != scores[0] || boxes[1] != scores[2] ||
      elementType(a.getBoxes()) != elementType(a.getScores()))
    return infer.fail(1, "boxes and scores do not fit each other");
  for (Value operand : {a.getMaxOutputBoxesPerClass(), a.getIouThreshold(),
                        a.getScoreThreshold()})
    if (!isAbsent(operand) && elementCount(shapeOf(operand)) != 1)
      return infer.fail(2, "an operand has more than one element");
  int64_t count = boxes[1];
  if (isAbsent(a.getMaxOutputBoxesPerClass()))
    count = 0;
  else if (auto most = constantIntegers(a.getMaxOutputBoxesPerClass()))
    count = std::clamp<int64_t>(most->front(), 0, count);
  Type integer = IntegerType::get(context, 64);
  int64_t classes = 0;
  if (llvm::MulOverflow(scores[0], scores[1], classes) ||
      llvm::MulOverflow(classes, count, count))
    count = -1;
  if (failed(inferBounded(infer, integer, {count, 3}, 0, types)) ||
      failed(infer.result(integer, {boxes[1]})))
    return failure();
  return inferExtent(infer, context);
}

namespace {
/// The corners of a box, the lesser ones first.
struct Box {
  Value y0, x0, y1, x1;
};

/// Emits the loops of a NonMaxSuppression.
class Suppression {
public:
  Suppression(NonMaxSuppressionOp op, ElementBuilder &b) : op(op), b(b) {}

  void emit() {
    Type real = computeType(elementType(op.getBoxes()));
    Value none = b.index(0);
    Value most = none;
    if (!isAbsent(op.getMaxOutputBoxesPerClass())) {
      most = b.toIndex(loadScalar(b, op.getMaxOutputBoxesPerClass()));
      if (op.getLimit())
        most = b.min(most, b.index(*op.getLimit()));
    }
    threshold = isAbsent(op.getIouThreshold())
                    ? b.constant(real, 0)
                    : loadScalar(b, op.getIouThreshold());
    boxes = b.extent(op.getBoxes(), 1);
    ArrayRef<int64_t> scores = shapeOf(op.getScores());
    Value total = none;
    if (scores[2] != 0 && shapeOf(op.getSelected())[0] != 0)
      total = b.reduceNest({scores[0], scores[1]}, none,
                           [&](ValueRange index, Value begin) {
                             return selectOf(index[0], index[1], begin, most);
                           });
    storeExtent(b, 2, total);
  }

private:
  Value score(Value batch, Value number, Value box) {
    return b.load(op.getScores(), {batch, number, box});
  }

  /// Selects boxes of a class into the rows from `begin`; returns the end.
  Value selectOf(Value batch, Value number, Value begin, Value most) {
    auto atHeap = [&](Value i) { return b.toIndex(b.loadResult(1, i)); };
    Value zero = b.index(0), one = b.index(1);
    // All candidates, then the best ones first as long as any are wanted.
    Value size = b.reduce(zero, boxes, zero, [&](Value box, Value count) {
      b.store(1, b.fromIndex(box, b.getI64Type()), count);
      if (isAbsent(op.getScoreThreshold()))
        return b.add(count, 1);
      Value taken = b.gt(score(batch, number, box),
                         loadScalar(b, op.getScoreThreshold()));
      return b.add(count, b.select(taken, one, zero));
    });
    Heap heap(
        b, shapeOf(op.getHeap())[0],
        [&](Value i) {
          Value box = atHeap(i);
          return Heap::Item{score(batch, number, box), box};
        },
        [&](Heap::Item item, Value i) {
          b.store(1, b.fromIndex(item.position, b.getI64Type()), i);
        },
        /*leastFirst=*/false);
    heap.build(size);
    SmallVector<Value> end =
        b.loop(zero, size, {begin, size}, [&](Value, ValueRange carried) {
          Value row = carried[0], left = carried[1];
          Value wanted = b.lt(b.sub(row, begin), most);
          return b.ifElse(
              wanted, {b.getIndexType(), b.getIndexType()},
              [&] {
                Value best = atHeap(zero), rest = b.sub(left, one);
                heap.replaceRoot(heap.at(rest), rest);
                return SmallVector<Value>{
                    append(batch, number, best, begin, row), rest};
              },
              [&] { return SmallVector<Value>{row, left}; });
        });
    return end[0];
  }

  /// Appends `box` at `row` unless it overlaps one of the rows from `begin`.
  Value append(Value batch, Value number, Value box, Value begin, Value row) {
    Box own = load(batch, box);
    Value free =
        b.reduce(begin, row, b.boolean(true), [&](Value i, Value free) {
          Value other = b.toIndex(b.loadResult(0, {i, b.index(2)}));
          return b.logicalAnd(free,
                              b.logicalNot(overlap(own, load(batch, other))));
        });
    return b.ifElse(
        free, b.getIndexType(),
        [&] {
          Value columns[] = {batch, number, box};
          for (auto [column, value] : llvm::enumerate(columns))
            b.store(0, b.fromIndex(value, b.getI64Type()),
                    {row, b.index(column)});
          return SmallVector<Value>{b.add(row, 1)};
        },
        [&] { return SmallVector<Value>{row}; })[0];
  }

  Box load(Value batch, Value box) {
    auto at = [&](int64_t i) {
      return b.load(op.getBoxes(), {batch, box, b.index(i)});
    };
    Value p = at(0), q = at(1), r = at(2), s = at(3);
    if (op.getCenterPointBox() == 0)
      return {b.min(p, r), b.min(q, s), b.max(p, r), b.max(q, s)};
    Value two = b.constantLike(r, 2);
    Value halfWidth = b.div(r, two), halfHeight = b.div(s, two);
    return {b.sub(q, halfHeight), b.sub(p, halfWidth), b.add(q, halfHeight),
            b.add(p, halfWidth)};
  }

  Value overlap(const Box &p, const Box &q) {
    auto area = [&](const Box &box) {
      return b.mul(b.sub(box.x1, box.x0), b.sub(box.y1, box.y0));
    };
    Box common{b.max(p.y0, q.y0), b.max(p.x0, q.x0), b.min(p.y1, q.y1),
               b.min(p.x1, q.x1)};
    Value zero = b.constantLike(common.x0, 0);
    Value shared = area(common), own = area(p), other = area(q);
    Value all = b.sub(b.add(own, other), shared);
    Value meet =
        b.logicalAnd(b.lt(common.x0, common.x1), b.lt(common.y0, common.y1));
    for (Value size : {shared, own, other, all})
      meet = b.logicalAnd(meet, b.gt(size, zero));
    return b.logicalAnd(meet, b.gt(b.div(shared, all), threshold));
  }

  NonMaxSuppressionOp op;
  ElementBuilder &b;
  Value threshold, boxes;
};
} // namespace

void NonMaxSuppressionOp::emitLoops(ElementBuilder &b) {
  Suppression(*this, b).emit();
}

//===----------------------------------------------------------------------===//
// Forms of operators whose results have a static size elsewhere
//===----------------------------------------------------------------------===//

LogicalResult
BoundedConcatOp::inferReturnTypes(MLIRContext *context,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("BoundedConcat", location, types);
  Value head = a.getInputs().front();
  SmallVector<int64_t> shape(shapeOf(head));
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  shape[*axis] = 0;
  for (Value input : a.getInputs()) {
    SmallVector<int64_t> other(shapeOf(input));
    if (elementType(input) != elementType(head) || other.size() != shape.size())
      return infer.fail(2, "operands differ in element type or rank");
    int64_t sum = shape[*axis] + other[*axis];
    shape[*axis] = other[*axis] = sum;
    if (other != shape)
      return infer.fail(2, "operands differ in dimensions other than axis");
  }
  if (failed(inferBounded(infer, elementType(head), shape, *axis, types)))
    return failure();
  return inferExtent(infer, context);
}

/// Copies the input of that number, one of `inputs` (the first has the number
/// `first`), to `offset` along the axis; returns its end.
static Value copyInput(ElementBuilder &b, ValueRange inputs, int64_t first,
                       Value number, int64_t axis, Value offset) {
  if (size_t half = inputs.size() / 2) {
    auto among = [&](ValueRange part, int64_t begin) {
      return SmallVector<Value>{
          copyInput(b, part, begin, number, axis, offset)};
    };
    int64_t middle = first + int64_t(half);
    return b.ifElse(
        b.lt(number, b.index(middle)), b.getIndexType(),
        [&] { return among(inputs.take_front(half), first); },
        [&] { return among(inputs.drop_front(half), middle); })[0];
  }
  Value input = inputs.front();
  SmallVector<Value> upper = b.extents(input);
  SmallVector<Value> lower(upper.size(), b.index(0));
  b.loopNest(lower, upper, {}, [&](ValueRange index, ValueRange) {
    SmallVector<Value> position(index);
    position[axis] = b.add(index[axis], offset);
    b.store(0, b.load(input, index), position);
    return SmallVector<Value>();
  });
  return b.add(offset, upper[axis]);
}

void BoundedConcatOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getOutput()));
  SmallVector<Value> inputs(llvm::make_filter_range(
      getInputs(), [](Value v) { return elementCount(shapeOf(v)) != 0; }));
  // A loop that carries the offset: as a sum of all extents before, it would
  // cost LLVM's loop passes time that grows with the cube of the inputs.
  Value zero = b.index(0);
  Value end = zero;
  if (!inputs.empty())
    end = b.reduce(zero, b.index(int64_t(inputs.size())), zero,
                   [&](Value number, Value offset) {
                     return copyInput(b, inputs, 0, number, axis, offset);
                   });
  storeExtent(b, 1, end);
}

/// The dimension in which two tensors of one rank differ: the first that has
/// another extent, or one that may have.
static int64_t differingDimension(Value x, Value y) {
  for (int64_t dim = 0; dim < rankOf(x); ++dim) {
    int64_t number = extentNumber(x.getType(), dim);
    if (shapeOf(x)[dim] != shapeOf(y)[dim] || number == unnamedExtent ||
        number != extentNumber(y.getType(), dim))
      return dim;
  }
  return 0;
}

LogicalResult BoundedIfOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("BoundedIf", location, types);
  if (elementCount(shapeOf(a.getCondition())) != 1)
    return infer.fail(1, "condition must have one element");
  Value x = a.getThenValue(), y = a.getElseValue();
  if (elementType(x) != elementType(y) || rankOf(x) != rankOf(y) ||
      rankOf(x) == 0)
    return infer.fail(2, "the branches' results do not fit each other");
  int64_t axis = differingDimension(x, y);
  SmallVector<int64_t> shape(shapeOf(x)), other(shapeOf(y));
  shape[axis] = other[axis] = std::max(shape[axis], other[axis]);
  if (shape != other)
    return infer.fail(2, "the branches' results differ in two dimensions");
  if (failed(inferBounded(infer, elementType(x), shape, axis, types)))
    return failure();
  return inferExtent(infer, context);
}

int64_t BoundedIfOp::getAxis() {
  return differingDimension(getThenValue(), getElseValue());
}

Value BoundedIfOp::emitElement(ElementBuilder &b, unsigned result,
                               ValueRange index) {
  int64_t axis = getAxis();
  Value condition = loadScalar(b, getCondition());
  if (result == 1)
    return b.fromIndex(b.select(condition, b.extent(getThenValue(), axis),
                                b.extent(getElseValue(), axis)),
                       b.getI64Type());
  Type type = computeType(elementType(getOutput()));
  auto load = [&](Value from) {
    int64_t extent = shapeOf(from)[axis];
    if (extent == 0)
      return SmallVector<Value>{b.constant(type, 0)};
    SmallVector<Value> position(index);
    position[axis] = b.min(position[axis], b.index(extent - 1));
    return SmallVector<Value>{b.load(from, position)};
  };
  return b.ifElse(
      condition, type, [&] { return load(getThenValue()); },
      [&] { return load(getElseValue()); })[0];
}

LogicalResult BoundedSliceOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> location,
                                               Adaptor a,
                                               SmallVectorImpl<Type> &types) {
  Inference infer("BoundedSlice", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getData()));
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  int64_t start = a.getStart(), end = a.getEnd(), &extent = shape[*axis];
  if (start >= 0 && end >= 0)
    extent = std::max<int64_t>(std::min(end, extent) - start, 0);
  else if (start < 0 && start > -extent)
    extent = -start;
  if (failed(
          inferBounded(infer, elementType(a.getData()), shape, *axis, types)))
    return failure();
  return inferExtent(infer, context);
}

Value BoundedSliceOp::emitElement(ElementBuilder &b, unsigned result,
                                  ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getData()));
  Value extent = b.extent(getData(), axis), zero = b.index(0);
  int64_t bound = shapeOf(getData())[axis];
  auto resolve = [&](int64_t at) {
    // Positions beyond the bound are beyond the extent.
    at = std::clamp(at, -bound, bound);
    Value position = b.index(at);
    if (at < 0)
      position = b.add(extent, at);
    return b.clamp(position, zero, extent);
  };
  Value start = resolve(getStart());
  if (result == 1)
    return b.fromIndex(b.max(b.sub(resolve(getEnd()), start), zero),
                       b.getI64Type());
  SmallVector<Value> position(index);
  position[axis] = b.add(position[axis], start);
  return b.load(getData(), position);
}

LogicalResult BoundedTopKOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location,
                                              Adaptor a,
                                              SmallVectorImpl<Type> &types) {
  Inference infer("BoundedTopK", location, types);
  if (elementCount(shapeOf(a.getK())) != 1)
    return infer.fail(1, "k must have one element");
  SmallVector<int64_t> shape(shapeOf(a.getX()));
  FailureOr<int64_t> axis = infer.axis(2, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  int64_t bound = a.getBound();
  if (bound < 0)
    return infer.fail(3, "bound is negative");
  shape[*axis] = std::min(bound, shape[*axis]);
  if (failed(inferBounded(infer, elementType(a.getX()), shape, *axis, types)) ||
      failed(inferBounded(infer, IntegerType::get(context, 64), shape, *axis,
                          types)))
    return failure();
  return inferExtent(infer, context);
}

void BoundedTopKOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getX()));
  Value k = b.toIndex(loadScalar(b, getK())), zero = b.index(0);
  Value most =
      b.min(b.extent(getX(), axis), b.index(shapeOf(getValues())[axis]));
  b.check(b.logicalAnd(b.le(zero, k), b.le(k, most)), Fault::IndexOutOfRange);
  k = b.clamp(k, zero, most);
  if (elementCount(shapeOf(getValues())) != 0)
    emitTopK(b, getX(), axis, k, getLargest() != 0);
  storeExtent(b, 2, k);
}

Value FillLikeOp::emitScalar(ElementBuilder &b, ValueRange) {
  Type type = computeType(elementType(getOutput()));
  if (std::optional<SmallVector<double>> real = getFloats(getValue()))
    return b.constant(type, real->front());
  return b.constant(type, getIntegers(getValue())->front());
}
