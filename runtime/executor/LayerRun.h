// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One execution of a layer: its chunks, and what its kernels are given.

#ifndef VELTAIR_EXECUTOR_LAYERRUN_H
#define VELTAIR_EXECUTOR_LAYERRUN_H

#include "runtime/executor/ChunkQueue.h"
#include "runtime/executor/Program.h"

#include <atomic>
#include <vector>

namespace veltair {

// A slot for one layer after the other. What is not atomic is written by the
// opener of a stage, and read by those who hold chunks or are inside.
class LayerRun {
public:
  //===--------------------------------------------------------------------===//
  // Anyone
  //===--------------------------------------------------------------------===//

  ChunkQueue chunks;

  // Workers that execute chunks which others execute too: some of them may
  // come out when the layer is over. Until all have, its memory must not be
  // reused, and the slot neither.
  std::atomic<uint32_t> inside{0};

  // How long a chunk of the open stage is thought to take, in nanoseconds;
  // 0: not known.
  float pace() const { return chunkTime.load(std::memory_order_relaxed); }
  // Takes `chunks` chunks that took `elapsed` together: the slowest counts.
  void observe(uint32_t chunks, Time elapsed);

  //===--------------------------------------------------------------------===//
  // Holders of chunks, and those inside
  //===--------------------------------------------------------------------===//

  // Returns a VELTAIR_KERNEL_* code.
  int32_t execute(ChunkQueue::Range range, void *scratch) const {
    return function(&args, range.begin, range.end, scratch);
  }

  uint32_t layer() const { return layerIndex; }
  const veltair_layer &layerTables() const {
    return program->layer(layerIndex);
  }
  uint32_t version() const { return versionIndex; }
  // Of the open stage, in the program's quiet times.
  size_t quietSlot() const { return stageSlot; }
  // True if a chunk may be executed twice, and that helps.
  bool repeatable() const { return canRepeat; }
  // True if the time of an execution says something of others.
  bool comparable() const {
    return !(tables->flags & VELTAIR_VERSION_DATA_DEPENDENT);
  }

  //===--------------------------------------------------------------------===//
  // The opener
  //===--------------------------------------------------------------------===//

  // Layers with so many operands need no memory later. Nobody may be inside.
  void reserve(size_t operands) { addresses.reserve(operands); }

  // Sets everything for a layer but its operands.
  void prepare(Program &program, uint32_t layer, uint32_t version);
  std::vector<void *> &operands() { return addresses; }
  veltair_layer_args &arguments() { return args; }

  // Takes over what another slot holds, but for its open stage.
  void continueAs(const LayerRun &other);

  bool hasNextStage() const { return nextStage < tables->stage_count; }
  // Opens it for a team of so many members. Returns its number in the queue,
  // and stores how many chunks it has.
  uint32_t openStage(uint32_t members, uint32_t &count);

  // The first later layer that must not be opened while workers are inside.
  uint32_t firstConflict() const { return conflict; }

  Time opened = 0;       // if somebody wants to know
  uint32_t cores = 0;    // granted when the layer was opened
  uint32_t openSlot = 0; // where the query offers the chunks

private:
  std::atomic<float> chunkTime{0};
  Program *program = nullptr;
  const veltair_version *tables = nullptr;
  uint32_t layerIndex = 0;
  uint32_t versionIndex = 0;
  uint32_t conflict = 0;
  uint32_t nextStage = 0;
  veltair_stage_function function = nullptr;
  size_t stageSlot = 0;
  bool canRepeat = false;
  veltair_layer_args args{};
  std::vector<void *> addresses;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_LAYERRUN_H
