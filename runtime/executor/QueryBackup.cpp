// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Chunks that are executed twice, and what must wait for late workers.

#include "runtime/executor/Query.h"

#include <algorithm>

namespace veltair {

// Chunks are executed again when they take longer than the slowest of their
// stage by this factor, and at least by this many nanoseconds. The system takes
// a CPU for a slice of some hundred microseconds or more, beside which the
// latter is little; interrupts and cache misses delay a chunk by less, and then
// a second execution ends later than the first.
static constexpr double patience = 1.1;
static constexpr Time leastDelay = 10'000;

Query::Search Query::findBackup(Time now, Backup &backup, Time &next) {
  next = never;
  for (Claim &claim : claims) {
    Claim::View view;
    if (!claim.look(view) || view.query != this || stopped())
      continue;
    double expected = double(view.run->pace()) * view.range.size();
    if (expected <= 0)
      continue;
    Time due = view.begin + Time(expected) +
               std::max(Time((patience - 1) * expected), leastDelay);
    if (now < due) {
      next = std::min(next, due);
      continue;
    }
    // First say that workers are inside, then that the chunks are shared:
    // whoever completes them sees the former. The owner counts too.
    LayerRun &run = *view.run;
    uint32_t workers = view.backups() ? 1 : 2;
    inside.fetch_add(workers, std::memory_order_seq_cst);
    run.inside.fetch_add(workers, std::memory_order_seq_cst);
    if (claim.join(view, now)) {
      backup = {&claim, view};
      return Search::joined;
    }
    if (leave(run, workers))
      return Search::isOpener;
  }
  return Search::nothing;
}

bool Query::leave(LayerRun &run, uint32_t workers) {
  run.inside.fetch_sub(workers, std::memory_order_seq_cst);
  inside.fetch_sub(workers, std::memory_order_seq_cst);
  // Ordered against the opener's second look, see waitUntilClear.
  departures.fetch_add(1, std::memory_order_seq_cst);
  return parked.load(std::memory_order_seq_cst) &&
         parked.exchange(false, std::memory_order_seq_cst);
}

// True if no late worker touches what the next layers write; the query's end
// writes everything.
bool Query::isClear(bool ends) const {
  if (inside.load(std::memory_order_seq_cst) == 0)
    return true;
  uint32_t last =
      ends ? program->layerCount() : program->groupEnd(layersCompleted) - 1;
  for (const auto &run : runs)
    if (run->inside.load(std::memory_order_seq_cst) &&
        run->firstConflict() <= last)
      return false;
  return true;
}

// Stores whether the query ends, instead of opening layers. False if late
// workers are in the way: the caller is the opener no more, one
// of them will be.
bool Query::waitUntilClear(bool &ends) {
  while (true) {
    uint32_t seen = departures.load(std::memory_order_seq_cst);
    ends = stopped() || isComplete();
    if (isClear(ends))
      return true;
    parked.store(true, std::memory_order_seq_cst);
    // Who left before that did not see it. After that another thread may be the
    // opener, and may have parked again: then all is looked at anew.
    if (departures.load(std::memory_order_seq_cst) == seen ||
        !parked.exchange(false, std::memory_order_seq_cst))
      return false;
  }
}

} // namespace veltair
