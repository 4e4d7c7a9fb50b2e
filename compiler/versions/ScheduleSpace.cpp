// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/ScheduleSpace.h"
#include "compiler/codegen/LayerLoops.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

namespace {

/// Collects schedules of one algorithm.
class Space {
public:
  Space(MLIRContext *context, const TargetIsa &isa)
      : context(context), parts(channelGroup / isa.lanes(32)),
        registers(isa.vectorRegisters - 1) {}

  /// The most rows of a tile with `vectors` groups whose accumulators, weights
  /// (`kept` vectors a group) and one operand stay in registers.
  int64_t maxRows(int64_t vectors, int64_t kept) const {
    int64_t width = vectors * parts;
    return std::max<int64_t>(0, (registers - 1 - kept * width) / width);
  }

  /// Row counts up to `most` that cut `extent` into equal tiles, the largest
  /// first, and the largest itself.
  static SmallVector<int64_t> balancedRows(int64_t extent, int64_t most) {
    llvm::SmallSetVector<int64_t, 4> rows;
    most = std::min(most, extent);
    if (most < 1)
      return {};
    int64_t tiles = llvm::divideCeil(extent, most);
    rows.insert(llvm::divideCeil(extent, tiles));
    rows.insert(most);
    return rows.takeVector();
  }

  /// Grains that cut `extent` into at most `limit` parts.
  static SmallVector<int64_t> grains(int64_t extent, int64_t limit) {
    llvm::SmallSetVector<int64_t, 8> values;
    for (int64_t parts = 1; parts <= std::min(extent, limit); parts *= 2)
      values.insert(llvm::divideCeil(extent, parts));
    return values.takeVector();
  }

  void add(StringRef algorithm, int64_t rows, int64_t vectors, LoopOrder order,
           int64_t grain, int64_t groups) {
    schedules.insert(ScheduleAttr::get(context, algorithm, rows, vectors, order,
                                       grain, groups));
  }

  /// All cuts of a tile's loops into chunks.
  void addCuts(int64_t rows, int64_t vectors, int64_t rowExtent,
               int64_t groupExtent) {
    for (int64_t grain : grains(rowExtent, 64))
      for (int64_t groups : grains(groupExtent, 64))
        for (LoopOrder order : {LoopOrder::Rows, LoopOrder::Channels})
          add("direct", rows, vectors, order, grain,
              groups == groupExtent ? 0 : groups);
  }

  SmallVector<ScheduleAttr> take() {
    return SmallVector<ScheduleAttr>(schedules.takeVector());
  }

  MLIRContext *context;
  int64_t parts, registers;
  llvm::SetVector<ScheduleAttr> schedules;
};

} // namespace

/// Elements of the largest tensor of the layer: what its work grows with.
static int64_t largestTensor(LayerOp layer) {
  int64_t elements = 1;
  for (TypeRange types :
       {TypeRange(layer.getOperandTypes()), TypeRange(layer.getResultTypes())})
    for (Type type : types)
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        elements = std::max(elements, tensor.getNumElements());
  return elements;
}

