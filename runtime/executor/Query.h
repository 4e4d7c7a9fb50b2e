// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A query that has started: its memory, and where in the program it is.

#ifndef VELTAIR_EXECUTOR_QUERY_H
#define VELTAIR_EXECUTOR_QUERY_H

#include "runtime/executor/ArenaPool.h"
#include "runtime/executor/Claim.h"
#include "runtime/executor/LayerRun.h"
#include "runtime/executor/Program.h"
#include "runtime/executor/Request.h"
#include "runtime/executor/Trace.h"
#include "runtime/scheduler/Scheduler.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace veltair {

class Worker;

// A slot for one query after the other, each from its first block to its end.
// Slots live as long as the executor, so that a late worker never meets freed
// memory. There are as many as queries that were ever started at once, which
// have arenas too: beside these they are small.
//
// Three groups of state:
//  * atomics, which anyone may read or change;
//  * what the open layers need, written by the *opener*: the one thread that
//    completed the last chunk of the layers before (or started the block), and
//    read by those who hold chunks;
//  * what is guarded by the executor's lock.
class Query {
public:
  // `slot`: its number. `claims`: of all workers that may serve the query.
  Query(uint32_t slot, std::span<Claim> claims, Trace &trace);

  //===--------------------------------------------------------------------===//
  // Anyone
  //===--------------------------------------------------------------------===//

  std::atomic<uint32_t> cores{0};    // the team's granted size
  std::atomic<uint32_t> blockEnd{0}; // the layer before which the block ends
  std::atomic<uint32_t> sleepers{0}; // workers that wait for a stage to open

  // Ends the query early; the first reason counts. The chunks that are not yet
  // claimed must then be drained.
  void stop(veltair_status status, uint32_t layer = 0, int32_t kernelCode = 0);
  bool stopped() const { return reason.load(std::memory_order_seq_cst) != 0; }

  // Why a query ended; VELTAIR_OK: by itself.
  struct Reason {
    veltair_status status = VELTAIR_OK;
    uint32_t layer = 0; // where a kernel failed, and its code
    int32_t kernelCode = 0;

    // In words; "" if by itself.
    std::string message(const Tenant &tenant, const Program &program) const;
  };
  Reason stopReason() const;

  //===--------------------------------------------------------------------===//
  // Workers
  //===--------------------------------------------------------------------===//

  // True if there are chunks to claim.
  bool available() const;

  // Claims chunks of an open layer for a member of the team; null if there are
  // none.
  LayerRun *claim(uint32_t member, ChunkQueue::Range &range);

  // Chunks that another worker executes for too long.
  struct Backup {
    Claim *claim;
    Claim::View view;
  };

  enum class Search {
    nothing,
    joined,  // the caller must execute them, call Claim::finish and leave()
    isOpener // the caller is the opener now
  };

  // Looks for chunks of this query that should have been completed by now, and
  // joins in executing them. If there are none, `next` is when to look again.
  Search findBackup(Time now, Backup &backup, Time &next);

  // Says that so many workers come out of a layer whose chunks several execute.
  // True: the caller is the opener now.
  [[nodiscard]] bool leave(LayerRun &run, uint32_t workers = 1);

  uint64_t workerScratchBytes() const { return program->workerScratchBytes(); }
  QuietTimes &quietTimes() const { return program->quietTimes(); }

  //===--------------------------------------------------------------------===//
  // The opener
  //===--------------------------------------------------------------------===//

  enum class Step {
    elsewhere,  // the caller is the opener no more
    layerEnded, // layers were ended
    blockEnded, // the block's last ones
    queryEnded  // the query's last ones, or it was stopped: no worker is inside
  };

  // Goes on by one step, after the last chunk of the open stage of `run` was
  // completed, or (null) a block was begun, layers were ended, or leave() said
  // so. Adds the chunks that were opened to `opened`.
  Step advance(LayerRun *run, unsigned levelBucket, uint32_t &opened);

