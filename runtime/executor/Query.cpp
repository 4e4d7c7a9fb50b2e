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

Query::Reason Query::stopReason() const {
  uint64_t word = reason.load();
  return {veltair_status(word & 0xFFFF), uint32_t(word >> 32),
          int32_t(word >> 16 & 0xFFFF)};
}

std::string Query::Reason::message(const Tenant &tenant,
                                   const Program &program) const {
  if (status == VELTAIR_OK)
    return "";
  std::string model = concat("model '", tenant.info.name, "'");
  switch (status) {
  case VELTAIR_KERNEL_ERROR: {
    const veltair_layer &tables = program.layer(layer);
    return concat(model, ", layer '", tables.name, "' (", tables.ops,
                  "): ", kernelMessage(kernelCode));
  }
  case VELTAIR_CANCELLED:
    return concat(model, ": the query was cancelled");
  case VELTAIR_EXPIRED:
    return concat(model, ": the query had not started before its deadline");
  case VELTAIR_OUT_OF_MEMORY:
    return concat(model, ": no memory for the query, which needs ",
                  program.tables().arena_bytes, " bytes");
  default:
    return concat(model, ": ", statusName(status));
  }
}

//===----------------------------------------------------------------------===//
// Workers
//===----------------------------------------------------------------------===//

Query::Query(uint32_t slot, std::span<Claim> claims, Trace &trace)
    : slot(slot), claims(claims), trace(trace) {
  team.reserve(claims.size());
  // Workers are inside of at most one layer each.
  for (size_t i = 0; i < claims.size() + Program::groupLimit; ++i)
    runs.push_back(std::make_unique<LayerRun>());
}

bool Query::available() const {
  uint32_t slots = openSlots.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < slots; ++i)
    if (const LayerRun *run = open[i].load(std::memory_order_seq_cst);
        run && run->chunks.available())
      return true;
  return false;
}

LayerRun *Query::claim(uint32_t member, ChunkQueue::Range &range) {
  uint32_t slots = openSlots.load(std::memory_order_relaxed);
  uint32_t team = cores.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < slots; ++i)
    if (LayerRun *run = open[i].load(std::memory_order_acquire);
        run && run->chunks.claim(member, team, range))
      return run;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// From layer to layer
//===----------------------------------------------------------------------===//

Query::Step Query::advance(LayerRun *run, unsigned levelBucket,
                           uint32_t &opened) {
  if (run) {
    if (!stopped() && run->hasNextStage() &&
        !(run = openNextStage(*run, opened)))
      return Step::elsewhere;
    closeLayer(*run);
    if (!endLayer())
      return Step::elsewhere;
    layersCompleted = program->groupEnd(layersCompleted);
    if (!stopped() && !isComplete() && !isBlockDone())
      return Step::layerEnded;
  }
  if (!stopped() && !isComplete() && isBlockDone())
    return Step::blockEnded;
  bool ends;
  if (!waitUntilClear(ends))
    return Step::elsewhere;
  if (ends)
    return Step::queryEnded;
  if (openGroup(levelBucket, opened))
    return Step::elsewhere;
  layersCompleted = program->groupEnd(layersCompleted);
  return Step::layerEnded;
}

// False if there was nothing to do: all layers are skipped, or the query was
// stopped.
bool Query::openGroup(unsigned levelBucket, uint32_t &opened) {
  std::array<LayerRun *, Program::groupLimit> prepared;
  uint32_t count = 0, end = program->groupEnd(layersCompleted);
  for (uint32_t layer = layersCompleted; layer < end; ++layer) {
    uint32_t guard = program->layer(layer).guard;
    if (guard != VELTAIR_NONE && buffers.extents[guard] == 0)
      continue;
    LayerRun &run = findFreeRun({prepared.data(), count});
    prepareLayer(run, layer, levelBucket);
    offer(run, count);
    prepared[count++] = &run;
  }
  openLayers.store(count, std::memory_order_relaxed);
  for (uint32_t i = 0; i < count; ++i) {
    // Once the last one is open, another thread may be the opener.
    if (openStage(*prepared[i], opened))
      continue;
    closeLayer(*prepared[i]);
    if (endLayer())
      return false;
  }
  return count != 0;
}

void Query::prepareLayer(LayerRun &run, uint32_t layer, unsigned levelBucket) {
  uint32_t teamSize = cores.load(std::memory_order_relaxed);
  unsigned version = versions->version(layer, teamSize, levelBucket);
  versionSwitches += program->switchVersion(layer, version);

  run.prepare(*program, layer, version);
  const veltair_layer &tables = program->layer(layer);
  for (uint32_t i = 0; i < tables.operand_count; ++i)
    run.operands()[i] = address(tables.operands[i]);
  run.arguments().extents = buffers.extents.data();
  run.arguments().shared_scratch =
      arena.data + tables.versions[version].shared_scratch_offset;

  run.cores = std::max(teamSize, 1u);
  bool timed = layer < layerTimesCapacity;
  run.opened = timed || trace.active() ? currentTime() : 0;
  if (timed)
    layerTimes[layer] = {uint64_t(run.opened), 0, version, run.cores};
}

