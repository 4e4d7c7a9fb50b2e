// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Claim.h"

namespace veltair {

void Claim::publish(Query &ofQuery, LayerRun &ofRun, ChunkQueue::Range chunks,
                    Time now) {
  // The number of the claim is taken last: a view mixed of two claims has the
  // old number, and cannot be joined.
  uint64_t next = (state.load(std::memory_order_relaxed) | completed) + 1;
  query.store(&ofQuery, std::memory_order_relaxed);
  run.store(&ofRun, std::memory_order_relaxed);
  range.store(uint64_t(chunks.begin) << 32 | chunks.end,
              std::memory_order_relaxed);
  begin.store(now, std::memory_order_relaxed);
  state.store(next, std::memory_order_release);
}

Claim::Outcome Claim::finish() {
  uint64_t word = state.load(std::memory_order_relaxed);
  while ((word & completed) != completed)
    if (state.compare_exchange_weak(word, word | completed,
                                    std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      return {/*first=*/true, /*shared=*/(word & completed) != 0};
  return {/*first=*/false, /*shared=*/true};
}

bool Claim::look(View &view) const {
  view.word = state.load(std::memory_order_acquire);
  if ((view.word & completed) == completed)
    return false;
  view.query = query.load(std::memory_order_relaxed);
  view.run = run.load(std::memory_order_relaxed);
  uint64_t chunks = range.load(std::memory_order_relaxed);
  view.range = {uint32_t(chunks >> 32), uint32_t(chunks)};
  view.begin = begin.load(std::memory_order_relaxed);
  return true;
}

bool Claim::join(View &view, Time now) {
  uint64_t next = view.word + 1;
  if ((next & completed) == completed ||
      !state.compare_exchange_strong(view.word, next,
                                     std::memory_order_seq_cst))
    return false;
  view.word = next;
  // Unless the owner has published its next claim meanwhile.
  begin.compare_exchange_strong(view.begin, now, std::memory_order_relaxed);
  view.begin = now;
  return true;
}

bool Claim::finish(const View &view) {
  uint64_t number = view.word & ~completed;
  uint64_t word = state.load(std::memory_order_relaxed);
  while ((word & ~completed) == number && (word & completed) != completed)
    if (state.compare_exchange_weak(word, word | completed,
                                    std::memory_order_acq_rel,
                                    std::memory_order_relaxed))
      return true;
  return false;
}

} // namespace veltair