  uint32_t layersDone() const { return layersCompleted; }
  bool isBlockDone() const {
    return layersCompleted >= blockEnd.load(std::memory_order_acquire);
  }
  bool isComplete() const { return layersCompleted == program->layerCount(); }

  //===--------------------------------------------------------------------===//
  // Under the executor's lock
  //===--------------------------------------------------------------------===//

  using Buffers = QueryBuffers;

  // What follows needs no memory then for queries of the program. The slot must
  // be free.
  void reserve(const Program &program);
  // Makes the slot ready for a new query. `times`: of the program's first
  // `timesCapacity` layers.
  void begin(QueryId id, Tenant &tenant, uint32_t programIndex,
             std::shared_ptr<Request> request, Buffers buffers,
             veltair_layer_time *times, uint32_t timesCapacity);
  // Writes the true shapes of the outputs.
  void writeOutputShapes() const;
  // Starts a block; the caller becomes the opener.
  void beginBlock(const Grant &grant);
  // The event of the block, at its end.
  void traceBlock();
  uint32_t takeVersionSwitches() { return std::exchange(versionSwitches, 0); }

  QueryId id = 0;
  Tenant *tenant = nullptr;
  std::shared_ptr<Request> request; // null: the slot is free
  std::vector<Worker *> team;
  Arena arena;
  bool blockOpen = false; // a block is granted and not yet over
  bool endPosted = false; // the scheduler will be told that the block is over
  bool ending = false;    // it was stopped between blocks

  // Claims all chunks that are not yet claimed; those claimed before go on.
  // Calls `advance` for each layer whose last chunks these were.
  template <typename Advance> void drain(Advance advance) {
    for (uint32_t i = 0; i < openSlots.load(); ++i)
      if (LayerRun *run = open[i].load(); run && run->chunks.drain())
        advance(*run);
  }

private:
  bool isClear(bool ends) const;
  bool waitUntilClear(bool &ends);
  bool openGroup(unsigned levelBucket, uint32_t &opened);
  void prepareLayer(LayerRun &run, uint32_t layer, unsigned levelBucket);
  LayerRun &findFreeRun(std::span<LayerRun *const> taken) const;
  LayerRun &replace(LayerRun &run);
  void offer(LayerRun &run, uint32_t slot);
  LayerRun *openNextStage(LayerRun &run, uint32_t &opened);
  bool openStage(LayerRun &run, uint32_t &opened);
  bool endLayer();
  void closeLayer(LayerRun &run);
  void *address(const veltair_operand &operand);

  const uint32_t slot;
  const std::span<Claim> claims;
  Trace &trace;
  std::atomic<uint64_t> reason{0}; // status, kernel code, layer

  // Those whose chunks can be claimed are in `open`; the others are free or
  // have workers inside.
  std::vector<std::unique_ptr<LayerRun>> runs;
  // Layers of one group may end their stages at once, and then must not find
  // the same free run.
  std::mutex replacing;
  std::array<std::atomic<LayerRun *>, Program::groupLimit> open{};
  std::atomic<uint32_t> openSlots{1}; // of `open`, that the program uses
  std::atomic<uint32_t> openLayers{0};
  std::atomic<uint32_t> inside{0};     // the sum over `runs`
  std::atomic<uint32_t> departures{0}; // calls of leave()
  std::atomic<bool> parked{false}; // there is no opener: it waits for leave()

  // Set by begin.
  Program *program = nullptr;
  Buffers buffers;
  veltair_layer_time *layerTimes = nullptr;
  uint32_t layerTimesCapacity = 0;

  // The opener's.
  std::shared_ptr<const VersionTable> versions;
  uint32_t layersCompleted = 0;
  uint32_t blockFirst = 0;
  uint32_t blockCores = 0;
  Time blockBegin = 0;
  uint32_t versionSwitches = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_QUERY_H
