// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/CostModel.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// Cycles of the multiply-adds: as many registers a cycle as the machine has,
/// at most two (pairs of bf16 in half the steps), less where there are too few
/// accumulators to hide the latency of 4 cycles, and bound by two loads a
/// cycle, or one of pairs, which are whole registers of 512 bits.
static double computeCycles(const LayerModel &model, const TargetIsa &isa,
                            const MachineModel &machine) {
  double parts = double(channelGroup) / isa.lanes(32), cycles = 0;
  unsigned bits = model.pairs ? machine.bf16Bits : machine.fmaBits;
  double perCycle = std::min(2.0, double(bits) / isa.vectorBits);
  int64_t steps = llvm::divideCeil(model.depth, model.pairs ? 2 : 1);
  for (const TileWork &tile : model.tiles) {
    double products = tile.rows * tile.vectors * parts;
    double loads = tile.rows + tile.vectors * parts;
    double loadCycles = model.pairs ? loads : loads / 2;
    double step = std::max({products / perCycle, loadCycles, 4.0});
    constexpr double tileOverhead = 40; // entry, epilogue, exit
    cycles += tile.count * (step * steps + tileOverhead + products);
  }
  return cycles + model.vectorOps * parts / perCycle;
}

double veltair::evenness(const LayerModel &model, const TargetIsa &isa,
                         const MachineModel &machine) {
  // Chunks under about 5 us cost more in hand-over than they bring; 16 are
  // enough for teams that change size.
  constexpr double shortest = 15000, enough = 16;
  double cycles = computeCycles(model, isa, machine);
  if (model.chunks > std::max(1.0, cycles / shortest))
    return 0;
  return std::min(1.0,
                  model.chunks / std::min(enough, cycles / (2 * shortest)));
}

/// Estimated cycles of one stage.
static double stageCycles(const LayerModel &model, const TargetIsa &isa,
                          const MachineModel &machine, Situation situation) {
  // Bytes a cycle of one core from the next level; the last about 25 GB/s.
  constexpr double l2Bandwidth = 32, l3Bandwidth = 20, dramBandwidth = 7;
  constexpr double chunkOverhead = 600; // claim, prologue, cold first lines
  double compute = computeCycles(model, isa, machine);
  double l2 = model.nest.traffic(machine.l1Bytes) / l2Bandwidth;
  double l3 = model.nest.traffic(machine.l2Bytes) / l3Bandwidth;
  double dram = model.nest.traffic(situation.l3Bytes) / dramBandwidth;
  // Prefetchers overlap most of the transfers with computation.
  double slowest = std::max({compute, l2, l3, dram});
  double whole = slowest + 0.2 * (compute + l2 + l3 + dram - slowest);
  double chunk = whole / model.chunks + chunkOverhead;
  return chunk * llvm::divideCeil(model.chunks, situation.cores);
}

double veltair::estimateCycles(const LayerModel &model, const TargetIsa &isa,
                               const MachineModel &machine,
                               Situation situation) {
  double cycles = stageCycles(model, isa, machine, situation);
  for (const LayerModel &stage : model.earlier)
    cycles += stageCycles(stage, isa, machine, situation);
  return cycles;
}

CacheUsageAttr veltair::cacheUsage(MLIRContext *context,
                                   const LayerModel &model) {
  SmallVector<const LoopNest *> nests = {&model.nest};
  for (const LayerModel &stage : model.earlier)
    nests.push_back(&stage.nest);
  auto sum = [&](auto bytes) {
    int64_t all = 0;
    for (const LoopNest *nest : nests)
      all += bytes(*nest);
    return all;
  };
  auto most = [&](auto bytes) {
    int64_t largest = 0;
    for (const LoopNest *nest : nests)
      largest = std::max(largest, bytes(*nest));
    return largest;
  };
  SmallVector<int64_t> capacities, bytes;
  for (int64_t capacity = 256 << 10; capacity <= 64 << 20; capacity *= 2) {
    int64_t misses =
        sum([&](const LoopNest &nest) { return nest.traffic(capacity); });
    capacities.push_back(capacity);
    bytes.push_back(bytes.empty() ? misses : std::min(misses, bytes.back()));
  }
  int64_t read =
      sum([](const LoopNest &nest) { return nest.distinctBytes(false); });
  int64_t written =
      sum([](const LoopNest &nest) { return nest.distinctBytes(true); });
  return CacheUsageAttr::get(
      context, model.flops, read, written, written,
      most([](const LoopNest &n) { return n.footprint(n.loops.size()); }),
      most([](const LoopNest &n) { return n.footprint(n.chunkLoops); }),
      most([](const LoopNest &n) { return n.sharedBytes(); }), capacities,
      bytes);
}
