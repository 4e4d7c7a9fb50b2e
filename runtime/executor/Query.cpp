// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Query.h"
#include "runtime/executor/Tenant.h"
#include "runtime/support/Clock.h"
#include "runtime/support/Status.h"

#include <algorithm>

namespace veltair {

//===----------------------------------------------------------------------===//
// Stopping
//===----------------------------------------------------------------------===//

// status: bits 0-15, kernel code: bits 16-31, layer: bits 32-63.
void Query::stop(veltair_status status, uint32_t layer, int32_t kernelCode) {
  uint64_t none = 0;
  uint64_t word = uint64_t(status) | uint64_t(uint16_t(kernelCode)) << 16 |
                  uint64_t(layer) << 32;
  reason.compare_exchange_strong(none, word, std::memory_order_seq_cst);
}

static std::string kernelMessage(int32_t code) {
  switch (code) {
  case VELTAIR_KERNEL_INDEX_OUT_OF_RANGE:
    return "an index in the data lies outside its axis";
  case VELTAIR_KERNEL_DIVISION_BY_ZERO:
    return "an integer is divided by zero";
  default:
    return concat("the kernel failed with code ", code);
  }
}

std::string Query::stopMessage() const {
  uint64_t word = reason.load();
  auto status = veltair_status(word & 0xFFFF);
  if (status == VELTAIR_OK)
    return "";
  std::string model = concat("model '", tenant->info.name, "'");
  switch (status) {
  case VELTAIR_KERNEL_ERROR: {
    const veltair_layer &layer = program->layer(uint32_t(word >> 32));
    return concat(model, ", layer '", layer.name, "' (", layer.ops,
                  "): ", kernelMessage(int32_t(word >> 16 & 0xFFFF)));
  }
  case VELTAIR_CANCELLED:
    return concat(model, ": the query was cancelled");
  case VELTAIR_OUT_OF_MEMORY:
    return concat(model, ": no memory for the query, which needs ",
                  program->tables().arena_bytes,
                  " bytes (is the limit on arenas too low?)");
  default:
    return concat(model, ": ", statusName(status));
  }
}

//===----------------------------------------------------------------------===//
// Running chunks
//===----------------------------------------------------------------------===//

void Query::run(ChunkQueue::Range range, void *scratch) {
  if (int32_t code = function(&args, range.begin, range.end, scratch))
    stop(VELTAIR_KERNEL_ERROR, layersCompleted, code);
}

//===----------------------------------------------------------------------===//
// From stage to stage
//===----------------------------------------------------------------------===//

Query::Step Query::advance(unsigned levelBucket) {
  if (stopped())
    return {0, /*blockEnded=*/true};
  if (version) {
    if (++stage < version->stage_count)
      return openStage();
    closeLayer();
  } else {
    uint32_t guard = program->layer(layersCompleted).guard;
    if (guard == VELTAIR_NONE || buffers.extents[guard] != 0) {
      openLayer(levelBucket);
      return openStage();
    }
    ++layersCompleted;
  }
  return {0, isBlockDone()};
}

void Query::openLayer(unsigned levelBucket) {
  const veltair_layer &layer = program->layer(layersCompleted);
  uint32_t teamSize = cores.load(std::memory_order_relaxed);
  versionIndex = versions->version(layersCompleted, teamSize, levelBucket);
  version = &layer.versions[versionIndex];
  stage = 0;
  versionSwitches += program->switchVersion(layersCompleted, versionIndex);

  for (uint32_t i = 0; i < layer.operand_count; ++i)
    operands[i] = address(layer.operands[i]);
  args.operands = operands.data();
  args.constants = program->constants(layersCompleted, versionIndex);
  args.extents = buffers.extents.data();
  args.shared_scratch = arena.data + version->shared_scratch_offset;

  if (layersCompleted < layerTimesCapacity)
    layerTimes[layersCompleted] = {uint64_t(currentTime()), 0, versionIndex,
                                   std::max(teamSize, 1u)};
}

Query::Step Query::openStage() {
  const veltair_stage &next = version->stages[stage];
  function = next.function;
  stageSlot = program->quietTimes().slot(layersCompleted, versionIndex, stage);
  chunks.open(next.chunks);
  return {next.chunks, /*blockEnded=*/false};
}

void Query::closeLayer() {
  if (layersCompleted < layerTimesCapacity)
    layerTimes[layersCompleted].end_ns = uint64_t(currentTime());
  version = nullptr;
  ++layersCompleted;
}

void *Query::address(const veltair_operand &operand) {
  switch (operand.kind) {
  case VELTAIR_OPERAND_INPUT:
    return buffers.inputs[operand.value];
  case VELTAIR_OPERAND_OUTPUT:
    return buffers.outputs[operand.value];
  case VELTAIR_OPERAND_CONSTANT:
    // Kernels do not write to operands that they only read.
    return const_cast<std::byte *>(
        weights + tenant->artifact->tables().constants[operand.value].offset);
  case VELTAIR_OPERAND_EXTENT:
    return &buffers.extents[operand.value];
  default:
    return arena.data + operand.value;
  }
}

//===----------------------------------------------------------------------===//
// Beginning and end
//===----------------------------------------------------------------------===//

void Query::begin(QueryId newId, Tenant &newTenant, uint32_t programIndex,
                  std::shared_ptr<Request> newRequest, Buffers newBuffers,
                  veltair_layer_time *times, uint32_t timesCapacity) {
  id = newId;
  tenant = &newTenant;
  program = newTenant.programs[programIndex].get();
  weights = newTenant.weights.data();
  request = std::move(newRequest);
  buffers = std::move(newBuffers);
  operands.resize(std::max<size_t>(operands.size(), program->maxOperands()));
  layerTimes = times;
  layerTimesCapacity =
      times ? std::min(timesCapacity, program->layerCount()) : 0;
  std::fill_n(layerTimes, layerTimesCapacity, veltair_layer_time{});
  version = nullptr;
  layersCompleted = 0;
  versionSwitches = 0;
  reason.store(0);
  underway = true;
}

void Query::beginBlock(const Grant &grant) {
  versions = grant.versions;
  blockEnd.store(grant.firstLayer + grant.layerCount);
  blockOpen = true;
}

void Query::writeOutputShapes() const {
  const veltair_program &tables = program->tables();
  for (size_t i = 0; i < buffers.outputDims.size(); ++i) {
    int64_t *dims = buffers.outputDims[i];
    if (!dims)
      continue;
    const veltair_shape &shape = tables.output_shapes[i];
    std::copy_n(shape.dims, shape.rank, dims);
    if (shape.extent != VELTAIR_NONE)
      dims[0] =
          std::clamp<int64_t>(buffers.extents[shape.extent], 0, shape.dims[0]);
  }
}

} // namespace veltair
