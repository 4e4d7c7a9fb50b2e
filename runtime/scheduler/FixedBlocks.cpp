// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Blocks of a fixed number of layers, first come, first served: the rules of
// the artifact of VELTAIR (Liu et al., ASPLOS 2022), whose blocks have 20
// layers. With one layer a block this is layer-wise scheduling.
//
// A block's budget is its share of the target, by its share of the model's
// work; its cores are the fewest whose predicted time fits, or else the fastest
// team. A block that finds fewer free cores starts on these and grows when
// others come free. The artifact takes multiplications for the work; here it is
// the predicted time on one core.

#include "runtime/scheduler/Policies.h"
#include "runtime/scheduler/SchedulerBase.h"

#include <algorithm>

namespace veltair {

namespace {
class FixedBlocks final : public SchedulerBase {
public:
  FixedBlocks(const SchedulerOptions &options, const TimeModel &model,
              uint32_t blockLayers)
      : SchedulerBase(options, model), blockLayers(blockLayers) {}

private:
  void queryArrived(Time now, Query &query) override { ready = &query; }
  void blockEnded(Time now, Query &query) override { ready = &query; }
  void dispatch(Time now) override;
  uint32_t demand(const Query &query);

  const uint32_t blockLayers;
  Query *ready = nullptr; // whose block this event made ready
};

// Of the running or next block.
uint32_t FixedBlocks::demand(const Query &query) {
  const ProgramTimes &t = times(query);
  uint32_t first = query.running() ? query.blockFirst : query.layersDone;
  uint32_t last = std::min(first + blockLayers, query.layerCount());
  Time budget = -1; // without a target: as fast as can be
  // The target may have changed since the query came.
  Time qos = tenant(query.tenant).qos;
  if (qos != never)
    budget = scaled(qos, double(t.time(first, last, 1)) /
                             double(t.time(0, query.layerCount(), 1)));
  return t.demand(first, last, budget);
}

void FixedBlocks::dispatch(Time now) {
  for (const auto &entry : queries()) {
    Query &query = *entry;
    if (!freeCores())
      break;
    uint32_t wanted = demand(query);
    if (!query.running())
      start(query, blockLayers, std::min(wanted, freeCores()), wanted);
    else if (wanted > query.cores)
      resize(query, std::min(wanted, query.cores + freeCores()));
  }
  if (ready && !ready->running())
    noteConflict(*ready);
  ready = nullptr;
}
} // namespace

std::unique_ptr<Scheduler> createFixedBlocks(const SchedulerOptions &options,
                                             const TimeModel &model,
                                             uint32_t blockLayers) {
  return std::make_unique<FixedBlocks>(options, model, blockLayers);
}

} // namespace veltair