// A free slot that is none of `taken`.
LayerRun &Query::findFreeRun(std::span<LayerRun *const> taken) const {
  for (const auto &run : runs)
    if (run->inside.load(std::memory_order_seq_cst) == 0 &&
        std::find(taken.begin(), taken.end(), run.get()) == taken.end())
      return *run;
  // There are more than workers to be inside and layers to be open.
  __builtin_unreachable();
}

// Lets workers find the chunks that will be opened.
void Query::offer(LayerRun &run, uint32_t slot) {
  run.openSlot = slot;
  if (open[slot].load(std::memory_order_relaxed) != &run)
    open[slot].store(&run, std::memory_order_seq_cst);
}

// Goes on in a free run: late workers still need what this one holds.
LayerRun &Query::replace(LayerRun &run) {
  std::lock_guard lock(replacing);
  std::array<LayerRun *, Program::groupLimit> taken;
  for (uint32_t i = 0; i < taken.size(); ++i)
    taken[i] = open[i].load(std::memory_order_relaxed);
  LayerRun &next = findFreeRun(taken);
  next.continueAs(run);
  offer(next, run.openSlot);
  return next;
}

// Null, or if the query was stopped, the run of which the caller is still the
// opener.
LayerRun *Query::openNextStage(LayerRun &run, uint32_t &opened) {
  LayerRun *next = &run;
  if (run.inside.load(std::memory_order_seq_cst))
    next = &replace(run);
  return openStage(*next, opened) ? nullptr : next;
}

// False if the query was stopped and all chunks are drained: the caller is
// still the opener.
bool Query::openStage(LayerRun &run, uint32_t &opened) {
  uint32_t chunks = 0;
  uint32_t stage = run.openStage(cores.load(std::memory_order_relaxed), chunks);
  opened += chunks;
  // Whoever stops the query drains what is open, unless it is opened too late
  // to be seen: then it is drained here.
  return !(stopped() && run.chunks.drain(stage));
}

// True if it was the last open one.
bool Query::endLayer() {
  return openLayers.load(std::memory_order_acquire) == 1 ||
         openLayers.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

void Query::closeLayer(LayerRun &run) {
  if (run.layer() < layerTimesCapacity)
    layerTimes[run.layer()].end_ns = uint64_t(currentTime());
  if (trace.active() && run.opened)
    trace.record({.kind = TraceEvent::Kind::layer,
                  .track = slot,
                  .tenant = tenant->id,
                  .version = run.version(),
                  .cores = run.cores,
                  .query = id,
                  .layer = &run.layerTables(),
                  .begin = run.opened,
                  .end = currentTime()});
}

void *Query::address(const veltair_operand &operand) {
  switch (operand.kind) {
  case VELTAIR_OPERAND_INPUT:
    return buffers.inputs[operand.value];
  case VELTAIR_OPERAND_OUTPUT:
    return buffers.outputs[operand.value];
  case VELTAIR_OPERAND_CONSTANT:
    // Kernels do not write to operands that they only read.
    return const_cast<std::byte *>(tenant->weights->data(
        tenant->artifact->tables().constants[operand.value]));
  case VELTAIR_OPERAND_EXTENT:
    return &buffers.extents[operand.value];
  default:
    return arena.data + operand.value;
  }
}

//===----------------------------------------------------------------------===//
// Beginning and end
//===----------------------------------------------------------------------===//

void Query::reserve(const Program &program) {
  for (const auto &run : runs)
    run->reserve(program.maxOperands());
}

void Query::begin(QueryId newId, Tenant &newTenant, uint32_t programIndex,
                  std::shared_ptr<Request> newRequest, Buffers newBuffers,
                  veltair_layer_time *times, uint32_t timesCapacity) {
  id = newId;
  tenant = &newTenant;
  program = newTenant.programs[programIndex].get();
  request = std::move(newRequest);
  buffers = std::move(newBuffers);
  layerTimes = times;
  layerTimesCapacity = timesCapacity;
  openSlots.store(program->maxGroup(), std::memory_order_relaxed);
  layersCompleted = 0;
  versionSwitches = 0;
  reason.store(0);
  endPosted = false;
  ending = false;
}

void Query::beginBlock(const Grant &grant) {
  versions = grant.versions;
  blockEnd.store(grant.firstLayer + grant.layerCount);
  blockOpen = true;
  blockFirst = grant.firstLayer;
  blockCores = grant.cores;
  blockBegin = trace.active() ? currentTime() : 0;
}

void Query::traceBlock() {
  if (trace.active() && blockBegin)
    trace.record({.kind = TraceEvent::Kind::block,
                  .track = slot,
                  .tenant = tenant->id,
                  .count = layersCompleted - blockFirst,
                  .cores = blockCores,
                  .query = id,
                  .layer = &program->layer(blockFirst),
                  .begin = blockBegin,
                  .end = currentTime()});
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
