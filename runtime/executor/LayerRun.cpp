// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/LayerRun.h"

#include <algorithm>

namespace veltair {

// A claim lasts at most this long, where single chunks do: it is what is lost
// when the system takes the CPU from a worker.
static constexpr float longestClaim = 20'000;

void LayerRun::observe(uint32_t chunks, Time elapsed) {
  float seen = float(elapsed) / float(std::max(chunks, 1u));
  float slowest = pace();
  // One that lost its CPU in between says little about the others.
  if (slowest > 0)
    seen = std::min(seen, 2 * slowest);
  if (seen > slowest)
    chunkTime.store(seen, std::memory_order_relaxed);
}

void LayerRun::prepare(Program &ofProgram, uint32_t layer, uint32_t version) {
  program = &ofProgram;
  layerIndex = layer;
  versionIndex = version;
  conflict = program->layer(layer).first_conflict;
  tables = &program->layer(layer).versions[version];
  nextStage = 0;
  addresses.resize(std::max<size_t>(addresses.size(), program->maxOperands()));
  args.operands = addresses.data();
  args.constants = program->constants(layer, version);
}

void LayerRun::continueAs(const LayerRun &other) {
  prepare(*other.program, other.layerIndex, other.versionIndex);
  nextStage = other.nextStage;
  opened = other.opened;
  cores = other.cores;
  // The other slot may have served a program with more operands.
  std::copy_n(other.addresses.begin(), layerTables().operand_count,
              addresses.begin());
  args.extents = other.args.extents;
  args.shared_scratch = other.args.shared_scratch;
}

uint32_t LayerRun::openStage(uint32_t members, uint32_t &count) {
  const veltair_stage &stage = tables->stages[nextStage];
  count = stage.chunks;
  function = stage.function;
  stageSlot = program->quietTimes().slot(layerIndex, versionIndex, nextStage++);
  canRepeat = program->isRepeatable(layerIndex, versionIndex, hasNextStage());
  float quiet = program->quietTimes().perChunk(stageSlot);
  chunkTime.store(quiet, std::memory_order_relaxed);
  uint32_t largest = UINT32_MAX;
  if (quiet > 0)
    largest = uint32_t(std::clamp(longestClaim / quiet, 1.0f, 1e9f));
  return chunks.open(count, members, largest);
}

} // namespace veltair
