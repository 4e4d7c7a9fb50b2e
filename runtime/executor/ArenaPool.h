// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The memory of queries.

#ifndef VELTAIR_EXECUTOR_ARENAPOOL_H
#define VELTAIR_EXECUTOR_ARENAPOOL_H

#include "runtime/scheduler/Scheduler.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace veltair {

// A block of memory, aligned to pages. Its contents are undefined.
struct Arena {
  std::byte *data = nullptr;
  uint64_t size = 0;
  Time lastUse = 0; // when it was released
};

// Keeps arenas for the next query that needs one of their size. Not thread
// safe.
class ArenaPool {
public:
  // How long an arena that nobody uses is kept.
  static constexpr Time keepTime = 5'000'000'000;

  // At most `limit` bytes are held at any time; 0: no limit.
  explicit ArenaPool(uint64_t limit) : limit(limit) {}
  ~ArenaPool();
  ArenaPool(const ArenaPool &) = delete;
  ArenaPool &operator=(const ArenaPool &) = delete;

  // True if an arena of `size` bytes can exist at all.
  bool fits(uint64_t size) const;

  // Makes sure that an arena of `size` bytes will fit under the limit; false
  // when those reserved already leave too little. Each reservation serves one
  // arena at a time and is given back by cancelReservation.
  bool reserve(uint64_t size);
  void cancelReservation(uint64_t size);

  // Stores an arena of at least `size` bytes, which must be reserved; false
  // when the system has no memory. Of size 0: no memory.
  bool acquire(uint64_t size, Arena &arena);
  // Needs no memory. `now` never goes back.
  void release(Arena arena, Time now);

  // Gives the memory of unused arenas back.
  void trim();
  // The same for one that has been kept long enough; false if there is none.
  bool trimOne(Time now);
  // When trimOne will find one; never: none is kept.
  Time nextTrim() const;

  // In use or kept.
  uint64_t bytesHeld() const { return held; }

private:
  void free(Arena arena);
  void freeOldest();

  uint64_t limit;
  uint64_t reserved = 0;
  uint64_t held = 0;
  size_t lent = 0;           // arenas
  std::vector<Arena> unused; // ascending size, then last use
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_ARENAPOOL_H
