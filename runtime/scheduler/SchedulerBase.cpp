// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/SchedulerBase.h"

#include <algorithm>
#include <cassert>

namespace veltair {

void SchedulerBase::handle(Time now, const Event &event, Decision &decision) {
  decision.clear();
  wakeUp = never;
  latest = now;
  if (std::holds_alternative<QueryArrived>(event))
    reserveFor(decision.grants, active.size() + 1);
  std::visit([&](const auto &e) { apply(now, e); }, event);
  dispatch(now);
  emit(decision);
  decision.wakeUp = wakeUp;
}

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

// What may throw comes first, so that nothing has changed then.
void SchedulerBase::apply(Time now, const TenantChanged &e) {
  std::map<TenantId, Tenant> made;
  Tenant &tenant = made[e.tenant];
  tenant.info = e.info;
  tenant.tables = e.tables ? std::static_pointer_cast<Tables>(e.tables)
                           : std::make_shared<Tables>();
  makeTables(tenant.info, cores, *tenant.tables);
  tenantChanging(e.tenant, e.info);
  if (auto it = tenants.find(e.tenant); it != tenants.end()) {
    tenant.counts = it->second.counts;
    it->second = std::move(tenant);
  } else {
    tenants.merge(made);
  }
}

void SchedulerBase::apply(Time now, const TenantRemoved &e) {
  tenants.erase(e.tenant);
  tenantRemoved(e.tenant);
}

// The same; and all memory that later events need is had here.
void SchedulerBase::apply(Time now, const QueryArrived &e) {
  std::unique_ptr<Query> query = newQuery();
  query->id = e.query;
  describe(*query, e.tenant, e.program, e.arrival);
  size_t count = active.size() + 1;
  reserveFor(active, count);
  reserveFor(changed, count);
  reserve(count, e.tenant);
  assert((active.empty() || active.back()->id < e.query) &&
         "identifiers must ascend");
  active.push_back(std::move(query));
  queryArrived(now, *active.back());
}

void SchedulerBase::describe(Query &query, TenantId id, uint32_t program,
                             Time arrival) {
  const Tenant &tenant = tenants.at(id);
  query.tenant = id;
  query.program = tenant.tables->programs.at(program);
  query.arrival = arrival;
  query.deadline = later(arrival, tenant.info.qos);
}

void SchedulerBase::apply(Time now, const LayerEnded &e) {
  Query &query = **find(e.query);
  query.layersDone = e.layersDone;
  layerEnded(now, query);
}

void SchedulerBase::apply(Time now, const BlockEnded &e) {
  auto it = find(e.query);
  Query &query = **it;
  counts.versionSwitches += e.versionSwitches;
  tenants.at(query.tenant).counts.versionSwitches += e.versionSwitches;
  blockEnding(now, query);
  release(query);
  query.layersDone = e.layersDone;
  if (query.layersDone < query.layerCount())
    return blockEnded(now, query);
  queryEnded(now, query, End::completed);
  active.erase(it);
}

void SchedulerBase::apply(Time now, const QueryCancelled &e) {
  auto it = find(e.query);
  release(**it);
  queryEnded(now, **it, e.shed ? End::shed : End::cancelled);
  active.erase(it);
}

void SchedulerBase::apply(Time now, const QueryNeverArrived &e) {
  Query query;
  describe(query, e.tenant, e.program, e.arrival);
  queryNeverArrived(now, query, e.shed ? End::shed : End::cancelled);
}

void SchedulerBase::apply(Time now, const CoresChanged &e) {
  coresChanging(now);
  cores = e.cores;
  for (auto &[id, tenant] : tenants)
    makeTables(tenant.info, cores, *tenant.tables);
  // Of tenants that have other programs by now.
  for (const auto &query : active)
    makeTimes(*query->program, cores);
  takeCoresLost();
}

void SchedulerBase::apply(Time now, const InterferenceSampled &e) {
  bucket = std::min(e.bucket, levelBucketCount - 1);
}

void SchedulerBase::apply(Time now, const TimerFired &) {}

SchedulerBase::Queries::iterator SchedulerBase::find(QueryId id) {
  auto it = std::lower_bound(
      active.begin(), active.end(), id,
      [](const auto &query, QueryId other) { return query->id < other; });
  assert(it != active.end() && (*it)->id == id && "event for an unknown query");
  return it;
}

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

void SchedulerBase::setCores(Query &query, uint32_t teamCores) {
  uint64_t coreTime = query.cores * uint64_t(latest - query.coresSince);
  counts.coreTime += coreTime;
  tenants.at(query.tenant).counts.coreTime += coreTime;
  granted += teamCores - query.cores;
  query.cores = teamCores;
  query.coresSince = latest;
}

void SchedulerBase::release(Query &query) {
  setCores(query, 0);
  query.blockLayers = 0;
  query.conflicted = false;
}

// Takes cores from the largest teams, the youngest among equals, until the
// grants fit what is left.
void SchedulerBase::takeCoresLost() {
  while (granted > cores) {
    Query &largest = **std::max_element(
        active.rbegin(), active.rend(),
        [](const auto &a, const auto &b) { return a->cores < b->cores; });
    touch(largest);
    setCores(largest, largest.cores - 1);
  }
}

void SchedulerBase::start(Query &query, uint32_t layers, uint32_t teamCores,
                          uint32_t demand) {
  assert(!query.running() && teamCores && teamCores <= freeCores());
  if (teamCores < demand)
    noteConflict(query);
  ++counts.blocks;
  ++tenants.at(query.tenant).counts.blocks;
  touch(query);
  query.blockFirst = query.layersDone;
  query.blockLayers =
      std::clamp(layers, 1u, query.layerCount() - query.layersDone);
  setCores(query, teamCores);
}

void SchedulerBase::noteConflict(Query &query) {
  if (query.conflicted)
    return;
  query.conflicted = true;
  ++counts.conflicts;
  ++tenants.at(query.tenant).counts.conflicts;
}

void SchedulerBase::resize(Query &query, uint32_t teamCores) {
  assert(query.running());
  if (teamCores == query.cores)
    return;
  touch(query);
  setCores(query, teamCores);
  assert(granted <= cores);
}

void SchedulerBase::setBlockEnd(Query &query, uint32_t end) {
  assert(query.running());
  end = std::clamp(end, query.blockFirst + 1, query.layerCount());
  if (end == query.blockEnd())
    return;
  touch(query);
  query.blockLayers = end - query.blockFirst;
}

void SchedulerBase::touch(Query &query) {
  if (query.touched)
    return;
  query.touched = true;
  query.coresBefore = query.cores;
  changed.push_back(&query);
}

void SchedulerBase::emit(Decision &decision) {
  // First those that take cores away.
  for (bool taking : {true, false})
    for (Query *query : changed)
      if ((query->cores < query->coresBefore) == taking)
        decision.grants.push_back({query->id, query->blockFirst,
                                   query->blockLayers, query->cores,
                                   query->program->versions});
  for (Query *query : changed)
    query->touched = false;
  changed.clear();
}

std::shared_ptr<TenantTables> SchedulerBase::prepare(const TenantInfo &info,
                                                     uint32_t forCores) const {
  auto tables = std::make_shared<Tables>();
  makeTables(info, forCores, *tables);
  return tables;
}

// Version tables serve fewer cores too; the predicted times are for just those
// that there are.
void SchedulerBase::makeTables(const TenantInfo &info, uint32_t forCores,
                               Tables &tables) const {
  forCores = std::max(forCores, 1u);
  if (tables.tableCores < forCores) {
    tables.tableCores = forCores;
    tables.programs.clear();
    VersionRules rules{options.numerics, info.forcedVersion};
    if (!rules.forcedVersion && !options.adaptVersions)
      rules.forcedVersion = 0;
    for (const auto &program : info.programs) {
      auto state = std::make_shared<ProgramState>();
      state->program = program;
      state->versions =
          std::make_shared<VersionTable>(*program, model, forCores, rules);
      tables.programs.push_back(std::move(state));
    }
  }
  for (const auto &state : tables.programs)
    makeTimes(*state, forCores);
}

void SchedulerBase::makeTimes(ProgramState &state, uint32_t forCores) const {
  forCores = std::max(forCores, 1u);
  if (!state.times.empty() && state.times.front().maxCores() == forCores)
    return;
  state.times.clear();
  for (unsigned level = 0; level < levelBucketCount; ++level)
    state.times.emplace_back(*state.program, *state.versions, model, forCores,
                             level);
}

} // namespace veltair
