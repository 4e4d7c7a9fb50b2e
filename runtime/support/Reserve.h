// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_SUPPORT_RESERVE_H
#define VELTAIR_SUPPORT_RESERVE_H

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <new>
#include <vector>

namespace veltair {

// How much room `size` items should have where there is `room`. It changes by
// factors, so that asking for each item that comes costs little; what a burst
// has left behind is given back.
inline size_t roomFor(size_t size, size_t room) {
  constexpr size_t worthGivingBack = 1024;
  if (size > room)
    return std::max(size, 2 * room);
  if (room > worthGivingBack && size < room / 8)
    return std::max(2 * size, worthGivingBack);
  return room;
}

// Makes room for `size` items, of which some may be there. Does not fail when
// there is room already: what cannot be given back without memory is kept.
template <typename Item>
void reserveFor(std::vector<Item> &items, size_t size) {
  size_t room = roomFor(std::max(size, items.size()), items.capacity());
  if (room >= items.capacity()) {
    items.reserve(room);
    return;
  }
  std::vector<Item> fewer;
  try {
    fewer.reserve(room);
  } catch (const std::bad_alloc &) {
    return;
  }
  std::move(items.begin(), items.end(), std::back_inserter(fewer));
  items.swap(fewer);
}

} // namespace veltair

#endif // VELTAIR_SUPPORT_RESERVE_H
