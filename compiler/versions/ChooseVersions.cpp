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

/// A schedule, and its estimated cycles in each situation.
struct Candidate {
  ScheduleAttr schedule;
  LayerModel model;
  SmallVector<PackingAttr> packings;
  int32_t numerics;
  SmallVector<double, 15> cycles;
};

/// The packed constants of a set of versions; those that versions share count
/// once.
class PackedConstants {
public:
  explicit PackedConstants(LayerOp layer) : layer(layer) {}

  int64_t bytes() const { return total; }
  int64_t bytesWith(ArrayRef<PackingAttr> packings) const {
    int64_t sum = total;
    for (auto [number, packing] : llvm::enumerate(packings))
      if (!known.contains({number, packing}))
        sum += bytesOf(packing.getPackedType(
            cast<RankedTensorType>(layer.getConstants()[number].getType())));
    return sum;
  }
  void add(ArrayRef<PackingAttr> packings) {
    total = bytesWith(packings);
    for (auto [number, packing] : llvm::enumerate(packings))
      known.insert({number, packing});
  }

private:
  mutable LayerOp layer;
  DenseSet<std::pair<size_t, Attribute>> known;
  int64_t total = 0;
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
      candidates.push_back({schedule,
                            family.model(layer, schedule),
                            family.packings(layer, schedule),
                            family.numericsClass(schedule),
                            {}});
    int64_t allowed = allowedBytes(layer, candidates);
    llvm::erase_if(candidates, [&](const Candidate &c) {
      return PackedConstants(layer).bytesWith(c.packings) > allowed;
    });
    // Of each numerics class, those that teams can share best.
    DenseMap<int32_t, double> best;
    auto evennessOf = [&](const Candidate &c) {
      return evenness(c.model, isa, machine);
    };
    for (const Candidate &candidate : candidates)
      best[candidate.numerics] =
          std::max(best[candidate.numerics], evennessOf(candidate));
    llvm::erase_if(candidates, [&](const Candidate &c) {
      return evennessOf(c) < best[c.numerics];
    });
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
    for (size_t index : select(layer, candidates, allowed)) {
      const Candidate &kept = candidates[index];
      SmallVector<Attribute> packings(kept.packings.begin(),
                                      kept.packings.end());
      Scratch scratch = family.scratch(layer, kept.schedule);
      VersionOp::create(builder, layer.getLoc(), kept.schedule,
                        cacheUsage(layer.getContext(), kept.model),
                        builder.getArrayAttr(packings), kept.numerics,
                        int64_t(kept.cycles.front()),
                        /*stages=*/nullptr, scratch.worker, scratch.shared,
                        /*shared_scratch_offset=*/0);
      ++this->kept;
    }
  }

  /// What a layer's versions may pack: `weightBudget` times the least that one
  /// needs, or the constants as they were before they were rounded.
  int64_t allowedBytes(LayerOp layer, ArrayRef<Candidate> candidates) const {
    int64_t least = std::numeric_limits<int64_t>::max(), plain = 0;
    for (const Candidate &candidate : candidates)
      least =
          std::min(least, PackedConstants(layer).bytesWith(candidate.packings));
    for (Value constant :
         layer.getConstants().take_front(candidates.front().packings.size()))
      plain += bytesOf(constant.getType());
    return std::max(1.0, double(weightBudget)) * std::max(least, plain);
  }

  /// The indices of the versions to keep, whose packed constants take at most
  /// `allowed` bytes.
  SmallVector<size_t> select(LayerOp layer, ArrayRef<Candidate> candidates,
                             int64_t allowed) {
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
    SmallVector<size_t> chosen;
    PackedConstants packed(layer);
    auto take = [&](size_t index) {
      for (size_t s = 0; s < count; ++s)
        reached[s] = std::min(reached[s], candidates[index].cycles[s]);
      packed.add(candidates[index].packings);
      chosen.push_back(index);
    };
    auto fits = [&](size_t index) {
      return packed.bytesWith(candidates[index].packings) <= allowed;
    };
    auto ofClass = [&](int32_t numerics) {
      return llvm::count_if(chosen, [&](size_t index) {
        return candidates[index].numerics == numerics;
      });
    };

    // Fastest alone in the first situation; among equals, the more even one.
    size_t first = 0;
    auto alone = [&](const Candidate &c) {
      return std::pair(c.cycles.front(), worstLossOf(c, best));
    };
    for (size_t i = 1; i < candidates.size(); ++i)
      if (alone(candidates[i]) < alone(candidates[first]))
        first = i;
    take(first);
    while (chosen.size() < std::min<size_t>(maxVersions, candidates.size()) &&
           worstLoss(nullptr) > minGain) {
      // Where none brings anything, the fastest of the rarest numerics class.
      auto rank = [&](size_t i) {
        return std::tuple(worstLoss(&candidates[i]),
                          ofClass(candidates[i].numerics),
                          candidates[i].cycles.front());
      };
      size_t next = candidates.size();
      for (size_t i = 0; i < candidates.size(); ++i)
        if (!llvm::is_contained(chosen, i) && fits(i) &&
            (next == candidates.size() || rank(i) < rank(next)))
          next = i;
      if (next == candidates.size() ||
          worstLoss(nullptr) - worstLoss(&candidates[next]) < minGain)
        break;
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
