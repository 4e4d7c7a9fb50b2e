// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/CostModel.h"
#include "compiler/versions/Passes.h"
#include "compiler/versions/families/LayerFamily.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CHOOSEVERSIONS
#include "compiler/versions/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// A schedule and its estimated cycles in each situation.
struct Candidate {
  ScheduleAttr schedule;
  LayerModel model;
  SmallVector<double, 12> cycles;
};

struct ChooseVersions : veltair::impl::ChooseVersionsBase<ChooseVersions> {
  using ChooseVersionsBase::ChooseVersionsBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    auto isa = parseTargetIsa(program.getIsa().value_or(""));
    if (!isa)
      return fail(isa.takeError());
    auto model = parseMachineModel(machine);
    if (!model)
      return fail(model.takeError());
    for (LayerOp layer : program.getBlock().getOps<LayerOp>())
      choose(layer, *isa, *model);
  }

private:
  void fail(llvm::Error error) {
    getOperation().emitError(llvm::toString(std::move(error)));
    signalPassFailure();
  }

  /// Teams from one core to all that share a cache, whose share of it shrinks
  /// as neighbours contend.
  static SmallVector<Situation> situations(const MachineModel &machine) {
    SmallVector<Situation> list;
    for (int64_t cores : {1, 2, 4, 8, 16})
      for (int64_t shrink : {1, 4, 16})
        list.push_back({cores, int64_t(machine.l3Share()) / shrink});
    return list;
  }

  void choose(LayerOp layer, const TargetIsa &isa,
              const MachineModel &machine) {
    SmallVector<Situation> where = situations(machine);
    SmallVector<Candidate, 0> candidates;
    const LayerFamily &family = familyOf(layer);
    for (ScheduleAttr schedule : family.schedules(layer, isa))
      candidates.push_back({schedule, family.model(layer, schedule), {}});
    // Where some schedule cuts the layer into chunks that teams can share,
    // those that do not are out.
    auto evenlyCut = [&](const Candidate &candidate) {
      return isEvenlyCut(candidate.model, isa);
    };
    if (llvm::any_of(candidates, evenlyCut))
      llvm::erase_if(candidates,
                     [&](const Candidate &c) { return !evenlyCut(c); });
    for (Candidate &candidate : candidates) {
      for (Situation situation : where)
        candidate.cycles.push_back(
            estimateCycles(candidate.model, isa, machine, situation));
      ++schedules;
    }
    assert(!candidates.empty() && "every layer has a schedule");

    OpBuilder builder(layer.getContext());
    Block &block = layer.getVersions().emplaceBlock();
    builder.setInsertionPointToEnd(&block);
    for (size_t index : select(candidates)) {
      const Candidate &kept = candidates[index];
      SmallVector<Attribute> packings;
      llvm::append_range(packings, family.packings(layer, kept.schedule));
      Scratch scratch = family.scratch(layer, kept.schedule);
      VersionOp::create(builder, layer.getLoc(), kept.schedule,
                        cacheUsage(layer.getContext(), kept.model),
                        builder.getArrayAttr(packings),
                        family.numericsClass(kept.schedule),
                        /*stages=*/nullptr, scratch.worker, scratch.shared,
                        /*shared_scratch_offset=*/0);
      ++this->kept;
    }
  }

  /// The indices of the versions to keep.
  SmallVector<size_t> select(ArrayRef<Candidate> candidates) {
    size_t count = candidates.front().cycles.size();
    SmallVector<double> best(count, std::numeric_limits<double>::infinity());
    for (const Candidate &candidate : candidates)
      for (size_t s = 0; s < count; ++s)
        best[s] = std::min(best[s], candidate.cycles[s]);

    // The worst loss of a set of versions, over all situations, when each
    // situation takes the best of the set.
    SmallVector<double> reached(count, std::numeric_limits<double>::infinity());
    auto worstLoss = [&](const Candidate *added) {
      double worst = 0;
      for (size_t s = 0; s < count; ++s) {
        double cycles = reached[s];
        if (added)
          cycles = std::min(cycles, added->cycles[s]);
        worst = std::max(worst, cycles / best[s] - 1);
      }
      return worst;
    };
    auto take = [&](size_t index) {
      for (size_t s = 0; s < count; ++s)
        reached[s] = std::min(reached[s], candidates[index].cycles[s]);
    };

    // Fastest alone in the first situation; among equals, the more even one.
    SmallVector<size_t> chosen = {0};
    auto alone = [&](const Candidate &c) {
      return std::pair(c.cycles.front(), worstLossOf(c, best));
    };
    for (size_t i = 1; i < candidates.size(); ++i)
      if (alone(candidates[i]) < alone(candidates[chosen[0]]))
        chosen[0] = i;
    take(chosen[0]);
    while (chosen.size() < std::min<size_t>(maxVersions, candidates.size()) &&
           worstLoss(nullptr) > minGain) {
      size_t next = candidates.size();
      for (size_t i = 0; i < candidates.size(); ++i)
        if (!llvm::is_contained(chosen, i) &&
            (next == candidates.size() ||
             worstLoss(&candidates[i]) < worstLoss(&candidates[next])))
          next = i;
      if (next == candidates.size() ||
          worstLoss(nullptr) - worstLoss(&candidates[next]) < minGain)
        break;
      chosen.push_back(next);
      take(next);
    }
    return chosen;
  }

  static double worstLossOf(const Candidate &candidate, ArrayRef<double> best) {
    double worst = 0;
    for (auto [cycles, least] : llvm::zip_equal(candidate.cycles, best))
      worst = std::max(worst, cycles / least - 1);
    return worst;
  }
};

} // namespace
