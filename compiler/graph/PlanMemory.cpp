// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/ArenaPlan.h"
#include "compiler/graph/Passes.h"
#include "dialects/onnx/Extents.h"
#include "veltair/artifact.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_PLANMEMORY
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// The tensor whose bytes `value` shows.
Value skipViews(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getSource();
  return value;
}

int64_t byteSize(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() *
         int64_t(llvm::divideCeil(type.getElementTypeBitWidth(), 8));
}

/// The layers of a program and what they keep in the arena.
class ProgramMemory {
public:
  /// Fails with a message when the program holds anything but layers.
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
  ArenaRange rangeOf(size_t buffer) const {
    return {layout.offsets[buffer],
            layout.offsets[buffer] + buffers[buffer].size};
  }

  SmallVector<LayerOp> layers;
  SmallVector<ArenaBuffer> buffers;
  llvm::DenseMap<Value, size_t> bufferOf;        // of tensors in the arena
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

  // The runtime keeps the extents of outputs.
  llvm::DenseSet<Value> extents;
  llvm::DenseMap<int64_t, ExtentOp> names = program.getExtents();
  for (Type type : program.getReturn().getOperandTypes())
    (void)onnx::renameExtents(type, [&](int64_t number) {
      extents.insert(skipViews(names.lookup(number).getValue()));
      return number;
    });

  for (Operation &op : program.getBlock().without_terminator()) {
    auto layer = dyn_cast<LayerOp>(op);
    if (!layer) {
      if (isa<ViewOp, ExtentOp>(op) || op.hasTrait<OpTrait::ConstantLike>())
        continue;
      return op.emitOpError("is in no layer");
    }
    int64_t position = layers.size();
    layers.push_back(layer);
    for (Value operand : layer->getOperands())
      if (auto found = bufferOf.find(skipViews(operand));
          found != bufferOf.end())
        buffers[found->second].last = position;
    for (Value result : layer.getResults())
      if (!returned.contains(result) && !extents.contains(result)) {
        bufferOf[result] = buffers.size();
        buffers.push_back({byteSize(result), position, position});
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
      if (auto found = bufferOf.find(skipViews(operand));
          found != bufferOf.end())
        access.reads.push_back(rangeOf(found->second));
    SmallVector<int64_t> offsets;
    for (Value result : layer.getResults()) {
      auto found = bufferOf.find(result);
      if (found == bufferOf.end()) {
        offsets.push_back(-1);
        continue;
      }
      access.writes.push_back(rangeOf(found->second));
      offsets.push_back(layout.offsets[found->second]);
    }
    layer.setOffsets(offsets);
    if (auto found = scratchOf.find(layer); found != scratchOf.end()) {
      access.writes.push_back(rangeOf(found->second));
      for (VersionOp version : layer.getVersionOps())
        version.setSharedScratchOffset(layout.offsets[found->second]);
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
    ProgramMemory memory;
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
