// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Veltair.h"
#include "runtime/scheduler/Policies.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace veltair {

// A tenant without a target is planned as if it had one of so many times its
// one-core time.
static constexpr double nominalTargetFactor = 10;

// The load (summed demands over cores) up to which whole models are blocks, and
// the one from which blocks are smallest.
static constexpr double idleLoad = 0.5;
static constexpr double fullLoad = 1.5;

// The share of a team's core time that must be as useful as one core's, under
// these loads: what is wasted, others lack.
static constexpr double idleEfficiency = 0.8;
static constexpr double fullEfficiency = 0.95;

// How often the tenants' fair shares are looked at.
static constexpr double sharePeriod = 0.1e9;

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

void Veltair::tenantChanging(TenantId id, const TenantInfo &info) {
  reserveFor(byShare, records.size() + 1);
  auto [it, isNew] = records.try_emplace(id);
  TenantRecord &record = it->second;
  if (isNew)
    byShare.push_back(&record);
  record.priority = info.priority;
  record.qosShare = info.qosShare;
  record.qos = info.qos;
  limitTurns();
}

void Veltair::tenantRemoved(TenantId id) {
  auto it = records.find(id);
  std::erase(byShare, &it->second);
  records.erase(it);
  limitTurns();
}

void Veltair::reserve(size_t queries, TenantId tenant) {
  hopefuls.reserve(queries);
  bestEffort.reserve(queries);
  reserveFor(claims, queries);
  for (auto *buffer : {&claimants, &givingWay, &served, &serving})
    reserveFor(*buffer, queries);
  TenantRecord &record = records.at(tenant);
  record.reserve(record.underway + 1);
  triage.reserve(records.size(), queries);
}

void Veltair::queryArrived(Time now, Query &base) {
  BlockQuery &query = blockQuery(base);
  query.record = &records.at(query.tenant);
  ++query.record->underway;
  query.updated = now;
  bool aims = query.deadline != never;
  double qos = aims ? double(tenant(query.tenant).qos)
                    : nominalTargetFactor * workLeft(query);
  query.span = after(0, qos * (aims ? options.margin : 1));
  query.due = after(query.arrival, qos);
  query.target = after(query.arrival, double(query.span));
  query.patience = patienceOf(query);
  query.work = workLeft(query);
  if (aims && !isLate(now, query))
    query.record->queryArrived(now, query.work);
  query.demand = times(query).demand(0, query.layerCount(), query.span,
                                     query.program->correction);
  query.hopeful = aims;
  enqueue(query);
  demands += query.demand;
  loadChanged();
  updateShares(now);
  ready = &query;
}

void Veltair::blockEnding(Time now, Query &query) {
  updateProgress(now, blockQuery(query));
  query.program->correction.learn(blockQuery(query).progress);
}

void Veltair::blockEnded(Time now, Query &query) {
  ready = &blockQuery(query);
  // If its cores had been taken from it, it is not among those that are served.
  lookAt(now, *ready);
}

void Veltair::queryEnded(Time now, Query &base, End end) {
  BlockQuery &query = blockQuery(base);
  // The others were recorded when they missed their deadline.
  if (end != End::cancelled && query.hopeful)
    query.record->queryEnded(end == End::shed || now > query.deadline);
  if (turn.query == &query)
    endTurn(now);
  --query.record->underway;
  dequeue(query);
  std::erase(serving, &query);
  demands -= query.demand;
  loadChanged();
}

void Veltair::coresChanging(Time now) {
  for (BlockQuery *query : serving)
    updateProgress(now, *query);
}

// It asked for the machine all the same: a miss without its load would be none
// of the tenant's excess.
void Veltair::queryNeverArrived(Time now, const Query &query, End end) {
  if (query.deadline == never)
    return;
  TenantRecord &record = records.at(query.tenant);
  if (double(query.arrival) + fastestRest(query) <= double(query.deadline))
    record.queryArrived(now, restWork(query));
  updateShares(now);
  if (end == End::shed || now > query.deadline)
    record.queryEnded(/*missed=*/true);
}