SmallVector<ScheduleAttr> veltair::enumerateSchedules(LayerOp layer,
                                                      const TargetIsa &isa) {
  Space space(layer.getContext(), isa);
  Operation *root = layerRoot(layer);
  if (auto conv = dyn_cast_or_null<kernel::Conv2DOp>(root)) {
    ConvGeometry g = convGeometry(layer, conv);
    for (int64_t vectors = 1; vectors <= 8; ++vectors) {
      if (g.groups() % vectors != 0)
        continue;
      for (int64_t rows :
           Space::balancedRows(g.columns(), space.maxRows(vectors, 1)))
        space.addCuts(rows, vectors, g.rows(), g.groups() / vectors);
    }
  } else if (auto conv = dyn_cast_or_null<kernel::DepthwiseConv2DOp>(root)) {
    ConvGeometry g = convGeometry(layer, conv);
    // One half of a group at a time; the weights of a window row are kept.
    int64_t most = std::max<int64_t>(1, space.registers - 1 - g.filter[2]);
    for (int64_t rows :
         Space::balancedRows(g.columns(), std::min<int64_t>(most, 16)))
      for (int64_t grain : Space::grains(g.rows(), 16))
        space.add("direct", rows, 1, LoopOrder::Rows, grain, 1);
  } else if (auto product = dyn_cast_or_null<kernel::MatMulOp>(root)) {
    RankedTensorType type = product.getResult().getType();
    int64_t columns = type.getShape().back();
    int64_t extent = type.getNumElements() / columns;
    int64_t groups = llvm::divideCeil(columns, channelGroup);
    for (int64_t vectors = 1; vectors <= std::min<int64_t>(8, groups);
         ++vectors) {
      // A single row uses each weight once, straight from memory.
      int64_t most = extent == 1 ? 1 : space.maxRows(vectors, 1);
      for (int64_t rows : Space::balancedRows(extent, most))
        space.addCuts(rows, vectors, llvm::divideCeil(extent, rows),
                      llvm::divideCeil(groups, vectors));
    }
  } else {
    // About 16 K elements a chunk, at most 64 chunks.
    int64_t rows = isSequential(layer)
                       ? 1
                       : std::max<int64_t>(
                             1, ShapedType::getNumElements(
                                    ArrayRef(generalShape(layer)).drop_back()));
    int64_t chunks = std::clamp<int64_t>(largestTensor(layer) >> 14, 1,
                                         std::min<int64_t>(rows, 64));
    space.add("general", 1, 1, LoopOrder::Rows, llvm::divideCeil(rows, chunks),
              0);
  }
  return space.take();
}

/// Cycles of the multiply-adds: two a cycle, less where there are too few
/// accumulators to hide the latency of 4 cycles, and bound by two loads a
/// cycle.
static double computeCycles(const LayerModel &model, const TargetIsa &isa) {
  double parts = double(channelGroup) / isa.lanes(32), cycles = 0;
  for (const TileWork &tile : model.tiles) {
    double products = tile.rows * tile.vectors * parts;
    double loads = tile.rows + tile.vectors * parts;
    double step = std::max({products / 2, loads / 2, 4.0});
    constexpr double tileOverhead = 40; // entry, epilogue, exit
    cycles += tile.count * (step * model.depth + tileOverhead + products);
  }
  return cycles;
}

bool veltair::isEvenlyCut(const LayerModel &model, const TargetIsa &isa) {
  // Chunks under about 5 us cost more in hand-over than they bring; 16 are
  // enough for teams that change size.
  constexpr double shortest = 15000, enough = 16;
  double cycles = computeCycles(model, isa);
  return model.chunks <= std::max(1.0, cycles / shortest) &&
         model.chunks >= std::min(enough, cycles / (2 * shortest));
}

double veltair::estimateCycles(const LayerModel &model, const TargetIsa &isa,
                               const MachineModel &machine,
                               Situation situation) {
  // Bytes a cycle of one core from the next level, about 85 GB/s and 12 GB/s.
  constexpr double l2Bandwidth = 32, l3Bandwidth = 20, dramBandwidth = 4;
  constexpr double chunkOverhead = 600; // claim, prologue, cold first lines
  double compute = computeCycles(model, isa);
  double l2 = model.nest.traffic(machine.l1Bytes) / l2Bandwidth;
  double l3 = model.nest.traffic(machine.l2Bytes) / l3Bandwidth;
  double dram = model.nest.traffic(situation.l3Bytes) / dramBandwidth;
  // Prefetchers overlap most of the transfers with computation.
  double slowest = std::max({compute, l2, l3, dram});
  double whole = slowest + 0.2 * (compute + l2 + l3 + dram - slowest);
  double chunk = whole / model.chunks + chunkOverhead;
  return chunk * llvm::divideCeil(model.chunks, situation.cores);
}

CacheUsageAttr veltair::cacheUsage(MLIRContext *context,
                                   const LayerModel &model) {
  const LoopNest &nest = model.nest;
  SmallVector<int64_t> capacities, bytes;
  for (int64_t capacity = 256 << 10; capacity <= 64 << 20; capacity *= 2) {
    int64_t misses = nest.traffic(capacity);
    capacities.push_back(capacity);
    bytes.push_back(bytes.empty() ? misses : std::min(misses, bytes.back()));
  }
  return CacheUsageAttr::get(
      context, model.flops, nest.distinctBytes(false), nest.distinctBytes(true),
      nest.distinctBytes(true), nest.footprint(nest.loops.size()),
      nest.footprint(nest.chunkLoops), nest.sharedBytes(), capacities, bytes);
}
