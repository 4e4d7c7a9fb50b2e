// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Heap.h"
#include "dialects/onnx/Inference.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

Value Heap::ranksBefore(Item x, Item y) {
  Value better = ascending ? b.lt(x.value, y.value) : b.gt(x.value, y.value);
  Value tie =
      b.logicalAnd(b.eq(x.value, y.value), b.lt(x.position, y.position));
  return b.logicalOr(better, tie);
}

// The hole moves down while a child belongs above the item. When it stops, the
// number of items looked at becomes 0, which ends the walk.
void Heap::siftDown(Value from, Item item, Value size) {
  Value one = b.index(1), zero = b.index(0);
  auto isAbove = [&](Item x, Item y) {
    return leastFirst ? ranksBefore(y, x) : ranksBefore(x, y);
  };
  SmallVector<Value> hole =
      b.loop(zero, b.index(llvm::Log2_64_Ceil(bound + 1)), {from, size},
             [&](Value, ValueRange carried) {
               Value place = carried[0], left = carried[1];
               Value child = b.add(b.mul(place, 2), 1);
               return b.ifElse(
                   b.lt(child, left), {b.getIndexType(), b.getIndexType()},
                   [&] {
                     Value right = b.min(b.add(child, one), b.sub(left, one));
                     Item p = load(child), q = load(right);
                     Value takesRight = isAbove(q, p);
                     Value next = b.select(takesRight, right, child);
                     Item above{b.select(takesRight, q.value, p.value),
                                b.select(takesRight, q.position, p.position)};
                     Value moves = isAbove(above, item);
                     b.ifElse(moves, {}, [&] {
                       store(above, place);
                       return SmallVector<Value>();
                     });
                     return SmallVector<Value>{b.select(moves, next, place),
                                               b.select(moves, left, zero)};
                   },
                   [&] { return SmallVector<Value>{place, zero}; });
             });
  store(item, hole[0]);
}

void Heap::build(Value size) {
  Value half = b.divIndex(size, 2);
  b.loop(b.index(0), half, {}, [&](Value i, ValueRange) {
    Value from = b.sub(b.sub(half, b.index(1)), i);
    siftDown(from, load(from), size);
    return SmallVector<Value>();
  });
}

void Heap::replaceRoot(Item item, Value size) {
  siftDown(b.index(0), item, size);
}

void mlir::veltair::onnx::emitTopK(ElementBuilder &b, Value x, int64_t axis,
                                   Value k, bool largest) {
  Value zero = b.index(0), one = b.index(1);
  Value extent = b.extent(x, axis);
  SmallVector<Value> outer = b.extents(x);
  outer[axis] = one;
  b.loopNestOver(outer, {}, [&](ValueRange index, ValueRange) {
    auto at = [&](Value i) {
      SmallVector<Value> position(index);
      position[axis] = i;
      return position;
    };
    // The root is the one that the next better element displaces.
    Heap heap(
        b, shapeOf(b.getOp()->getResult(0))[axis],
        [&](Value i) {
          return Heap::Item{b.loadResult(0, at(i)),
                            b.toIndex(b.loadResult(1, at(i)))};
        },
        [&](Heap::Item item, Value i) {
          b.store(0, item.value, at(i));
          b.store(1, b.fromIndex(item.position, b.getI64Type()), at(i));
        },
        /*leastFirst=*/true, /*ascending=*/!largest);
    b.loop(zero, k, {}, [&](Value i, ValueRange) {
      b.store(0, b.load(x, at(i)), at(i));
      b.store(1, b.fromIndex(i, b.getI64Type()), at(i));
      return SmallVector<Value>();
    });
    heap.build(k);
    Value some = b.lt(zero, k);
    b.loop(k, b.select(some, extent, k), {}, [&](Value i, ValueRange) {
      Value value = b.load(x, at(i)), root = b.loadResult(0, at(zero));
      b.ifElse(largest ? b.gt(value, root) : b.lt(value, root), {}, [&] {
        heap.replaceRoot({value, i}, k);
        return SmallVector<Value>();
      });
      return SmallVector<Value>();
    });
    // The last of those left goes behind them.
    b.loop(one, k, {}, [&](Value i, ValueRange) {
      Value last = b.sub(k, i);
      Heap::Item root = heap.at(zero), moved = heap.at(last);
      heap.replaceRoot(moved, last);
      b.store(0, root.value, at(last));
      b.store(1, b.fromIndex(root.position, b.getI64Type()), at(last));
      return SmallVector<Value>();
    });
    return SmallVector<Value>();
  });
}
