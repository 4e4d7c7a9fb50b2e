// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chunks of the stage that is open: claimed in contiguous ranges by any
// number of workers, without locks.
//
// They are dealt out in lanes, one a member of the team. Chunks that lie alike
// in consecutive layers mostly read what those wrote, so a member that begins
// with its own lane finds this in its caches; from another L3 cache a core
// reads several times slower. Whose lane is empty goes on in the others'.

#ifndef VELTAIR_EXECUTOR_CHUNKQUEUE_H
#define VELTAIR_EXECUTOR_CHUNKQUEUE_H

#include <algorithm>
#include <array>
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

  // Opens a stage of `chunks` chunks, at least one, for a team of so many
  // `members`. A claim takes at most `largestClaim`. Returns the stage's
  // number, for `drain`.
  uint32_t open(uint32_t chunks, uint32_t members = 1,
                uint32_t largestClaim = UINT32_MAX) {
    uint32_t count = std::clamp(members, 1u, std::min(mostLanes, chunks));
    uint32_t opened = ++stage;
    total = chunks;
    spent.store(0, std::memory_order_relaxed);
    largest.store(largestClaim, std::memory_order_relaxed);
    pending.store(chunks, std::memory_order_relaxed);
    // Both ordered against the sleepers' last look, see Worker.
    if (laneCount.load(std::memory_order_relaxed) != count)
      laneCount.store(count, std::memory_order_seq_cst);
    // No lane is empty: once the last is open, the stage may be left.
    for (uint32_t i = 0, begin = 0; i < count; ++i) {
      uint32_t end = laneEnd(i, count, chunks);
      lanes[i].unclaimed.store(uint64_t(opened) << 32 | (end - begin),
                               std::memory_order_seq_cst);
      begin = end;
    }
    return opened;
  }

  // True if there are chunks to claim.
  bool available() const {
    uint32_t count = laneCount.load(std::memory_order_seq_cst);
    for (uint32_t i = 0; i < count; ++i)
      if (uint32_t(lanes[i].unclaimed.load(std::memory_order_seq_cst)))
        return true;
    return false;
  }

  // Claims the next range for one of `members`: of a lane large ones at first,
  // single chunks at the end, so that the team finishes together.
  bool claim(uint32_t member, uint32_t members, Range &range) {
    uint32_t count = laneCount.load(std::memory_order_acquire);
    uint32_t perLane = std::max(members / count, 1u);
    for (uint32_t i = 0; i < count; ++i)
      if (claimFrom((member + i) % count, perLane, range))
        return true;
    return false;
  }

  // Claims all that is left of the open stage, and returns how many these are.
  // The caller must hold chunks of it, or otherwise keep it from being left.
  uint32_t claimRest() {
    return claimWhere([](uint32_t) { return true; });
  }

  // Says that `count` claimed chunks are done, which took `elapsed` nanoseconds
  // together. True for the stage's last.
  bool complete(uint32_t count, int64_t elapsed = 0) {
    spent.fetch_add(elapsed, std::memory_order_relaxed);
    return pending.fetch_sub(count, std::memory_order_acq_rel) == count;
  }

  // Claims and completes all that is left of a stage, of which nothing happens
  // when it was left meanwhile. True if these were the stage's last.
  bool drain(uint32_t ofStage) {
    uint32_t left =
        claimWhere([=](uint32_t found) { return found == ofStage; });
    return left && complete(left);
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
  static constexpr uint32_t mostLanes = 8;

  struct alignas(64) Lane {
    // Chunks not yet claimed, the lane's last, below the stage's number.
    std::atomic<uint64_t> unclaimed{0};
  };

  static uint32_t laneEnd(uint32_t lane, uint32_t count, uint32_t chunks) {
    return uint32_t(uint64_t(chunks) * (lane + 1) / count);
  }

  bool claimFrom(uint32_t lane, uint32_t workers, Range &range) {
    std::atomic<uint64_t> &unclaimed = lanes[lane].unclaimed;
    uint64_t word = unclaimed.load(std::memory_order_relaxed);
    while (auto left = uint32_t(word)) {
      uint32_t count = std::min(left / (rangesPerWorker * workers),
                                largest.load(std::memory_order_relaxed));
      count = std::clamp(count, 1u, left);
      if (unclaimed.compare_exchange_weak(word, word - count,
                                          std::memory_order_acq_rel,
                                          std::memory_order_relaxed)) {
        // The stage is not left before these are complete.
        uint32_t end =
            laneEnd(lane, laneCount.load(std::memory_order_relaxed), total);
        range.begin = end - left;
        range.end = range.begin + count;
        return true;
      }
    }
    return false;
  }

  // Claims what is left of the lanes whose stage's number is accepted.
  template <typename Accepts> uint32_t claimWhere(Accepts accepts) {
    uint32_t claimed = 0;
    for (Lane &lane : lanes) {
      uint64_t word = lane.unclaimed.load(std::memory_order_seq_cst);
      while (uint32_t(word) && accepts(uint32_t(word >> 32)))
        if (lane.unclaimed.compare_exchange_weak(word, word >> 32 << 32,
                                                 std::memory_order_seq_cst)) {
          claimed += uint32_t(word);
          break;
        }
    }
    return claimed;
  }

  std::array<Lane, mostLanes> lanes;
  // Written with the stage closed.
  alignas(64) std::atomic<uint32_t> laneCount{1};
  std::atomic<uint32_t> largest{UINT32_MAX};
  uint32_t total = 0;
  uint32_t stage = 0;
  alignas(64) std::atomic<uint32_t> pending{0}; // not yet complete
  std::atomic<int64_t> spent{0};                // on those that are
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_CHUNKQUEUE_H
