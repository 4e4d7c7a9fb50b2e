// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code of binary heaps, for operations that order elements.

#ifndef VELTAIR_DIALECTS_ONNX_HEAP_H
#define VELTAIR_DIALECTS_ONNX_HEAP_H

#include "dialects/onnx/ElementBuilder.h"

namespace mlir::veltair::onnx {

/// A heap in some array of at most `bound` items.
class Heap {
public:
  struct Item {
    Value value;    ///< in its compute type
    Value position; ///< an index
  };
  using LoadFn = std::function<Item(Value i)>;
  using StoreFn = std::function<void(Item item, Value i)>;

  /// With `leastFirst` the root is the item that ranks last: elements rank by
  /// descending value (ascending with `ascending`), then ascending position.
  Heap(ElementBuilder &b, int64_t bound, LoadFn load, StoreFn store,
       bool leastFirst, bool ascending = false)
      : b(b), bound(bound), load(std::move(load)), store(std::move(store)),
        leastFirst(leastFirst), ascending(ascending) {}

  Item at(Value i) { return load(i); }
  /// True where `x` ranks before `y`.
  Value ranksBefore(Item x, Item y);
  /// Orders the first `size` items of the array.
  void build(Value size);
  /// Puts `item` in the place of the root of `size` items; stores it at the
  /// root when there are none.
  void replaceRoot(Item item, Value size);

private:
  void siftDown(Value from, Item item, Value size);

  ElementBuilder &b;
  int64_t bound;
  LoadFn load;
  StoreFn store;
  bool leastFirst, ascending;
};

/// Emits the first `k` (an index, at most the extent of result 0 in `axis`)
/// elements of `x` in descending (or ascending) order into result 0 and their
/// positions into result 1 of the builder's operation.
void emitTopK(ElementBuilder &b, Value x, int64_t axis, Value k, bool largest);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_HEAP_H
