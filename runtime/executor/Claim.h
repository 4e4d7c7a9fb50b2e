// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The chunks that a worker is executing, shown to others: when the system has
// taken the CPU from that worker, another one executes them again (a *backup*).

#ifndef VELTAIR_EXECUTOR_CLAIM_H
#define VELTAIR_EXECUTOR_CLAIM_H

#include "runtime/executor/ChunkQueue.h"
#include "runtime/scheduler/TimeModel.h"

#include <atomic>
#include <cstdint>

namespace veltair {

class LayerRun;
class Query;

// One for each worker. The first to finish the chunks completes them; all that
// execute them are *inside* their layer until they have come out.
class alignas(64) Claim {
public:
  // What the claim shows, as `look` found it.
  struct View {
    Query *query;
    LayerRun *run;
    ChunkQueue::Range range;
    Time begin; // of the latest execution
    uint64_t word;
    // Executions beside the owner's.
    uint32_t backups() const { return word & completed; }
  };

  //===--------------------------------------------------------------------===//
  // The owner
  //===--------------------------------------------------------------------===//

  // Shows that the owner begins to execute chunks, which it has claimed.
  void publish(Query &query, LayerRun &run, ChunkQueue::Range range, Time now);

  struct Outcome {
    bool first;  // the chunks are to be completed by the caller
    bool shared; // others executed them too: the caller must leave the layer
  };

  // The owner has executed the chunks.
  Outcome finish();

  //===--------------------------------------------------------------------===//
  // Others
  //===--------------------------------------------------------------------===//

  // Stores what the owner executes; false if it executes nothing that is not
  // complete. The view may be out of date, which `join` notices.
  bool look(View &view) const;

  // Says that the caller begins to execute the chunks seen as `view` too, and
  // updates it. False if they were completed, or another one joined, meanwhile.
  bool join(View &view, Time now);

  // The caller, which joined, has executed the chunks. True if it was the
  // first.
  bool finish(const View &view);

private:
  // The state's low bits: how many backups there are, or that the chunks are
  // complete. Above: the number of the claim.
  static constexpr unsigned stateBits = 16;
  static constexpr uint64_t completed = (1u << stateBits) - 1;

  std::atomic<uint64_t> state{completed};
  std::atomic<Query *> query{nullptr};
  std::atomic<LayerRun *> run{nullptr};
  std::atomic<uint64_t> range{0}; // begin, above the end
  std::atomic<Time> begin{0};
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_CLAIM_H
