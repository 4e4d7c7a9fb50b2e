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

// After so many times its target, counted from its arrival, a query that missed
// its deadline gets another one.
static double patience(Priority priority) {
  switch (priority) {
  case Priority::low:
    return 9;
  case Priority::medium:
    return 3;
  case Priority::high:
    return 1;
  }
  return 1;
}

// The share of the machine that goes at most to such queries of a tenant, if it
// alone has some: as many as may be late, within bounds, so that others are
// still in time when there are too many queries.
static double renewalShare(const TenantRecord &tenant) {
  return std::clamp(1 - tenant.qosShare, 0.02, 0.05);
}

// How often the tenants' fair shares are looked at.
static constexpr double sharePeriod = 0.1e9;

// `never` if it lies beyond.
static Time after(Time time, double span) {
  return span >= double(never - time) ? never : time + Time(span);
}

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
}

void Veltair::tenantRemoved(TenantId id) {
  auto it = records.find(id);
  std::erase(byShare, &it->second);
  records.erase(it);
}

void Veltair::reserve(size_t queries) {
  hopefuls.reserve(queries);
  bestEffort.reserve(queries);
  reserveFor(claims, queries);
  for (auto *buffer : {&claimants, &givingWay, &served, &serving})
    reserveFor(*buffer, queries);
  for (auto &[id, record] : records)
    record.reserve(queries);
  triage.reserve(records.size(), queries);
}

void Veltair::queryArrived(Time now, Query &base) {
  using enum BlockQuery::State;
  BlockQuery &query = blockQuery(base);
  query.record = &records.at(query.tenant);
  query.updated = now;
  bool aims = query.deadline != never;
  double qos = aims ? double(tenant(query.tenant).qos)
                    : nominalTargetFactor * workLeft(query);
  query.span = after(0, qos * (aims ? options.margin : 1));
  query.due = after(query.arrival, qos);
  query.target = after(query.arrival, double(query.span));
  query.patience =
      std::max<Time>(after(0, qos * patience(query.record->priority)), 1);
  query.work = workLeft(query);
  if (aims && !isLate(now, query))
    query.record->queryArrived(now, query.work);
  query.demand = times(query).demand(0, query.layerCount(), query.span,
                                     query.program->correction);
  enqueue(query, aims ? hopeful : bestEffort);
  demands += query.demand;
  loadChanged();
  updateShares(now);
  ready = &query;
}

void Veltair::blockEnding(Time now, Query &query) {
  updateProgress(now, blockQuery(query));
  query.program->correction.learn(blockQuery(query).progress);
}

void Veltair::blockEnded(Time now, Query &query) { ready = &blockQuery(query); }

void Veltair::queryEnded(Time now, Query &base, End end) {
  BlockQuery &query = blockQuery(base);
  // The others were recorded when they missed their deadline.
  if (end != End::cancelled && query.state == BlockQuery::State::hopeful)
    query.record->queryEnded(end == End::shed || now > query.deadline);
  dequeue(query);
  std::erase(serving, &query);
  demands -= query.demand;
  loadChanged();
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

void Veltair::enqueue(BlockQuery &query, BlockQuery::State state) {
  query.state = state;
  if (state == BlockQuery::State::bestEffort) {
    bestEffort.insert(query);
    nextRenewal = std::min(
        nextRenewal, std::max(query.patienceEnd(), query.record->nextRenewal));
  } else {
    hopefuls.insert(query);
  }
}

void Veltair::dequeue(BlockQuery &query) {
  if (query.state == BlockQuery::State::bestEffort)
    bestEffort.erase(query);
  else
    hopefuls.erase(query);
}

void Veltair::giveUpMissed(Time now) {
  size_t firm = 0; // they stay
  while (firm < hopefuls.size() && hopefuls[firm].due < now) {
    BlockQuery &query = hopefuls[firm];
    if (query.state == BlockQuery::State::firm) {
      ++firm;
      continue;
    }
    query.record->queryEnded(/*missed=*/true);
    dequeue(query);
    enqueue(query, BlockQuery::State::bestEffort);
  }
}

// Without it, a query that is late once would wait as long as there are enough
// that can be in time. It is planned as if it had just arrived, but does not
// give way any more.
void Veltair::renewPatient(Time now) {
  while (now >= nextRenewal) {
    BlockQuery *query = mostPatient(now);
    if (!query)
      break;
    TenantRecord &record = *query->record;
    double machine = renewalShare(record) * std::max(coreCount(), 1u);
    record.nextRenewal = after(now, query->work * patientTenants / machine);
    dequeue(*query);
    query->due = after(now, double(query->due - query->arrival));
    query->target = after(now, double(query->span));
    enqueue(*query, BlockQuery::State::firm);
  }
  if (!bestEffort.empty())
    wakeUpAt(nextRenewal);
}

// The tenants take turns, so that none that floods the machine, or has long
// queries, keeps it from the others. Of a tenant, the one that has waited
// longest beyond its patience, as a multiple of it. Sets when to look again.
Veltair::BlockQuery *Veltair::mostPatient(Time now) {
  BlockQuery *most = nullptr;
  std::pair<Time, double> order;
  nextRenewal = never;
  patientTenants = 0;
  ++patienceScans;
  for (BlockQuery *query : bestEffort) {
    TenantRecord &record = *query->record;
    double waited = double(now - query->arrival) / double(query->patience);
    if (waited >= 1 && record.lastScan != patienceScans) {
      record.lastScan = patienceScans;
      ++patientTenants;
    }
    if (waited < 1 || now < record.nextRenewal) {
      nextRenewal = std::min(
          nextRenewal, std::max(query->patienceEnd(), record.nextRenewal));
      continue;
    }
    std::pair own(record.nextRenewal, -waited);
    if (!most || own < order) {
      most = query;
      order = own;
    }
  }
  if (most)
    nextRenewal = now;
  return most;
}

// Sorts those with a deadline to keep into claimants, of whom those kept will
// be in time or are firm, and those who give way.
void Veltair::findWhoGivesWay(Time now) {
  claims.clear();
  claimants.clear();
  givingWay.clear();
  for (BlockQuery *query : hopefuls) {
    query->work = workLeft(*query);
    bool firm = query->state == BlockQuery::State::firm;
    if (!firm && isLate(now, *query)) {
      givingWay.push_back(query);
      continue;
    }
    claims.push_back({query->due, query->work, firm ? nullptr : query->record});
    claimants.push_back(query);
  }
  slack = triage.run(now, std::max(coreCount(), 1u), claims);
  for (size_t i = 0; i < claims.size(); ++i) {
    if (!claims[i].kept)
      givingWay.push_back(claimants[i]);
    else if (claims[i].tenant) // it cannot use all cores well
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
  if (query.state != BlockQuery::State::bestEffort)
    return; // the work of hopefuls is not what they are ordered by
  bestEffort.erase(query);
  query.work = workLeft(query);
  bestEffort.insert(query);
}

void Veltair::dispatch(Time now) {
  for (BlockQuery *query : serving)
    lookAt(now, *query);
  giveUpMissed(now);
  renewPatient(now);
  findWhoGivesWay(now);
  shareCores(now);
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
  auto way = givingWay.begin();
  auto effort = bestEffort.begin();
  // The late ones, the shortest first, up to so much work.
  auto serveLate = [&](double work) {
    while (spare && (way != givingWay.end() || effort != bestEffort.end())) {
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
  // Alone they take nothing from others.
  lateCores = claims.empty() ? 0 : coreCount() - spare;
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
