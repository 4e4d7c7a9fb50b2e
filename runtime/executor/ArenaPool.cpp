// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/ArenaPool.h"
#include "runtime/support/Pages.h"
#include "runtime/support/Reserve.h"

#include <algorithm>
#include <new>

namespace veltair {

static bool smaller(const Arena &a, const Arena &b) { return a.size < b.size; }

ArenaPool::~ArenaPool() { trim(); }

static uint64_t inPages(uint64_t size) {
  constexpr uint64_t pageSize = 4096;
  return (size + pageSize - 1) & ~(pageSize - 1);
}

bool ArenaPool::fits(uint64_t size) const {
  return !limit || inPages(size) <= limit;
}

bool ArenaPool::reserve(uint64_t size) {
  if (limit && reserved + inPages(size) > limit)
    return false;
  reserved += inPages(size);
  return true;
}

void ArenaPool::cancelReservation(uint64_t size) { reserved -= inPages(size); }

bool ArenaPool::acquire(uint64_t size, Arena &arena) {
  arena = {};
  if (size == 0)
    return true;
  size = inPages(size);

  // An arena much larger than asked for is left for queries that need it.
  // Under a limit none is larger: those in use are as large as was reserved.
  uint64_t largest = limit ? size : 2 * size;
  auto it = std::lower_bound(unused.begin(), unused.end(), Arena{nullptr, size},
                             smaller);
  if (it != unused.end() && it->size <= largest) {
    // The latest of its size, so that those not needed grow old.
    it = std::upper_bound(it, unused.end(), *it, smaller) - 1;
    arena = *it;
    unused.erase(it);
    ++lent;
    return true;
  }
  while (limit && held + size > limit && !unused.empty())
    freeOldest();
  try {
    reserveFor(unused, unused.size() + lent + 1); // for its release
  } catch (const std::bad_alloc &) {
    return false;
  }
  std::byte *data = mapPages(size);
  if (!data && !unused.empty()) {
    trim();
    data = mapPages(size);
  }
  if (!data)
    return false;
  arena = {data, size};
  held += size;
  ++lent;
  return true;
}

void ArenaPool::release(Arena arena, Time now) {
  if (!arena.data)
    return;
  --lent;
  arena.lastUse = now;
  unused.insert(std::upper_bound(unused.begin(), unused.end(), arena, smaller),
                arena);
}

void ArenaPool::trim() {
  for (Arena arena : unused)
    free(arena);
  unused.clear();
}

void ArenaPool::freeOldest() {
  auto it = std::min_element(
      unused.begin(), unused.end(),
      [](const Arena &a, const Arena &b) { return a.lastUse < b.lastUse; });
  free(*it);
  unused.erase(it);
}

bool ArenaPool::trimOne(Time now) {
  auto it = std::find_if(unused.begin(), unused.end(), [&](const Arena &a) {
    return a.lastUse + keepTime <= now;
  });
  if (it == unused.end())
    return false;
  free(*it);
  unused.erase(it);
  return true;
}

Time ArenaPool::nextTrim() const {
  Time next = never;
  for (const Arena &arena : unused)
    next = std::min(next, arena.lastUse + keepTime);
  return next;
}

void ArenaPool::free(Arena arena) {
  unmapPages(arena.data, arena.size);
  held -= arena.size;
}

} // namespace veltair
