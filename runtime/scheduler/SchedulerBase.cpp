// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/SchedulerBase.h"

#include <algorithm>
#include <cassert>

namespace veltair {

namespace {
template <typename... Ts> struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;
} // namespace

void SchedulerBase::handle(Time now, const Event &event, Decision &decision) {
  decision.clear();
  wakeUp = never;
  apply(now, event);
  dispatch(now);
  emit(decision);
  decision.wakeUp = wakeUp;
}

void SchedulerBase::apply(Time now, const Event &event) {
  std::visit(Overloaded{
                 [&](const TenantChanged &e) {
                   tenants[e.tenant] = e.info;
                   if (cores)
                     for (const auto &program : e.info.programs)
                       versionTable(program);
                   tenantChanged(e.tenant);
                 },
                 [&](const TenantRemoved &e) {
                   tenantRemoved(e.tenant);
                   tenants.erase(e.tenant);
                   // Tables that no tenant's program uses any more.
                   std::erase_if(tables, [&](const auto &entry) {
                     return entry.second.program.use_count() == 1;
                   });
                 },
                 [&](const QueryArrived &e) {
                   const TenantInfo &info = tenants.at(e.tenant);
                   auto query = std::make_unique<Query>();
                   query->id = e.query;
                   query->tenant = e.tenant;
                   query->program = info.programs.at(e.program);
                   query->arrival = e.arrival;
                   query->deadline = info.qos >= never - e.arrival
                                         ? never
                                         : e.arrival + info.qos;
                   active.push_back(std::move(query));
                   queryArrived(now, *active.back());
                 },
                 [&](const LayerEnded &e) {
                   Query &query = find(e.query);
                   query.layersDone = e.layersDone;
                   layerEnded(now, query);
                 },
                 [&](const BlockEnded &e) {
                   Query &query = find(e.query);
                   ++counts.blocks;
                   counts.versionSwitches += e.versionSwitches;
                   release(query);
                   query.layersDone = e.layersDone;
                   if (query.layersDone == query.layerCount())
                     finish(now, e.query, /*completed=*/true);
                   else
                     blockEnded(now, query);
                 },
                 [&](const QueryCancelled &e) {
                   release(find(e.query));
                   finish(now, e.query, /*completed=*/false);
                 },
                 [&](const CoresChanged &e) {
                   cores = e.cores;
                   takeCoresLost();
                   coresChanged();
                 },
                 [&](const InterferenceSampled &e) { interferenceSampled(e); },
                 [&](const TimerFired &) {},
             },
             event);
}

SchedulerBase::Query &SchedulerBase::find(QueryId id) {
  auto it = std::find_if(active.begin(), active.end(),
                         [&](const auto &q) { return q->id == id; });
  assert(it != active.end() && "event for an unknown query");
  return **it;
}

void SchedulerBase::finish(Time now, QueryId id, bool completed) {
  auto it = std::find_if(active.begin(), active.end(),
                         [&](const auto &q) { return q->id == id; });
  queryEnded(now, **it, completed);
  active.erase(it);
}

void SchedulerBase::release(Query &query) {
  granted -= query.cores;
  query.cores = 0;
  query.blockLayers = 0;
  query.conflicted = false;
}

// Takes cores from the largest teams, the youngest among equals, until the
// grants fit what is left.
void SchedulerBase::takeCoresLost() {
  while (granted > cores) {
    Query *largest = nullptr;
    for (const auto &query : active)
      if (query->cores && (!largest || query->cores >= largest->cores))
        largest = query.get();
    touch(*largest);
    --largest->cores;
    --granted;
  }
}

void SchedulerBase::start(Query &query, uint32_t layers, uint32_t teamCores,
                          uint32_t demand) {
  assert(!query.running() && teamCores && teamCores <= freeCores());
  if (teamCores < demand)
    noteConflict(query);
  touch(query);
  query.blockFirst = query.layersDone;
  query.blockLayers =
      std::clamp(layers, 1u, query.layerCount() - query.layersDone);
  query.cores = teamCores;
  granted += teamCores;
}

void SchedulerBase::noteConflict(Query &query) {
  if (!query.conflicted)
    ++counts.conflicts;
  query.conflicted = true;
}

void SchedulerBase::resize(Query &query, uint32_t teamCores) {
  assert(query.running());
  if (teamCores == query.cores)
    return;
  touch(query);
  granted += teamCores - query.cores;
  query.cores = teamCores;
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
                                   versionTable(query->program)});
  for (Query *query : changed)
    query->touched = false;
  changed.clear();
}

const std::shared_ptr<const VersionTable> &
SchedulerBase::versionTable(const std::shared_ptr<const ProgramInfo> &program) {
  if (tableCores < cores) {
    tableCores = cores;
    tables.clear();
  }
  TableEntry &entry = tables[program.get()];
  if (!entry.table) {
    entry.program = program;
    entry.table = std::make_shared<VersionTable>(*program, model, tableCores,
                                                 options.versions);
  }
  return entry.table;
}

} // namespace veltair
