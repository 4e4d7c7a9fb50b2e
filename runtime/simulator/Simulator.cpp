// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/simulator/Simulator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace veltair {

// As the executor's.
static constexpr Time samplePeriod = 10'000'000;

uint32_t Simulator::Query::cores() const {
  return std::accumulate(domains.begin(), domains.end(), 0u);
}

Simulator::Simulator(const Machine &machine, Scheduler &scheduler,
                     const TimeModel &model, const LinearProxy &proxy)
    : machine(machine), scheduler(scheduler), model(model),
      level({.proxy = proxy}) {
  for (uint32_t left = machine.cores; left;) {
    freeCores.push_back(std::min(left, machine.coresPerL3));
    left -= freeCores.back();
  }
  handle(CoresChanged{machine.cores});
}

void Simulator::addTenant(const TenantInfo &tenant) {
  tenants.push_back(tenant);
  handle(TenantChanged{TenantId(tenants.size() - 1), tenant});
}

void Simulator::run(std::span<const Arrival> arrivals, const QueryEnd &ended) {
  while (!arrivals.empty() || !queries.empty()) {
    Time next = arrivals.empty() ? never : arrivals.front().time;
    next = std::min(next, wakeUp);
    if (!queries.empty())
      next = std::min(next, nextSample);
    for (const auto &query : queries)
      next = std::min(next, query->finish);
    passTime(std::max(next, now));

    if (!finishLayers(ended))
      return;
    for (; !arrivals.empty() && arrivals.front().time <= now;
         arrivals = arrivals.subspan(1))
      arrive(arrivals.front());
    if (wakeUp <= now) {
      wakeUp = never;
      handle(TimerFired{});
    }
    if (nextSample <= now)
      sample();
    updateRates();
  }
}

void Simulator::arrive(const Arrival &arrival) {
  const ProgramInfo &program = *tenants[arrival.tenant].programs.front();
  auto query = std::make_unique<Query>();
  query->id = ++lastQuery;
  query->tenant = arrival.tenant;
  query->program = &program;
  query->arrival = arrival.time;
  query->domains.resize(machine.domains());
  queries.push_back(std::move(query));
  handle(QueryArrived{lastQuery, arrival.tenant, 0, arrival.time});
}

//===----------------------------------------------------------------------===//
// Grants
//===----------------------------------------------------------------------===//

void Simulator::handle(const Event &event) {
  scheduler.handle(now, event, decision);
  wakeUp = decision.wakeUp;
  for (const Grant &grant : decision.grants)
    apply(grant);
}

Simulator::Query &Simulator::find(QueryId id) {
  return **std::find_if(queries.begin(), queries.end(),
                        [&](const auto &query) { return query->id == id; });
}

void Simulator::apply(const Grant &grant) {
  Query &query = find(grant.query);
  bool starts = !query.versions;
  query.versions = grant.versions;
  query.blockEnd = grant.firstLayer + grant.layerCount;
  resize(query, grant.cores);
  if (starts)
    openLayer(query, double(machine.blockOverhead));
}

// A team grows where it is, then where most cores are free; it shrinks where
// it has fewest.
void Simulator::resize(Query &query, uint32_t cores) {
  std::vector<uint32_t> &own = query.domains;
  for (uint32_t has = query.cores(); has < cores; ++has) {
    size_t best = 0;
    for (size_t d = 1; d < own.size(); ++d)
      if (freeCores[d] &&
          (!freeCores[best] || std::pair(own[d], freeCores[d]) >
                                   std::pair(own[best], freeCores[best])))
        best = d;
    ++own[best];
    --freeCores[best];
  }
  for (uint32_t has = query.cores(); has > cores; --has) {
    size_t least = 0;
    for (size_t d = 1; d < own.size(); ++d)
      if (own[d] && (!own[least] || own[d] < own[least]))
        least = d;
    --own[least];
    ++freeCores[least];
  }
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

void Simulator::openLayer(Query &query, double overhead) {
  query.version =
      query.versions->version(query.layersDone, query.cores(), level.bucket());
  Time time = model.predict(*query.program, query.layersDone, query.version,
                            std::max(query.cores(), 1u), 0);
  query.left = 1 + overhead / double(time);
}

bool Simulator::finishLayers(const QueryEnd &ended) {
  // Ending a query moves the later ones.
  for (size_t i = 0; i < queries.size();) {
    Query &query = *queries[i];
    if (query.finish <= now && !finishLayer(query, ended))
      return false;
    i += i < queries.size() && queries[i].get() == &query;
  }
  return true;
}

// False to stop.
bool Simulator::finishLayer(Query &query, const QueryEnd &ended) {
  query.finish = never;
  auto count = uint32_t(query.program->layers.size());
  if (++query.layersDone < std::min(query.blockEnd, count)) {
    openLayer(query, /*overhead=*/0);
    if (scheduler.wantsLayerEnds())
      handle(LayerEnded{query.id, query.layersDone});
    return true;
  }
  resize(query, 0);
  query.versions.reset();
  BlockEnded event{query.id, query.layersDone};
  bool goOn = true;
  if (query.layersDone == count) {
    goOn = ended(query.tenant, query.arrival, now);
    std::erase_if(queries, [&](const auto &q) { return q.get() == &query; });
  }
  handle(event);
  return goOn;
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

void Simulator::passTime(Time until) {
  auto elapsed = double(until - now);
  for (const auto &query : queries) {
    if (query->finish == never)
      continue;
    query->left -= elapsed / query->contended;
    busy += elapsed * query->cores();
    quiet += elapsed * query->cores() * query->quiet / query->contended;
  }
  now = until;
}

void Simulator::updateRates() {
  activities.clear();
  auto runs = [](const Query &q) { return q.versions && q.cores(); };
  for (const auto &query : queries) {
    query->finish = never;
    if (!runs(*query))
      continue;
    query->quiet = double(model.predict(*query->program, query->layersDone,
                                        query->version, query->cores(), 0));
    activities.push_back(
        {&query->program->layers[query->layersDone].versions[query->version],
         query->quiet, query->domains});
  }
  contendedTimes(machine, activities, times);
  size_t next = 0;
  for (const auto &query : queries) {
    if (!runs(*query))
      continue;
    query->contended = times[next++];
    query->finish =
        now +
        std::max<Time>(
            std::llround(std::ceil(query->left * query->contended - 1e-6)), 0);
  }
}

// As the software counters do: the run time over the quiet time.
void Simulator::sample() {
  CounterReading reading;
  reading.duration = samplePeriod;
  reading.busy = Time(busy);
  reading.quiet = Time(quiet);
  level.update(reading);
  busy = quiet = 0;
  nextSample = now + samplePeriod;
  handle(InterferenceSampled{level.level(), level.bucket()});
}

} // namespace veltair
