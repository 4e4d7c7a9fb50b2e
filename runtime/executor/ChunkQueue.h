// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chunks of the stage that is open: claimed in contiguous ranges by any
// number of workers, without locks.

#ifndef VELTAIR_EXECUTOR_CHUNKQUEUE_H
#define VELTAIR_EXECUTOR_CHUNKQUEUE_H

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace veltair {

// What the opener of a stage wrote before `open` is visible to whoever claims
// chunks of it; what they wrote before `complete` is visible to the one to whom
// `complete` returned true. That one alone may open the next stage.
//
// A claim is valid for whatever stage is open at that moment, so a late worker
// does no harm.
class ChunkQueue {
public:
  struct Range {
    uint32_t begin, end;
    uint32_t size() const { return end - begin; }
  };

  // Opens a stage of `chunks` chunks, at least one.
  void open(uint32_t chunks) {
    total = chunks;
    pending.store(chunks, std::memory_order_relaxed);
    // Ordered against the sleepers' last look, see Worker.
    remaining.store(chunks, std::memory_order_seq_cst);
  }

  // True if there are chunks to claim.
  bool available() const {
    return remaining.load(std::memory_order_seq_cst) != 0;
  }

  // Claims the next range: large at first, single chunks at the end, so that a
  // team of `workers` finishes together.
  bool claim(uint32_t workers, Range &range) {
    uint32_t left = remaining.load(std::memory_order_relaxed);
    while (left) {
      uint32_t count = std::clamp(
          left / (rangesPerWorker * std::max(workers, 1u)), 1u, left);
      if (remaining.compare_exchange_weak(left, left - count,
                                          std::memory_order_acq_rel,
                                          std::memory_order_relaxed)) {
        // The stage cannot be left before this range is complete.
        range.begin = total - left;
        range.end = range.begin + count;
        return true;
      }
    }
    return false;
  }

  // Says that `count` claimed chunks are done. True for the stage's last.
  bool complete(uint32_t count) {
    return pending.fetch_sub(count, std::memory_order_acq_rel) == count;
  }

  // Claims and completes all that is left. True if these were the stage's last.
  bool drain() {
    uint32_t left = remaining.exchange(0, std::memory_order_seq_cst);
    return left && complete(left);
  }

private:
  static constexpr uint32_t rangesPerWorker = 8;

  alignas(64) std::atomic<uint32_t> remaining{0}; // not yet claimed
  alignas(64) std::atomic<uint32_t> pending{0};   // not yet complete
  uint32_t total = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_CHUNKQUEUE_H
