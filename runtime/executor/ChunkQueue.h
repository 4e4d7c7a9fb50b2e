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
// does no harm. The stage cannot be left before what was claimed is complete.
class ChunkQueue {
public:
  struct Range {
    uint32_t begin, end;
    uint32_t size() const { return end - begin; }
  };

  // Opens a stage of `chunks` chunks, at least one, of which a claim takes at
  // most `largestClaim`. Returns the stage's number, for `drain`.
  uint32_t open(uint32_t chunks, uint32_t largestClaim = UINT32_MAX) {
    total = chunks;
    spent.store(0, std::memory_order_relaxed);
    largest.store(largestClaim, std::memory_order_relaxed);
    pending.store(chunks, std::memory_order_relaxed);
    uint32_t stage =
        uint32_t(unclaimed.load(std::memory_order_relaxed) >> 32) + 1;
    // Ordered against the sleepers' last look, see Worker.
    unclaimed.store(uint64_t(stage) << 32 | chunks, std::memory_order_seq_cst);
    return stage;
  }

  // True if there are chunks to claim.
  bool available() const {
    return uint32_t(unclaimed.load(std::memory_order_seq_cst)) != 0;
  }

  // Claims the next range: large at first, single chunks at the end, so that a
  // team of `workers` finishes together.
  bool claim(uint32_t workers, Range &range) {
    uint64_t word = unclaimed.load(std::memory_order_relaxed);
    while (auto left = uint32_t(word)) {
      uint32_t count = left / (rangesPerWorker * std::max(workers, 1u));
      count = std::clamp(
          std::min(count, largest.load(std::memory_order_relaxed)), 1u, left);
      if (unclaimed.compare_exchange_weak(word, word - count,
                                          std::memory_order_acq_rel,
                                          std::memory_order_relaxed)) {
        range.begin = total - left;
        range.end = range.begin + count;
        return true;
      }
    }
    return false;
  }

  // Claims all that is left of the open stage, and returns how many these are.
  // The caller must hold chunks of it, or otherwise keep it from being left.
  uint32_t claimRest() {
    uint64_t word = unclaimed.load(std::memory_order_seq_cst);
    while (uint32_t(word) &&
           !unclaimed.compare_exchange_weak(word, word >> 32 << 32,
                                            std::memory_order_seq_cst))
      ;
    return uint32_t(word);
  }

  // Says that `count` claimed chunks are done, which took `elapsed` nanoseconds
  // together. True for the stage's last.
  bool complete(uint32_t count, int64_t elapsed = 0) {
    spent.fetch_add(elapsed, std::memory_order_relaxed);
    return pending.fetch_sub(count, std::memory_order_acq_rel) == count;
  }

  // Claims and completes all that is left of a stage, of which nothing happens
  // when it was left meanwhile. True if these were the stage's last.
  bool drain(uint32_t stage) {
    uint64_t word = unclaimed.load(std::memory_order_seq_cst);
    while (uint32_t(word) && word >> 32 == stage)
      if (unclaimed.compare_exchange_weak(word, word >> 32 << 32,
                                          std::memory_order_seq_cst))
        return complete(uint32_t(word));
    return false;
  }

  // The same for the stage that is open; the caller keeps it from being left.
  bool drain() {
    uint32_t left = claimRest();
    return left && complete(left);
  }

  // For the one to whom `complete` returned true: how many chunks the stage
  // has, and how long all of them took.
  uint32_t size() const { return total; }
  int64_t timeSpent() const { return spent.load(std::memory_order_relaxed); }

private:
  static constexpr uint32_t rangesPerWorker = 8;

  // Chunks not yet claimed, below the stage's number.
  alignas(64) std::atomic<uint64_t> unclaimed{0};
  std::atomic<uint32_t> largest{UINT32_MAX};
  uint32_t total = 0;
  alignas(64) std::atomic<uint32_t> pending{0}; // not yet complete
  std::atomic<int64_t> spent{0};                // on those that are
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_CHUNKQUEUE_H
