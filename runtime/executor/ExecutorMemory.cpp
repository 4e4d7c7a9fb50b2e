// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Which query gets memory: a reservation before the scheduler learns of it, a
// slot and an arena with its first block.

#include "runtime/executor/Executor.h"
#include "runtime/support/Reserve.h"

#include <memory>
#include <new>
#include <span>
#include <tuple>
#include <utility>

namespace veltair {

// Of so many queries of a tenant that get memory, one is the oldest; and of all
// tenants, one is of the tenant that waited longest.
static constexpr uint64_t oldestEvery = 16;

// Of the tenants of the highest priority, the one that has least memory, then
// the one that has waited longest for some: none keeps the others from it. Now
// and then the one that has waited longest of all, or a higher priority would
// keep it from lower ones. Of its queries, the one with the earliest deadline
// that it can still keep; now and then the oldest, or those that are late once
// would wait as long as others can be in time.
Request *Executor::nextWaiting(Time now) {
  Tenant *best = nullptr;
  bool ofAll = admissions % oldestEvery == oldestEvery - 1;
  auto order = [ofAll](const Tenant &tenant) {
    return std::tuple(ofAll ? 0 : -int(tenant.info.priority),
                      ofAll ? 0 : tenant.reservedBytes, tenant.latestAdmitted,
                      *tenant.waiting.begin());
  };
  for (const auto &tenant : tenants)
    if (!tenant->waiting.empty() && (!best || order(*tenant) < order(*best)))
      best = tenant.get();
  if (!best)
    return nullptr;
  auto next = best->waiting.lower_bound({now + best->residence, 0});
  if (next == best->waiting.end() ||
      best->admissions % oldestEvery == oldestEvery - 1)
    next = best->waiting.begin();
  return find(next->second);
}

// None is passed by one behind it that needs less, maybe for ever.
void Executor::admitWaiting() {
  while (waiting && admit(*nextWaiting(options.clock())))
    ;
}

bool Executor::admit(Request &request) {
  if (!arenas.reserve(arenaBytes(request)))
    return false;
  Tenant &tenant = *request.tenant;
  tenant.reservedBytes += arenaBytes(request);
  ++admissions;
  ++tenant.admissions;
  tenant.waiting.erase({request.due, request.id});
  --waiting;
  // Schedulers expect identifiers that ascend: others may have passed it.
  if (request.id < latestAdmitted)
    renumber(request);
  latestAdmitted = tenant.latestAdmitted = request.id;
  request.admitted = options.clock();
  post(QueryArrived{request.id, tenant.id, request.programIndex,
                    request.arrival});
  return true;
}

bool Executor::start(Request &request) {
  Time now = options.clock();
  if (request.deadline <= now) {
    stopQuery(request, VELTAIR_EXPIRED);
    return false;
  }
  Query *query = findFreeSlot(programOf(request));
  Arena arena;
  if (!query || !arenas.acquire(arenaBytes(request), arena)) {
    stopQuery(request, VELTAIR_OUT_OF_MEMORY);
    return false;
  }
  freeSlots.pop_back();
  forgetDeadline(request);
  request.start = now;
  request.query = query;
  query->begin(request.id, *request.tenant, request.programIndex,
               requests[request.id & placeMask], std::move(request.buffers),
               request.layerTimes, request.layerTimesCapacity);
  query->arena = arena;
  return true;
}

Query *Executor::findFreeSlot(const Program &program) {
  try {
    if (freeSlots.empty()) {
      reserveFor(freeSlots, slots.size() + 1); // for its return
      slots.push_back(std::make_unique<Query>(uint32_t(slots.size()),
                                              std::span(claims), tracing));
      freeSlots.push_back(slots.back().get());
    }
    freeSlots.back()->reserve(program);
    return freeSlots.back();
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

// Of a query that ends: its slot and its arena, or the wish for them.
void Executor::releaseMemory(Request &request, Time now) {
  Tenant &tenant = *request.tenant;
  if (request.admitted == never) {
    tenant.waiting.erase({request.due, request.id});
    --waiting;
    return;
  }
  if (Query *query = std::exchange(request.query, nullptr)) {
    arenas.release(std::exchange(query->arena, {}), now);
    query->request.reset();
    freeSlots.push_back(query);
  }
  arenas.cancelReservation(arenaBytes(request));
  tenant.reservedBytes -= arenaBytes(request);
  if (request.status == VELTAIR_OK)
    tenant.residence += (now - request.admitted - tenant.residence) / 8;
}

void Executor::renumber(Request &request) {
  QueryId id = ++queryCount << placeBits | (request.id & placeMask);
  if (auto node = deadlines.extract({request.deadline, request.id})) {
    node.value().second = id;
    deadlines.insert(std::move(node));
  }
  request.id = id;
}

} // namespace veltair