// Theta falls at once when the load grows; it rises only by more than a step,
// or when the machine is nearly idle.
void Veltair::loadChanged() {
  unsigned cores = std::max(coreCount(), 1u);
  double load = double(demands) / cores;
  double idle = std::clamp((fullLoad - load) / (fullLoad - idleLoad), 0.0, 1.0);
  efficiency = std::lerp(fullEfficiency, idleEfficiency, idle);
  unsigned wanted = unsigned(std::lround(cores * idle));
  unsigned step = std::max(1u, cores / 8);
  if (wanted < theta || wanted > theta + step || load <= idleLoad)
    theta = wanted;
}

void Veltair::updateShares(Time now) {
  if (now < nextShares)
    return;
  nextShares = after(now, sharePeriod);
  shareFairly(now, std::max(coreCount(), 1u), byShare);
}

//===----------------------------------------------------------------------===//
// Who goes first
//===----------------------------------------------------------------------===//

void Veltair::enqueue(BlockQuery &query) {
  if (query.hopeful) {
    hopefuls.insert(query);
  } else {
    bestEffort.insert(query);
    bestEffortWork += query.work;
    firstPatient = std::min(firstPatient, query.patienceEnd());
  }
}

void Veltair::dequeue(BlockQuery &query) {
  if (query.hopeful) {
    hopefuls.erase(query);
    return;
  }
  bestEffort.erase(query);
  bestEffortWork = bestEffort.empty() ? 0 : bestEffortWork - query.work;
  if (query.patienceEnd() <= firstPatient)
    findFirstPatient();
}

void Veltair::giveUpMissed(Time now) {
  while (!hopefuls.empty() && hopefuls.front().due < now) {
    BlockQuery &query = hopefuls.front();
    query.record->queryEnded(/*missed=*/true);
    dequeue(query);
    query.hopeful = false;
    enqueue(query);
  }
}

