// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Bounded.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

LogicalResult UniqueOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Unique", location, types);
  if (hasExtents(a.getX().getType()))
    return infer.fail(2, "the size of x depends on data");
  SmallVector<int64_t> shape(shapeOf(a.getX()));
  FailureOr<int64_t> axis = inferSlices(infer, a.getAxis(), shape);
  if (failed(axis))
    return failure();
  int64_t dim = *axis;
  Type integer = IntegerType::get(context, 64);
  int64_t length = shape[dim];
  if (failed(inferBounded(infer, elementType(a.getX()), shape, dim, types)) ||
      failed(inferBounded(infer, integer, length, 0, types)) ||
      failed(infer.result(integer, length)) ||
      failed(inferBounded(infer, integer, length, 0, types)))
    return failure();
  return inferExtent(infer, context);
}

namespace {
/// Emits the loops of a Unique. While it searches, its results `indices` and
/// `counts` hold what was found.
class Search {
public:
  Search(UniqueOp op, ElementBuilder &b)
      : op(op), b(b), isSorted(op.getSorted() != 0),
        others(shapeOf(op.getX())) {
    if (op.getAxis())
      axis = *normalizeAxis(*op.getAxis(), rankOf(op.getX()));
    if (axis)
      length = std::exchange(others[*axis], 1);
    else
      length = elementCount(std::exchange(others, {}));
  }

  /// Returns how many there are.
  Value emit() {
    Value zero = b.index(0), end = b.index(length);
    Value found = b.reduce(zero, end, zero, [&](Value slice, Value count) {
      return insert(slice, count);
    });
    b.loop(zero, found, {}, [&](Value number, ValueRange) {
      copy(sliceOf(number), number);
      return SmallVector<Value>();
    });
    b.loop(zero, end, {}, [&](Value slice, ValueRange) {
      Value number = b.fromIndex(find(slice, found), b.getI64Type());
      b.store(inverseResult, number, slice);
      return SmallVector<Value>();
    });
    return found;
  }

private:
  static constexpr unsigned indicesResult = 1, inverseResult = 2,
                            countsResult = 3;

  /// The slice that stands for what was found as that number.
  Value sliceOf(Value number) {
    return b.toIndex(b.loadResult(indicesResult, number));
  }

  /// The element of a slice at `rest`, which has an entry for the axis, too.
  Value load(Value slice, ValueRange rest) {
    if (!axis)
      return b.load(op.getX(), delinearize(b, slice, shapeOf(op.getX())));
    SmallVector<Value> position(rest);
    position[*axis] = slice;
    return b.load(op.getX(), position);
  }

  void copy(Value slice, Value number) {
    b.loopNest(others, {}, [&](ValueRange rest, ValueRange) {
      SmallVector<Value> position(rest);
      if (axis)
        position[*axis] = number;
      else
        position.push_back(number);
      b.store(0, load(slice, rest), position);
      return SmallVector<Value>();
    });
  }

  /// Whether x comes before y: numbers do before what is none, all of which is
  /// the same.
  Value isBefore(Value x, Value y) {
    Value isLess = b.lt(x, y);
    if (!isa<FloatType>(x.getType()))
      return isLess;
    return b.logicalOr(isLess, b.logicalAnd(b.eq(x, x), b.ne(y, y)));
  }

  /// -1, 0 or 1, an index, by the first elements that differ.
  Value compare(Value p, Value q) {
    Value zero = b.index(0);
    return b.reduceNest(others, zero, [&](ValueRange rest, Value known) {
      Value x = load(p, rest), y = load(q, rest);
      Value own = b.select(isBefore(x, y), b.index(-1),
                           b.select(isBefore(y, x), b.index(1), zero));
      return b.select(b.eq(known, zero), own, known);
    });
  }

  /// The number of what equals the slice or, of sorted ones, is the first that
  /// is not less; `count` when there is none.
  Value find(Value slice, Value count) {
    Value zero = b.index(0);
    return b.reduce(zero, count, count, [&](Value number, Value found) {
      return b.ifElse(
          b.eq(found, count), b.getIndexType(),
          [&] {
            Value order = compare(sliceOf(number), slice);
            Value stops = isSorted ? b.ge(order, zero) : b.eq(order, zero);
            return SmallVector<Value>{b.select(stops, number, count)};
          },
          [&] { return SmallVector<Value>{found}; })[0];
    });
  }

  /// Counts the slice, or puts it in its place among `count` others; returns
  /// how many there are then.
  Value insert(Value slice, Value count) {
    Value place = find(slice, count);
    Value isKnown = b.ifElse(
        b.lt(place, count), b.getI1Type(),
        [&] {
          return SmallVector<Value>{
              b.eq(compare(sliceOf(place), slice), b.index(0))};
        },
        [&] { return SmallVector<Value>{b.boolean(false)}; })[0];
    return b.ifElse(
        isKnown, b.getIndexType(),
        [&] {
          Value sum = b.add(b.loadResult(countsResult, place), 1);
          b.store(countsResult, sum, place);
          return SmallVector<Value>{count};
        },
        [&] {
          // What stands behind moves, the last one first.
          b.loop(place, count, {}, [&](Value i, ValueRange) {
            Value from = b.sub(b.sub(b.add(count, place), i), b.index(1));
            for (unsigned result : {indicesResult, countsResult})
              b.store(result, b.loadResult(result, from), b.add(from, 1));
            return SmallVector<Value>();
          });
          b.store(indicesResult, b.fromIndex(slice, b.getI64Type()), place);
          b.store(countsResult, b.constant(b.getI64Type(), 1), place);
          return SmallVector<Value>{b.add(count, 1)};
        })[0];
  }

  UniqueOp op;
  ElementBuilder &b;
  bool isSorted;
  std::optional<int64_t> axis;
  int64_t length;              // slices
  SmallVector<int64_t> others; // the extents of a slice
};
} // namespace

// Slices without elements are equal: there is one, unless there is no slice.
void UniqueOp::emitLoops(ElementBuilder &b) {
  storeExtent(b, 4, Search(*this, b).emit());
}
