// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_SUPPORT_RESERVE_H
#define VELTAIR_SUPPORT_RESERVE_H

#include <algorithm>
#include <cstddef>
#include <vector>

namespace veltair {

// Makes room for `size` items. Unlike std::vector::reserve it grows by factors,
// so that calling it for each item that comes costs little.
template <typename Item>
void reserveFor(std::vector<Item> &items, size_t size) {
  if (size > items.capacity())
    items.reserve(std::max(size, 2 * items.capacity()));
}

} // namespace veltair

#endif // VELTAIR_SUPPORT_RESERVE_H
