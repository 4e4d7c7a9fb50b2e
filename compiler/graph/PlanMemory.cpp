// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/ArenaPlan.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/TensorPlaces.h"
#include "veltair/artifact.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_PLANMEMORY
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// The layers of a program and what they keep in the arena.
class ProgramMemory {
public:
  explicit ProgramMemory(ProgramOp program) : places(program) {}

  /// Fails with a message when the program holds anything but layers,
  /// or joins that cannot be.
  LogicalResult collect(ProgramOp program);

  void plan(unsigned reuseDelay);

  /// Writes offsets, conflicts and the arena's size.
  void annotate(ProgramOp program) const;

  ArenaPlan layout;
  int64_t bytesWithoutDelay = 0;

private:
  int64_t sharedScratch(LayerOp layer) const {
    int64_t bytes = 0;
    for (VersionOp version : const_cast<LayerOp &>(layer).getVersionOps())
      bytes = std::max<int64_t>(bytes, version.getSharedScratch());
    return bytes;
  }
  /// The bytes of a tensor that lies in the arena.
  std::optional<ArenaRange> rangeOf(Value tensor) const {
    TensorPlace place = places.lookup(tensor);
    auto found = bufferOf.find(place.buffer);
    if (found == bufferOf.end())
      return std::nullopt;
    int64_t begin = layout.offsets[found->second] + place.offset;
    return ArenaRange{begin, begin + byteSize(tensor)};
  }

  TensorPlaces places;
  SmallVector<LayerOp> layers;
  SmallVector<ArenaBuffer> buffers;
  llvm::DenseMap<Value, size_t> bufferOf;        // of what lies in the arena
  llvm::DenseMap<Operation *, size_t> scratchOf; // of layers with scratch
};

} // namespace

LogicalResult ProgramMemory::collect(ProgramOp program) {
  llvm::DenseSet<Value> returned;
  for (Value output : program.getReturn().getOutputs()) {
    Value tensor = skipViews(output);
    if (!tensor.getDefiningOp<LayerOp>() || !returned.insert(tensor).second)
      return program.getReturn().emitOpError(
          "needs outputs that layers write, each one a tensor of its own");
  }

  for (auto join : program.getBlock().getOps<JoinOp>()) {
    if (!places.canJoin(join.getParts(), join.getResult()))
      return join.emitOpError("needs parts that begin at aligned places of the "
                              "arena and are in no other join");
    places.join(join.getParts(), join.getResult());
  }

  for (Operation &op : program.getBlock().without_terminator()) {
    auto layer = dyn_cast<LayerOp>(op);
    if (!layer) {
      if (isa<ViewOp, JoinOp, ExtentOp>(op) ||
          op.hasTrait<OpTrait::ConstantLike>())
        continue;
      return op.emitOpError("is in no layer");
    }
    int64_t position = layers.size();
    layers.push_back(layer);
    for (Value operand : layer->getOperands())
      if (auto found = bufferOf.find(places.lookup(operand).buffer);
          found != bufferOf.end())
        buffers[found->second].last = position;
    for (Value result : layer.getResults()) {
      if (places.isOutsideArena(result))
        continue;
      Value buffer = places.lookup(result).buffer;
      auto [found, isFirst] = bufferOf.try_emplace(buffer, buffers.size());
      if (isFirst)
        buffers.push_back({byteSize(buffer), position, position});
      buffers[found->second].last = position;
    }
    if (int64_t bytes = sharedScratch(layer)) {
      scratchOf[layer] = buffers.size();
      buffers.push_back({bytes, position, position});
    }
  }
  return success();
}

void ProgramMemory::plan(unsigned reuseDelay) {
  bytesWithoutDelay = planArena(buffers, VELTAIR_ALIGNMENT).bytes;
  SmallVector<ArenaBuffer> delayed = buffers;
  for (ArenaBuffer &buffer : delayed)
    buffer.last += reuseDelay;
  layout = planArena(delayed, VELTAIR_ALIGNMENT);
}

void ProgramMemory::annotate(ProgramOp program) const {
  SmallVector<ArenaAccess> accesses;
  for (LayerOp layer : layers) {
    ArenaAccess &access = accesses.emplace_back();
    for (Value operand : layer->getOperands())
      if (auto range = rangeOf(operand))
        access.reads.push_back(*range);
    SmallVector<int64_t> offsets;
    for (Value result : layer.getResults()) {
      auto range = rangeOf(result);
      offsets.push_back(range ? range->begin : -1);
      if (range)
        access.writes.push_back(*range);
    }
    layer.setOffsets(offsets);
    if (auto found = scratchOf.find(layer); found != scratchOf.end()) {
      int64_t begin = layout.offsets[found->second];
      access.writes.push_back({begin, begin + buffers[found->second].size});
      for (VersionOp version : layer.getVersionOps())
        version.setSharedScratchOffset(begin);
    }
  }
  for (auto [layer, conflict] :
       llvm::zip_equal(layers, findFirstConflicts(accesses)))
    const_cast<LayerOp &>(layer).setFirstConflict(conflict);
  program.setArenaBytes(layout.bytes);
}

namespace {

class PlanMemory : public veltair::impl::PlanMemoryBase<PlanMemory> {
public:
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    ProgramMemory memory(getOperation());
    if (failed(memory.collect(getOperation())))
      return signalPassFailure();
    memory.plan(reuseDelay);
    memory.annotate(getOperation());
    arenaBytes += memory.layout.bytes;
    lowerBound += memory.layout.lowerBound;
    delayBytes +=
        std::max<int64_t>(0, memory.layout.bytes - memory.bytesWithoutDelay);
  }
};

} // namespace
