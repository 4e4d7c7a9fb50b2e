// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Executor.h"
#include "runtime/executor/AllowedCpus.h"
#include "runtime/executor/Transaction.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <system_error>
#include <tuple>

#include <unistd.h>

namespace veltair {

// A query's id holds its slot in the low bits and a running number above.
static constexpr unsigned slotBits = 24;
static constexpr uint32_t maxSlots = 1u << slotBits;
static constexpr QueryId slotMask = maxSlots - 1;

// Of so many queries of a tenant that get memory, one is the oldest.
static constexpr uint64_t oldestEvery = 16;

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

Result<std::unique_ptr<Executor>>
Executor::create(ExecutorOptions options,
                 std::unique_ptr<Scheduler> scheduler) {
  std::unique_ptr<Executor> executor(
      new Executor(std::move(options), std::move(scheduler)));
  try {
    executor->startThreads();
    executor->offerWorkers();
  } catch (const std::system_error &error) {
    return Status::error(VELTAIR_SYSTEM_ERROR,
                         "cannot start the threads: ", error.what());
  }
  return executor;
}

Executor::Executor(ExecutorOptions givenOptions,
                   std::unique_ptr<Scheduler> policy)
    : options(std::move(givenOptions)), process(getpid()),
      scheduler(std::move(policy)), wantsLayerEnds(scheduler->wantsLayerEnds()),
      arenas(options.arenaLimit), counters(options.threads, options.clock(),
                                           openPerfCounters(options.threads)),
      level({.proxy = options.proxy}), notifier([this](Request &r) {
        std::lock_guard lock(mutex);
        --r.tenant->pendingCallbacks;
        tenantIdle.notify_all();
      }),
      claims(options.threads) {
  reserveEvents(/*queries=*/0);
  freeWorkers.reserve(options.threads);
  for (uint32_t i = 0; i < options.threads; ++i)
    workers.push_back(std::make_unique<Worker>(*this, counters, claims[i], i));
}

void Executor::startThreads() {
  notifier.start();
  timer = startThread("veltair-timer", [this] { runTimer(); });
  for (uint32_t i = 0; i < options.threads; ++i)
    workers[i]->start(i < options.pins.size() ? std::optional(options.pins[i])
                                              : std::nullopt);
}

void Executor::offerWorkers() {
  Transaction transaction(*this);
  for (uint32_t i = options.threads; i-- > 0;)
    freeWorkers.push_back(workers[i].get());
  throttlingBase = controlGroupThrottling();
  handle(CoresChanged{options.threads});
}

void Executor::shutDown() {
  for (auto &worker : workers)
    worker->stop();
  {
    std::lock_guard lock(mutex);
    stopping = true;
    timerChanged.notify_one();
  }
  if (timer.joinable())
    timer.join();
  notifier.stop();
}

bool Executor::isForked() const { return getpid() != process; }

//===----------------------------------------------------------------------===//
// Tenants
//===----------------------------------------------------------------------===//

Tenant &Executor::addTenant(std::unique_ptr<Tenant> tenant) {
  std::shared_ptr<TenantTables> tables =
      scheduler->prepare(tenant->info, options.threads);
  Transaction transaction(*this);
  tenant->id = tenantIds++;
  if (tracing.active())
    tracing.addTenant(tenant->id, tenant->info.name, tenant->artifact);
  tenants.reserve(tenants.size() + 1);
  handle(TenantChanged{tenant->id, tenant->info, std::move(tables)});
  tenants.push_back(std::move(tenant));
  return *tenants.back();
}

void Executor::removeTenant(Tenant &tenant, Underway queries) {
  startRemoval(tenant, queries);
  std::unique_ptr<Tenant> removed; // outlives the transaction
  Transaction transaction(*this);
  tenantIdle.wait(transaction.lock, [&] { return isIdle(tenant); });
  removed = finishRemoval(tenant);
}

// One query at a time: others get the lock in between.
void Executor::startRemoval(Tenant &tenant, Underway queries) {
  Query *toStop = nullptr;
  size_t next = 0;
  do {
    letOthersLock();
    Transaction transaction(*this);
    tenant.removing = true;
    toStop = queries == Underway::cancel ? nextUnderway(tenant, next) : nullptr;
    if (toStop)
      stopQuery(*toStop, VELTAIR_CANCELLED);
  } while (toStop);
}

void Executor::letOthersLock() const {
  if (lockWaiters.load(std::memory_order_relaxed))
    std::this_thread::sleep_for(std::chrono::microseconds(50));
}

Query *Executor::nextUnderway(const Tenant &tenant, size_t &next) {
  while (next < slots.size())
    if (Query &query = *slots[next++];
        query.underway && query.tenant == &tenant)
      return &query;
  return nullptr;
}

bool Executor::isIdle(const Tenant &tenant) const {
  return tenant.underway == 0 && tenant.pendingCallbacks == 0;
}

std::unique_ptr<Tenant> Executor::finishRemoval(Tenant &tenant) {
  post(TenantRemoved{tenant.id});
  processEvents();
  auto it = std::find_if(tenants.begin(), tenants.end(),
                         [&](const auto &t) { return t.get() == &tenant; });
  std::unique_ptr<Tenant> removed = std::move(*it);
  tenants.erase(it);
  return removed;
}

size_t Executor::tenantCount() {
  std::lock_guard lock(mutex);
  return tenants.size();
}

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

// A query arrives, a block of it ends, it is cancelled; and what is posted
// beside queries.
void Executor::reserveEvents(uint64_t queries) {
  events.reserve(3 * queries + 8);
}

uint32_t Executor::prepareSlot() {
  reserveEvents(underway + 1);
  if (freeSlots.empty()) {
    freeSlots.reserve(slots.size() + 1);
    auto index = uint32_t(slots.size());
    slots.push_back(std::make_unique<Query>(index, std::span(claims), tracing));
    freeSlots.push_back(index);
  }
  return freeSlots.back();
}

Query &Executor::slot(QueryId id) { return *slots[id & slotMask]; }

Status Executor::submit(Tenant &tenant, uint32_t programIndex,
                        Query::Buffers buffers,
                        const veltair_query_options &queryOptions,
                        std::shared_ptr<Request> request) {
  Transaction transaction(*this);
  if (tenant.removing)
    return Status::error(VELTAIR_INVALID_ARGUMENT, "tenant '", tenant.info.name,
                         "' is being removed");
  ++tenant.counts.offered;
  if (tenant.queueLimit && tenant.underway >= tenant.queueLimit) {
    ++tenant.counts.rejected;
    return Status::error(VELTAIR_REJECTED, "tenant '", tenant.info.name,
                         "' has ", tenant.underway,
                         " queries under way, its limit");
  }
  if (underway >= maxSlots) {
    ++tenant.counts.rejected;
    return Status::error(VELTAIR_REJECTED, underway,
                         " queries are under way, the most that there can be");
  }
  uint64_t arenaBytes = tenant.programs[programIndex]->tables().arena_bytes;
  if (!arenas.fits(arenaBytes)) {
    ++tenant.counts.failed;
    return Status::error(VELTAIR_OUT_OF_MEMORY, "model '", tenant.info.name,
                         "': a query needs ", arenaBytes,
                         " bytes, more than the limit on arenas");
  }
  uint32_t index;
  QueryId id;
  Time deadline = never;
  if (queryOptions.deadline_ns)
    deadline =
        Time(std::min<uint64_t>(queryOptions.deadline_ns, uint64_t(never) - 1));
  Time arrival = options.clock();
  if (queryOptions.arrival_ns)
    arrival =
        Time(std::min<uint64_t>(queryOptions.arrival_ns, uint64_t(arrival)));
  Time due = later(arrival, tenant.info.qos);
  try {
    index = prepareSlot();
    slots[index]->reserve(*tenant.programs[programIndex]);
    id = ++queryCount << slotBits | index;
    decltype(deadlines) ownDeadline;
    if (deadline != never)
      ownDeadline.emplace(deadline, id);
    tenant.waiting.emplace(due, id);
    ++waiting;
    deadlines.merge(ownDeadline);
  } catch (const std::bad_alloc &) {
    ++tenant.counts.failed;
    throw;
  }
  freeSlots.pop_back();
  Query &query = *slots[index];
  request->tenant = &tenant;
  request->program = tenant.usable[programIndex];
  request->arrival = arrival;
  request->query = &query;
  ++tenant.underway;
  ++underway;
  query.begin(id, tenant, programIndex, std::move(request), std::move(buffers),
              queryOptions.layer_times, queryOptions.layer_times_capacity);
  query.deadline = deadline;
  query.due = due;
  if (timerParked || deadline < never)
    timerChanged.notify_one();
  // It need not be looked for among all tenants when it is the only one.
  if (waiting == 1)
    admit(query);
  else
    admitWaiting();
  return {};
}

// Of the tenants of the highest priority, the one that has least memory, then
// the one that has waited longest for some: none keeps the others from it. Of
// its queries, the one with the earliest deadline that it can still keep; now
// and then the oldest, or those that are late once would wait as long as others
// can be in time.
Query *Executor::nextWaiting(Time now) {
  Tenant *best = nullptr;
  auto order = [](const Tenant &tenant) {
    return std::tuple(-int(tenant.info.priority), tenant.reservedBytes,
                      tenant.latestAdmitted, *tenant.waiting.begin());
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
  return &slot(next->second);
}

// None is passed by one behind it that needs less, maybe for ever.
void Executor::admitWaiting() {
  while (waiting && admit(*nextWaiting(options.clock())))
    ;
}

bool Executor::admit(Query &query) {
  if (!arenas.reserve(query.arenaBytes()))
    return false;
  Tenant &tenant = *query.tenant;
  tenant.reservedBytes += query.arenaBytes();
  ++tenant.admissions;
  tenant.waiting.erase({query.due, query.id});
  --waiting;
  // Schedulers expect identifiers that ascend: others may have passed it.
  if (query.id < latestAdmitted)
    renumber(query);
  latestAdmitted = tenant.latestAdmitted = query.id;
  query.admitted = options.clock();
  post(QueryArrived{query.id, tenant.id, query.programIndex,
                    query.request->arrival});
  return true;
}

// Of a query that ends, or the wish for it.
void Executor::releaseMemory(Query &query, Time now) {
  Tenant &tenant = *query.tenant;
  if (query.admitted != never) {
    arenas.release(std::exchange(query.arena, {}), now);
    arenas.cancelReservation(query.arenaBytes());
    tenant.reservedBytes -= query.arenaBytes();
    if (query.stopStatus() == VELTAIR_OK)
      tenant.residence += (now - query.admitted - tenant.residence) / 8;
  } else {
    tenant.waiting.erase({query.due, query.id});
    --waiting;
  }
}

void Executor::renumber(Query &query) {
  QueryId id = ++queryCount << slotBits | (query.id & slotMask);
  if (auto node = deadlines.extract({query.deadline, query.id})) {
    node.value().second = id;
    deadlines.insert(std::move(node));
  }
  query.id = id;
}

void Executor::cancel(Request &request) {
  Transaction transaction(*this);
  if (request.query)
    stopQuery(*request.query, VELTAIR_CANCELLED);
}

void Executor::stopQuery(Query &query, veltair_status status) {
  query.stop(status);
  if (query.blockOpen)
    query.drain([&](LayerRun &run) { advance(query, &run, /*locked=*/true); });
  else if (!std::exchange(query.ending, true))
    advance(query, /*run=*/nullptr, /*locked=*/true);
}

void Executor::forgetDeadline(const Query &query) {
  if (query.deadline != never)
    deadlines.erase({query.deadline, query.id});
}

bool Executor::shedOneExpired(Time now) {
  if (deadlines.empty() || deadlines.begin()->first > now)
    return false;
  Query &query = slot(deadlines.begin()->second);
  deadlines.erase(deadlines.begin());
  stopQuery(query, VELTAIR_EXPIRED);
  return true;
}

void Executor::endQuery(Query &query) {
  forgetDeadline(query);
  query.traceEnd();
  std::shared_ptr<Request> request = std::move(query.request);
  Tenant &tenant = *query.tenant;
  request->end = options.clock();
  request->status = query.stopStatus();
  try {
    request->message = query.stopMessage();
  } catch (const std::bad_alloc &) {
    // The status says it too.
  }
  request->query = nullptr;
  if (request->status == VELTAIR_OK) {
    query.writeOutputShapes();
    post(BlockEnded{query.id, query.layersDone(), query.takeVersionSwitches()});
  } else {
    bool shed = request->status == VELTAIR_EXPIRED;
    if (query.known)
      post(QueryCancelled{query.id, shed});
    else
      post(QueryNeverArrived{tenant.id, query.programIndex, request->arrival,
                             shed});
  }
  count(tenant, *request);
  releaseMemory(query, request->end);
  admitWaiting();
  query.underway = false;
  freeSlots.push_back(uint32_t(query.id & slotMask));
  --underway;
  --tenant.underway;
  tenant.pendingCallbacks += request->callback != nullptr;
  if (tenant.removing)
    tenantIdle.notify_all();
  completed.push(std::move(request));
}

void Executor::count(Tenant &tenant, const Request &request) {
  TenantCounts &counts = tenant.counts;
  switch (request.status) {
  case VELTAIR_OK: {
    Time latency = request.end - request.arrival;
    ++counts.completed;
    counts.satisfied += latency <= tenant.info.qos;
    counts.latency.record(latency);
    return;
  }
  case VELTAIR_CANCELLED:
    ++counts.cancelled;
    ++cancelled;
    return;
  case VELTAIR_EXPIRED:
    ++counts.shed;
    ++shed;
    return;
  default:
    ++counts.failed;
  }
}

} // namespace veltair