// Sorts those with a deadline to keep into claimants, of whom those kept will
// be in time, and those who give way.
void Veltair::findWhoGivesWay(Time now) {
  claims.clear();
  claimants.clear();
  givingWay.clear();
  for (BlockQuery *query : hopefuls) {
    query->work = workLeft(*query);
    if (isLate(now, *query)) {
      givingWay.push_back(query);
      continue;
    }
    double until = (double(query->due) - double(now)) * coreCount();
    claims.push_back(
        {until - turnWork(now, query->due), query->work, query->record});
    claimants.push_back(query);
  }
  slack = triage.run(claims);
  for (size_t i = 0; i < claims.size(); ++i) {
    if (!claims[i].kept)
      givingWay.push_back(claimants[i]);
    else // it cannot use all cores well
      slack = std::min(slack, spareTime(now, *claimants[i]) * coreCount());
  }
  std::sort(givingWay.begin(), givingWay.end(),
            [](const BlockQuery *a, const BlockQuery *b) {
              return a->shortness() < b->shortness();
            });
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

void Veltair::lookAt(Time now, BlockQuery &query) {
  updateProgress(now, query);
  if (query.hopeful)
    return; // the work of hopefuls is not what they are ordered by
  bestEffort.erase(query);
  bestEffortWork -= query.work;
  query.work = workLeft(query);
  bestEffort.insert(query);
  bestEffortWork += query.work;
}

void Veltair::dispatch(Time now) {
  for (BlockQuery *query : serving)
    lookAt(now, *query);
  giveUpMissed(now);
  giveTurn(now);
  findWhoGivesWay(now);
  shareCores(now);
  wakeForTurns();
  applyShares(now);
  if (ready && !ready->running())
    noteConflict(*ready);
  ready = nullptr;
}

// They may have a share of the slack, and then as much of the time that passes:
// others that will come need some of it.
double Veltair::lateBudget(Time now) {
  double allowed = options.lateShare * coreCount();
  lateSpent += (lateCores - allowed) * double(now - latestDecision);
  lateSpent = std::max(lateSpent, 0.0);
  latestDecision = now;
  return options.lateShare * slack - lateSpent;
}

void Veltair::shareCores(Time now) {
  for (BlockQuery *query : serving)
    query->share = 0;
  served.clear();
  unsigned spare = coreCount();
  if (turn.query && spare)
    serve(now, *turn.query, /*late=*/true, spare);
  unsigned others = spare;
  auto way = givingWay.begin();
  auto effort = bestEffort.begin();
  // The late ones, the shortest first, up to so much work.
  auto serveLate = [&](double work) {
    while (spare && (way != givingWay.end() || effort != bestEffort.end())) {
      if (effort != bestEffort.end() && *effort == turn.query) {
        ++effort; // it has its share
        continue;
      }
      bool givesWay = effort == bestEffort.end() ||
                      (way != givingWay.end() &&
                       (*way)->shortness() < (*effort)->shortness());
      BlockQuery &query = givesWay ? **way : **effort;
      if (query.work > work)
        return;
      work -= query.work;
      givesWay ? void(++way) : void(++effort);
      serve(now, query, /*late=*/true, spare);
    }
  };
  serveLate(lateBudget(now));
  // They owe it to those that are kept waiting, if there are any.
  bool anyKept = std::any_of(claims.begin(), claims.end(),
                             [](const Triage::Claim &c) { return c.kept; });
  lateCores = anyKept ? others - spare : 0;
  for (size_t i = 0; i < claims.size() && spare; ++i)
    if (claims[i].kept)
      serve(now, *claimants[i], /*late=*/false, spare);
  serveLate(std::numeric_limits<double>::infinity());
  if (spare)
    lendSpareCores(spare);
}

// Gives the query what it needs, or more that it uses well.
void Veltair::serve(Time now, BlockQuery &query, bool late, unsigned &spare) {
  if (query.running())
    query.plan = {query.blockLayers, needNow(now, query, late), 0};
  else
    query.plan = plan(now, query, late);
  unsigned first = query.layersDone;
  unsigned useful = std::max(
      query.plan.cores,
      times(query).efficientTeam(first, first + query.plan.layers, efficiency,
                                 query.program->correction));
  query.share = useful <= spare
                    ? useful
                    : times(query).demand(first, first + query.plan.layers,
                                          /*budget=*/-1,
                                          query.program->correction, spare);
  spare -= query.share;
  served.push_back(&query);
}

// Lends cores that nobody uses well to blocks that they make faster. There are
// some only if every query has its share.
void Veltair::lendSpareCores(unsigned spare) {
  for (BlockQuery *query : served) {
    unsigned first = query->layersDone;
    unsigned fastest =
        times(*query).demand(first, first + query->plan.layers, /*budget=*/-1,
                             query->program->correction, query->share + spare);
    unsigned more = std::min(fastest - std::min(query->share, fastest), spare);
    query->share += more;
    spare -= more;
  }
}

void Veltair::applyShares(Time now) {
  // First take, then give.
  for (BlockQuery *query : serving)
    if (query->running() && query->share < query->cores)
      resize(*query, query->share);
  for (BlockQuery *query : served) {
    if (query->running()) {
      query->updated = now;
      resize(*query, query->share);
      continue;
    }
    query->blockDemand = query->plan.cores;
    query->blockDeadline = after(now, double(query->plan.budget));
    query->progress = {};
    query->updated = now;
    start(*query, query->plan.layers, query->share, query->plan.cores);
  }
  std::swap(serving, served);
}

std::unique_ptr<Scheduler> createVeltair(const SchedulerOptions &options,
                                         const TimeModel &model) {
  return std::make_unique<Veltair>(options, model);
}

} // namespace veltair
