// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Bounded.h"
#include "dialects/onnx/Heap.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

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
  if (failed(infer.matching(
          3, {a.getBoxes(), a.getIouThreshold(), a.getScoreThreshold()})))
    return failure();
  int64_t count = boxes[1];
  if (isAbsent(a.getMaxOutputBoxesPerClass()))
    count = 0;
  else if (auto most = constantInteger(a.getMaxOutputBoxesPerClass()))
    count = std::clamp<int64_t>(*most, 0, count);
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
      most = b.toIndex(b.loadScalar(op.getMaxOutputBoxesPerClass()));
      if (op.getLimit())
        most = b.min(most, b.index(*op.getLimit()));
    }
    threshold = isAbsent(op.getIouThreshold())
                    ? b.constant(real, 0)
                    : b.loadScalar(op.getIouThreshold());
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
      Value taken =
          b.gt(score(batch, number, box), b.loadScalar(op.getScoreThreshold()));
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
