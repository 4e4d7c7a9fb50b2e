// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adaptive scheduling by layer blocks.
//
// The most urgent query goes first, by the deadlines of those that can keep
// them; when not all can, Triage says who gives way. Its next block gets the
// cores that it needs to keep to its share of the target, or more as long as
// these are used well; the rest goes to the next query. A block's need is told
// anew at each decision from the progress that it should have made, so a late
// block grows; cores are taken back at chunk boundaries. Blocks shrink as the
// load grows.

#include "runtime/scheduler/BlockPlan.h"
#include "runtime/scheduler/Policies.h"
#include "runtime/scheduler/SchedulerBase.h"
#include "runtime/scheduler/Triage.h"

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
    Time due = 0;           // its deadline, or what stands for one
    unsigned demand = 1;    // of the whole model, when it arrived
    Time blockDeadline = 0; // of the running block
    unsigned blockDemand = 1;
    double progress = 0; // share of the block that should be done by `updated`
    Time updated = 0;
  };

  // What one decision knows of a query.
  struct Candidate {
    BlockQuery *query;
    bool late;          // gives way to those that are not
    BlockPlan plan{};   // of a running block: what it needs now
    unsigned share = 0; // cores that it gets
  };

  std::unique_ptr<Query> newQuery() override {
    return std::make_unique<BlockQuery>();
  }
  void tenantChanged(TenantId tenant) override;
  void tenantRemoved(TenantId tenant) override { records.erase(tenant); }
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
  double restOf(const BlockQuery &query, double all, double afterBlock) const;
  bool isLate(Time now, const BlockQuery &query);
  void updateTheta();
  void updateProgress(Time now, BlockQuery &query);
  void orderCandidates(Time now);
  BlockPlan plan(Time now, const BlockQuery &query, bool late);
  unsigned needNow(Time now, const BlockQuery &query, bool late);
  void lendSpareCores(unsigned spare);
  void applyShares(Time now);

  std::map<TenantId, TenantRecord> records;
  std::vector<Candidate> candidates; // reused, as the next two
  std::vector<Claim> claims;
  Triage triage;
  unsigned demands = 0; // summed over all queries
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

// What is left of an amount that is `all` for the layers not yet done and
// `afterBlock` for those after the running block.
double Veltair::restOf(const BlockQuery &query, double all,
                       double afterBlock) const {
  double share = query.running() ? std::max(1 - query.progress, 0.0) : 1;
  return (afterBlock + (all - afterBlock) * share) * query.program->correction;
}

// Whether the query misses its deadline even if it got every core now.
bool Veltair::isLate(Time now, const BlockQuery &query) {
  if (query.deadline == never)
    return false;
  const ProgramTimes &t = times(query);
  unsigned next = query.running() ? query.blockEnd() : query.layersDone;
  double rest = restOf(query, double(t.fastestRest(query.layersDone)),
                       double(t.fastestRest(next)));
  return double(now) + rest > double(query.deadline);
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

void Veltair::tenantChanged(TenantId id) {
  records[id].priority = tenant(id).priority;
  records[id].percentile = tenant(id).percentile;
}

void Veltair::queryArrived(Time now, Query &base) {
  BlockQuery &query = blockQuery(base);
  query.updated = now;
  Time qos = tenant(query.tenant).qos;
  Time span = qos == never ? scaled(predict(query, 0, query.layerCount(), 1),
                                    nominalTargetFactor)
                           : scaled(qos, options.margin);
  query.target = query.arrival + std::min(span, never - query.arrival);
  query.due = qos == never ? query.target : query.deadline;
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
  // The first block runs from cold caches, so the second replaces what it
  // taught; then a mean, and in the long run one that forgets.
  double gain = std::max(1.0 / std::max(state.corrections, 1u), 0.1);
  state.correction *= 1 + gain * (ratio - 1);
  state.correction = std::clamp(state.correction, 1e-3, 1e3);
  ++state.corrections;
}

void Veltair::blockEnded(Time now, Query &query) { ready = &blockQuery(query); }

void Veltair::queryEnded(Time now, Query &query, bool completed) {
  if (completed)
    records[query.tenant].queryEnded(now > query.deadline);
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

// Those that keep their deadlines, the most urgent first; then the others, by
// priority and age.
void Veltair::orderCandidates(Time now) {
  candidates.clear();
  for (const auto &base : queries()) {
    BlockQuery &query = blockQuery(*base);
    updateProgress(now, query);
    candidates.push_back({&query, isLate(now, query)});
  }
  auto urgency = [&](const Candidate &c) {
    int priority = c.late ? -int(records.at(c.query->tenant).priority) : 0;
    Time time = c.late ? c.query->arrival : c.query->due;
    return std::tuple(c.late, priority, time, c.query->id);
  };
  auto sort = [&] {
    std::sort(candidates.begin(), candidates.end(),
              [&](const Candidate &a, const Candidate &b) {
                return urgency(a) < urgency(b);
              });
  };
  sort();
  claims.clear();
  for (const Candidate &c : candidates) {
    if (c.late)
      break;
    const ProgramTimes &t = times(*c.query);
    unsigned next =
        c.query->running() ? c.query->blockEnd() : c.query->layersDone;
    double work =
        restOf(*c.query, t.restWork(c.query->layersDone), t.restWork(next));
    claims.push_back({c.query->due, work, &records.at(c.query->tenant)});
  }
  triage.run(now, std::max(coreCount(), 1u), claims);
  for (size_t i = 0; i < claims.size(); ++i)
    candidates[i].late = !claims[i].kept;
  sort();
}

void Veltair::dispatch(Time now) {
  orderCandidates(now);
  unsigned spare = coreCount();
  for (Candidate &c : candidates) {
    if (!spare)
      break;
    const BlockQuery &query = *c.query;
    if (query.running())
      c.plan = {query.blockLayers, needNow(now, query, c.late), 0};
    else
      c.plan = plan(now, query, c.late);
    unsigned first = query.layersDone;
    unsigned useful = std::max(
        c.plan.cores, times(query).efficientTeam(first, first + c.plan.layers));
    c.share = std::min(useful, spare);
    spare -= c.share;
  }
  if (spare)
    lendSpareCores(spare);
  applyShares(now);
  if (ready && !ready->running())
    noteConflict(*ready);
  ready = nullptr;
}

// Lends cores that nobody uses well to blocks that they make faster. There are
// some only if every candidate has its share.
void Veltair::lendSpareCores(unsigned spare) {
  for (Candidate &c : candidates) {
    unsigned first = c.query->layersDone;
    unsigned fastest =
        times(*c.query).demand(first, first + c.plan.layers, /*budget=*/-1);
    unsigned more = std::min(fastest - std::min(c.share, fastest), spare);
    c.share += more;
    spare -= more;
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
