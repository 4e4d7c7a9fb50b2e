// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adaptive scheduling by layer blocks.
//
// Each query gets the cores that its next block needs to keep to its share of
// the target; cores beyond the needs are lent to whoever gains, and taken back
// at a chunk boundary when a block needs them. A block's need is told anew at
// each decision from the progress that it should have made, so that a late
// block grows and an early one gives cores back. Blocks shrink as the load
// grows.

#include "runtime/scheduler/BlockPlan.h"
#include "runtime/scheduler/Policies.h"
#include "runtime/scheduler/SchedulerBase.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace veltair {

namespace {

// A tenant without a target is planned as if it had one of so many times its
// one-core time.
constexpr double nominalTargetFactor = 10;

// The load (summed demands over cores) up to which whole models are blocks, and
// the one from which blocks are smallest.
constexpr double idleLoad = 0.5;
constexpr double fullLoad = 1.5;

Time scaled(Time time, double factor) {
  return Time(std::clamp(double(time) * factor, -9e18, 9e18));
}

class Veltair final : public SchedulerBase {
public:
  using SchedulerBase::SchedulerBase;

private:
  struct BlockQuery final : Query {
    Time target = 0;        // when it should be done
    unsigned demand = 1;    // of the whole model, when it arrived
    Time blockDeadline = 0; // of the running block
    unsigned blockDemand = 1;
    double progress = 0; // share of the block that should be done by `updated`
    Time updated = 0;
  };

  // A query that may get cores in one decision.
  struct Candidate {
    BlockQuery *query;
    bool late;
    std::tuple<bool, int, Time, QueryId> order; // urgent first
    BlockPlan plan;      // of a running block: what it needs now
    unsigned share = 0;  // cores that it gets
    unsigned useful = 0; // more cores than this make it no faster

    bool operator<(const Candidate &other) const { return order < other.order; }
  };

  std::unique_ptr<Query> newQuery() override {
    return std::make_unique<BlockQuery>();
  }
  void queryArrived(Time now, Query &query) override;
  void blockEnding(Time now, Query &query) override;
  void blockEnded(Time now, Query &query) override;
  void queryEnded(Time now, Query &query, bool completed) override;
  void dispatch(Time now) override;

  static BlockQuery &blockQuery(Query &query) {
    return static_cast<BlockQuery &>(query);
  }
  Time predict(const BlockQuery &query, unsigned first, unsigned last,
               unsigned cores);
  bool isLate(Time now, const BlockQuery &query);
  void updateTheta();
  void updateProgress(Time now, BlockQuery &query);
  void consider(Time now, BlockQuery &query);
  BlockPlan plan(Time now, const BlockQuery &query, bool late);
  unsigned needNow(Time now, const BlockQuery &query, bool late);
  void lendSpareCores(unsigned spare);
  void applyShares(Time now);

