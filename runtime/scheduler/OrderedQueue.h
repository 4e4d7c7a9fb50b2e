// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A queue in the order of a key that its items keep.

#ifndef VELTAIR_SCHEDULER_ORDEREDQUEUE_H
#define VELTAIR_SCHEDULER_ORDEREDQUEUE_H

#include "runtime/support/Reserve.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <functional>
#include <vector>

namespace veltair {

// Items are not owned, and differ in what `key` (a pointer to a member or to a
// const member function) gives. Pointers in one array: even with thousands of
// them, moving half of it costs less than following a tree's nodes.
template <typename Item, auto key> class OrderedQueue {
public:
  void insert(Item &item) { items.insert(place(item), &item); }
  void erase(Item &item) {
    auto it = place(item);
    assert(it != items.end() && *it == &item && "it is not in the queue");
    items.erase(it);
  }

  bool empty() const { return items.empty(); }
  size_t size() const { return items.size(); }
  Item &front() const { return *items.front(); }
  Item &operator[](size_t index) const { return *items[index]; }
  auto begin() const { return items.begin(); }
  auto end() const { return items.end(); }
  // Inserting needs no memory up to this size.
  void reserve(size_t size) { reserveFor(items, size); }

private:
  auto place(const Item &item) {
    return std::lower_bound(
        items.begin(), items.end(), &item, [](const Item *a, const Item *b) {
          return std::invoke(key, *a) < std::invoke(key, *b);
        });
  }

  std::vector<Item *> items;
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_ORDEREDQUEUE_H
