// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events on their way to the scheduler.

#ifndef VELTAIR_EXECUTOR_EVENTQUEUE_H
#define VELTAIR_EXECUTOR_EVENTQUEUE_H

#include "runtime/scheduler/Scheduler.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace veltair {

// First in, first out; a ring.
class EventQueue {
public:
  // Pushing needs no memory while there are at most `size` events.
  void reserve(size_t size) {
    if (size <= ring.size())
      return;
    std::vector<Event> larger(std::max(size, 2 * ring.size()));
    for (size_t i = 0; i < count; ++i)
      larger[i] = std::move(at(i));
    ring.swap(larger);
    first = 0;
  }

  bool empty() const { return count == 0; }

  void push(Event event) {
    reserve(count + 1);
    at(count++) = std::move(event);
  }

  // The oldest.
  Event pop() {
    Event event = std::move(at(0));
    first = (first + 1) % ring.size();
    --count;
    return event;
  }

private:
  Event &at(size_t index) { return ring[(first + index) % ring.size()]; }

  std::vector<Event> ring;
  size_t first = 0, count = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_EVENTQUEUE_H