  std::vector<Candidate> candidates; // reused
  unsigned demands = 0;              // summed over all queries
  unsigned theta = 0;
  BlockQuery *ready = nullptr; // whose block this event made ready
};

//===----------------------------------------------------------------------===//
// Predictions
//===----------------------------------------------------------------------===//

Time Veltair::predict(const BlockQuery &query, unsigned first, unsigned last,
                      unsigned cores) {
  return scaled(times(query).time(first, last, cores),
                query.program->correction);
}

// Whether the query misses its deadline even if it got every core now.
bool Veltair::isLate(Time now, const BlockQuery &query) {
  if (query.deadline == never)
    return false;
  const ProgramTimes &t = times(query);
  double rest = double(t.fastestRest(query.layersDone));
  if (query.running()) {
    double afterBlock = double(t.fastestRest(query.blockEnd()));
    rest = afterBlock + (rest - afterBlock) * std::max(1 - query.progress, 0.0);
  }
  return double(now) + rest * query.program->correction >
         double(query.deadline);
}

void Veltair::updateProgress(Time now, BlockQuery &query) {
  if (query.running() && query.cores)
    query.progress +=
        double(now - query.updated) /
        double(std::max<Time>(
            predict(query, query.blockFirst, query.blockEnd(), query.cores),
            1));
  query.updated = now;
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

void Veltair::queryArrived(Time now, Query &base) {
  BlockQuery &query = blockQuery(base);
  query.updated = now;
  Time qos = tenant(query.tenant).qos;
  Time span = qos == never ? scaled(predict(query, 0, query.layerCount(), 1),
                                    nominalTargetFactor)
                           : scaled(qos, options.margin);
  query.target = query.arrival + std::min(span, never - query.arrival);
  query.demand = times(query).demand(
      0, query.layerCount(), scaled(span, 1 / query.program->correction));
  demands += query.demand;
  updateTheta();
  ready = &query;
}

// A block that should have been done 1.5 times was predicted 1.5 times too
// short.
void Veltair::blockEnding(Time now, Query &base) {
  BlockQuery &query = blockQuery(base);
  updateProgress(now, query);
  ProgramState &state = *query.program;
  double ratio = std::clamp(query.progress, 0.01, 100.0);
  state.correction *= state.corrected ? 1 + 0.1 * (ratio - 1) : ratio;
  state.correction = std::clamp(state.correction, 1e-3, 1e3);
  state.corrected = true;
}

void Veltair::blockEnded(Time now, Query &query) { ready = &blockQuery(query); }

void Veltair::queryEnded(Time now, Query &query, bool completed) {
  demands -= blockQuery(query).demand;
  updateTheta();
}

// Falls at once when the load grows; rises only by more than a step, or when
// the machine is nearly idle.
void Veltair::updateTheta() {
  unsigned cores = std::max(coreCount(), 1u);
  double load = double(demands) / cores;
  double share = (fullLoad - load) / (fullLoad - idleLoad);
  unsigned wanted = unsigned(std::lround(cores * std::clamp(share, 0.0, 1.0)));
  unsigned step = std::max(1u, cores / 8);
  if (wanted < theta || wanted > theta + step || load <= idleLoad)
    theta = wanted;
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

BlockPlan Veltair::plan(Time now, const BlockQuery &query, bool late) {
  const ProgramTimes &t = times(query);
  unsigned first = query.layersDone, last = query.layerCount();
  Time budget = query.target - now;
  // A query that cannot keep its target is planned as if it were on time, so
  // that it takes no more than its share from the others.
  if (late || budget <= 0)
    budget =
        scaled(query.target - query.arrival,
               double(t.time(first, last, 1)) / double(t.time(0, last, 1)));
  budget = std::max<Time>(scaled(budget, 1 / query.program->correction), 1);
  return planBlock(t, first, budget, theta);
}

// The cores with which the running block ends in time, by what it should have
// done so far.
unsigned Veltair::needNow(Time now, const BlockQuery &query, bool late) {
  if (late)
    return query.blockDemand;
  double rest = std::max(1 - query.progress, 0.05);
  Time budget =
      scaled(query.blockDeadline - now, 1 / (query.program->correction * rest));
  return times(query).demand(query.blockFirst, query.blockEnd(), budget);
}

void Veltair::consider(Time now, BlockQuery &query) {
  bool late = isLate(now, query);
  int priority = late ? -int(tenant(query.tenant).priority) : 0;
  Time time = late ? query.arrival : query.target;
  candidates.push_back({&query, late, {late, priority, time, query.id}, {}});
}

void Veltair::dispatch(Time now) {
  candidates.clear();
  unsigned spare = coreCount();
  for (const auto &base : queries()) {
    BlockQuery &query = blockQuery(*base);
    if (!query.running())
      continue;
    updateProgress(now, query);
    consider(now, query);
    Candidate &c = candidates.back();
    c.plan = {query.blockLayers, needNow(now, query, c.late), 0};
    c.share = std::min(query.cores, c.plan.cores);
    spare -= c.share;
  }
  if (spare) {
    size_t running = candidates.size();
    for (const auto &query : queries())
      if (!query->running())
        consider(now, blockQuery(*query));
    // Each that is ready takes at least one core: more are not looked at.
    auto firstReady = candidates.begin() + ptrdiff_t(running);
    if (candidates.size() > running + spare) {
      std::nth_element(firstReady, firstReady + spare, candidates.end());
      candidates.erase(firstReady + spare, candidates.end());
    }
    std::sort(candidates.begin(), candidates.end());
    for (Candidate &c : candidates) {
      if (!spare)
        break;
      if (!c.query->running())
        c.plan = plan(now, *c.query, c.late);
      unsigned more =
          std::min(c.plan.cores - std::min(c.share, c.plan.cores), spare);
      c.share += more;
      spare -= more;
    }
    if (spare)
      lendSpareCores(spare);
  }
  applyShares(now);
  if (ready && !ready->running())
    noteConflict(*ready);
  ready = nullptr;
}

// Lends cores that nobody needs, one at a time in turn, to blocks that they
// make faster.
void Veltair::lendSpareCores(unsigned spare) {
  for (Candidate &c : candidates) {
    unsigned first = c.query->layersDone;
    c.useful =
        times(*c.query).demand(first, first + c.plan.layers, /*budget=*/-1);
  }
  for (bool lent = true; spare && lent;) {
    lent = false;
    for (Candidate &c : candidates) {
      if (!spare || c.share >= c.useful)
        continue;
      ++c.share;
      --spare;
      lent = true;
    }
  }
}

void Veltair::applyShares(Time now) {
  // First take, then give.
  for (const Candidate &c : candidates)
    if (c.query->running() && c.share < c.query->cores)
      resize(*c.query, c.share);
  for (const Candidate &c : candidates) {
    BlockQuery &query = *c.query;
    if (query.running()) {
      resize(query, c.share);
    } else if (c.share) {
      query.blockDemand = c.plan.cores;
      query.blockDeadline =
          now + scaled(c.plan.budget, query.program->correction);
      query.progress = 0;
      query.updated = now;
      start(query, c.plan.layers, c.share, c.plan.cores);
    }
  }
}

} // namespace

std::unique_ptr<Scheduler> createVeltair(const SchedulerOptions &options,
                                         const TimeModel &model) {
  return std::make_unique<Veltair>(options, model);
}

} // namespace veltair
