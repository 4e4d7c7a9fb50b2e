// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A query under way: its memory, and where in the program it is.

#ifndef VELTAIR_EXECUTOR_QUERY_H
#define VELTAIR_EXECUTOR_QUERY_H

#include "runtime/executor/ArenaPool.h"
#include "runtime/executor/ChunkQueue.h"
#include "runtime/executor/Program.h"
#include "runtime/executor/Request.h"
#include "runtime/scheduler/Scheduler.h"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace veltair {

class Worker;

// A slot for one query after the other; slots live as long as the executor, so
// that a late worker never meets freed memory.
//
// Three groups of state:
//  * atomics, which anyone may read or change;
//  * what the open stage needs, written by the *opener*: the one thread that
//    completed the last chunk of the stage before (or started the block), and
//    read by those who hold chunks;
//  * what is guarded by the executor's lock.
class Query {
public:
  //===--------------------------------------------------------------------===//
  // Anyone
  //===--------------------------------------------------------------------===//

  ChunkQueue chunks;
  std::atomic<uint32_t> cores{0};    // the team's granted size
  std::atomic<uint32_t> blockEnd{0}; // the layer before which the block ends
  std::atomic<uint32_t> sleepers{0}; // workers that wait for a stage to open

  // Ends the query early; the first reason counts. The chunks that are not yet
  // claimed must then be drained.
  void stop(veltair_status status, uint32_t layer = 0, int32_t kernelCode = 0);
  bool stopped() const { return reason.load(std::memory_order_seq_cst) != 0; }
  veltair_status stopStatus() const {
    return veltair_status(reason.load() & 0xFFFF);
  }
  // Why, in words; "" when it was not stopped.
  std::string stopMessage() const;

  //===--------------------------------------------------------------------===//
  // Holders of chunks
  //===--------------------------------------------------------------------===//

  // Runs claimed chunks of the open stage. After it, stop() may be in effect.
  void run(ChunkQueue::Range range, void *scratch);
  uint64_t workerScratchBytes() const { return program->workerScratchBytes(); }
  // Of the open stage, in the program's quiet times.
  size_t quietSlot() const { return stageSlot; }
  QuietTimes &quietTimes() const { return program->quietTimes(); }

  //===--------------------------------------------------------------------===//
  // The opener
  //===--------------------------------------------------------------------===//

  // Not 0: a stage of so many chunks was opened, and the caller is the opener
  // no more. Else a layer was ended, perhaps the block's last.
  struct Step {
    uint32_t openedChunks;
    bool blockEnded;
  };

  // Goes on by one step, after a stage was completed or a block begun.
  Step advance(unsigned levelBucket);

  uint32_t layersDone() const { return layersCompleted; }
  bool isBlockDone() const {
    return layersCompleted >= blockEnd.load(std::memory_order_acquire);
  }
  bool isComplete() const { return layersCompleted == program->layerCount(); }

  //===--------------------------------------------------------------------===//
  // Under the executor's lock
  //===--------------------------------------------------------------------===//

  struct Buffers {
    std::vector<void *> inputs; // only read
    std::vector<void *> outputs;
    std::vector<int64_t *> outputDims;
    std::vector<int64_t> extents;
  };

  // Makes the slot ready for a new query.
  void begin(QueryId id, Tenant &tenant, uint32_t programIndex,
             std::shared_ptr<Request> request, Buffers buffers,
             veltair_layer_time *times, uint32_t timesCapacity);
  // Writes the true shapes of the outputs.
  void writeOutputShapes() const;
  // Starts a block; the caller becomes the opener.
  void beginBlock(const Grant &grant);
  uint64_t arenaBytes() const { return program->tables().arena_bytes; }
  uint32_t takeVersionSwitches() { return std::exchange(versionSwitches, 0); }

  QueryId id = 0;
  Tenant *tenant = nullptr;
  std::shared_ptr<Request> request;
  std::vector<Worker *> team;
  Arena arena;
  bool underway = false;  // the slot holds a query
  bool blockOpen = false; // a block is granted and not yet over
  bool endPosted = false; // the scheduler will be told that the block is over

private:
  void openLayer(unsigned levelBucket);
  Step openStage();
  void closeLayer();
  void *address(const veltair_operand &operand);

  std::atomic<uint64_t> reason{0}; // status, kernel code, layer

  // Set by begin.
  Program *program = nullptr;
  Buffers buffers;
  const std::byte *weights = nullptr;
  veltair_layer_time *layerTimes = nullptr;
  uint32_t layerTimesCapacity = 0;

  // The opener's.
  std::shared_ptr<const VersionTable> versions;
  const veltair_version *version = nullptr; // null: no layer is open
  uint32_t layersCompleted = 0;
  uint32_t stage = 0;
  uint32_t versionIndex = 0;
  uint32_t versionSwitches = 0;

  // The open stage.
  veltair_stage_function function = nullptr;
  size_t stageSlot = 0;
  veltair_layer_args args{};
  std::vector<void *> operands;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_QUERY_H
