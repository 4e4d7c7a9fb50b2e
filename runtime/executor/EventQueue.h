// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events on their way to the scheduler.

#ifndef VELTAIR_EXECUTOR_EVENTQUEUE_H
#define VELTAIR_EXECUTOR_EVENTQUEUE_H

#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Reserve.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <variant>
#include <vector>

namespace veltair {

// Those that wait: not TenantChanged and CoresChanged, which are handled at
// once.
using PostedEvent = std::variant<TenantRemoved, QueryArrived, LayerEnded,
                                 BlockEnded, QueryCancelled, QueryNeverArrived,
                                 InterferenceSampled, TimerFired>;
static_assert(sizeof(PostedEvent) <= 32,
              "there is room for several of each query under way");

// First in, first out; a ring.
class EventQueue {
public:
  // Pushing needs no memory while there are at most `size` events. May give
  // memory back, and does not fail when there is room already.
  void reserve(size_t size) {
    size_t room = roomFor(std::max(size, count), ring.size());
    if (room == ring.size())
      return;
    std::vector<PostedEvent> other;
    try {
      other.resize(room);
    } catch (const std::bad_alloc &) {
      if (room > ring.size())
        throw;
      return;
    }
    for (size_t i = 0; i < count; ++i)
      other[i] = at(i);
    ring.swap(other);
    first = 0;
  }

  bool empty() const { return count == 0; }
  size_t room() const { return ring.size(); }

  void push(const PostedEvent &event) {
    if (count == ring.size())
      reserve(count + 1);
    at(count++) = event;
  }

  // The oldest.
  PostedEvent pop() {
    PostedEvent event = at(0);
    first = (first + 1) % ring.size();
    --count;
    return event;
  }

private:
  PostedEvent &at(size_t index) { return ring[(first + index) % ring.size()]; }

  std::vector<PostedEvent> ring;
  size_t first = 0, count = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_EVENTQUEUE_H
