// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Earliest deadline first (Liu and Layland, "Scheduling Algorithms for
// Multiprogramming in a Hard-Real-Time Environment", J. ACM 20(1), 1973),
// preemptive, on elastic teams: in the order of their deadlines queries get all
// the cores that make them faster. A model is one block, so a more urgent query
// takes cores at the next chunk boundary. Queries without a target come last.

#include "runtime/scheduler/Policies.h"
#include "runtime/scheduler/SchedulerBase.h"

#include <algorithm>
#include <tuple>

namespace veltair {

namespace {
class Edf final : public SchedulerBase {
public:
  using SchedulerBase::SchedulerBase;

private:
  struct Share {
    Query *query;
    uint32_t useful; // more cores than this make it no faster
    uint32_t cores;
  };

  void reserve(size_t queries, TenantId tenant) override {
    reserveFor(shares, queries);
  }
  void queryArrived(Time now, Query &query) override { arrived = &query; }
  void dispatch(Time now) override;

  std::vector<Share> shares; // reused
  Query *arrived = nullptr;  // by this event
};

void Edf::dispatch(Time now) {
  shares.clear();
  for (const auto &query : queries())
    shares.push_back({query.get(), 0, 0});
  std::sort(shares.begin(), shares.end(), [](const Share &a, const Share &b) {
    return std::tie(a.query->deadline, a.query->id) <
           std::tie(b.query->deadline, b.query->id);
  });
  uint32_t spare = coreCount();
  for (Share &share : shares) {
    const Query &query = *share.query;
    share.useful = times(query).demand(query.layersDone, query.layerCount(),
                                       /*budget=*/-1);
    share.cores = std::min(share.useful, spare);
    spare -= share.cores;
  }
  // First take, then give.
  for (const Share &share : shares)
    if (share.cores < share.query->cores)
      resize(*share.query, share.cores);
  for (const Share &share : shares) {
    if (share.query->running())
      resize(*share.query, share.cores);
    else if (share.cores)
      start(*share.query, share.query->layerCount(), share.cores, share.useful);
  }
  if (arrived && !arrived->running())
    noteConflict(*arrived);
  arrived = nullptr;
}
} // namespace

std::unique_ptr<Scheduler> createEdf(const SchedulerOptions &options,
                                     const TimeModel &model) {
  return std::make_unique<Edf>(options, model);
}

} // namespace veltair
