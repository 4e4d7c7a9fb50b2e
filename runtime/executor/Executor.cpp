// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Executor.h"
#include "runtime/executor/Transaction.h"
#include "runtime/support/Reserve.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace veltair {

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
  throttlingBase = options.controlGroups.throttling();
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
  Request *toStop = nullptr;
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

Request *Executor::nextUnderway(const Tenant &tenant, size_t &next) {
  while (next < requests.size())
    if (Request *request = requests[next++].get();
        request && request->tenant == &tenant)
      return request;
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

uint32_t Executor::preparePlace() {
  reserveEvents(underway + 1);
  if (freePlaces.empty()) {
    reserveFor(freePlaces, requests.size() + 1);
    requests.emplace_back();
    freePlaces.push_back(uint32_t(requests.size() - 1));
  }
  return freePlaces.back();
}

Request *Executor::find(QueryId id) {
  Request *request = requests[id & placeMask].get();
  return request && request->id == id ? request : nullptr;
}

Program &Executor::programOf(const Request &request) {
  return *request.tenant->programs[request.programIndex];
}

uint64_t Executor::arenaBytes(const Request &request) {
  return programOf(request).tables().arena_bytes;
}

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
  if (underway >= maxQueries) {
    ++tenant.counts.rejected;
    return Status::error(VELTAIR_REJECTED, underway,
                         " queries are under way, the most that there can be");
  }
  const Program &program = *tenant.programs[programIndex];
  if (uint64_t bytes = program.tables().arena_bytes; !arenas.fits(bytes)) {
    ++tenant.counts.failed;
    return Status::error(VELTAIR_OUT_OF_MEMORY, "model '", tenant.info.name,
                         "': a query needs ", bytes,
                         " bytes, more than the limit on arenas");
  }
  uint32_t place;
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
    place = preparePlace();
    id = ++queryCount << placeBits | place;
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
  freePlaces.pop_back();
  request->tenant = &tenant;
  request->program = tenant.usable[programIndex];
  request->arrival = arrival;
  request->id = id;
  request->programIndex = programIndex;
  request->deadline = deadline;
  request->due = due;
  request->buffers = std::move(buffers);
  if (queryOptions.layer_times) {
    request->layerTimes = queryOptions.layer_times;
    request->layerTimesCapacity =
        std::min(queryOptions.layer_times_capacity, program.layerCount());
    std::fill_n(request->layerTimes, request->layerTimesCapacity,
                veltair_layer_time{});
  }
  Request &submitted = *request;
  requests[place] = std::move(request);
  ++tenant.underway;
  ++underway;
  if (timerParked || deadline < never)
    timerChanged.notify_one();
  // It need not be looked for among all tenants when it is the only one.
  if (waiting == 1)
    admit(submitted);
  else
    admitWaiting();
  return {};
}

void Executor::cancel(Request &request) {
  Transaction transaction(*this);
  if (request.id)
    stopQuery(request, VELTAIR_CANCELLED);
}

void Executor::stopQuery(Request &request, veltair_status status) {
  if (!request.query) {
    endQuery(request, {status});
    return;
  }
  Query &query = *request.query;
  query.stop(status);
  if (query.blockOpen)
    query.drain([&](LayerRun &run) { advance(query, &run, /*locked=*/true); });
  else if (!std::exchange(query.ending, true))
    advance(query, /*run=*/nullptr, /*locked=*/true);
}

void Executor::forgetDeadline(const Request &request) {
  if (request.deadline != never)
    deadlines.erase({request.deadline, request.id});
}

bool Executor::shedOneExpired(Time now) {
  if (deadlines.empty() || deadlines.begin()->first > now)
    return false;
  stopQuery(*find(deadlines.begin()->second), VELTAIR_EXPIRED);
  return true;
}

void Executor::endQuery(Request &ended, const Query::Reason &reason) {
  forgetDeadline(ended);
  auto place = uint32_t(ended.id & placeMask);
  std::shared_ptr<Request> request = std::move(requests[place]);
  Tenant &tenant = *request->tenant;
  request->end = options.clock();
  request->status = reason.status;
  try {
    request->message = reason.message(tenant, programOf(*request));
  } catch (const std::bad_alloc &) {
    // The status says it too.
  }
  tracing.record({.kind = TraceEvent::Kind::query,
                  .tenant = tenant.id,
                  .version = uint32_t(request->status),
                  .query = request->id,
                  .begin = request->arrival,
                  .end = request->end,
                  .start = request->start});
  tellEnd(*request);
  count(tenant, *request);
  releaseMemory(*request, request->end);
  admitWaiting();
  request->id = 0;
  freePlaces.push_back(place);
  --underway;
  --tenant.underway;
  tenant.pendingCallbacks += request->callback != nullptr;
  if (tenant.removing)
    tenantIdle.notify_all();
  completed.push(std::move(request));
}

// To the scheduler.
void Executor::tellEnd(const Request &request) {
  bool shed = request.status == VELTAIR_EXPIRED;
  if (request.status == VELTAIR_OK) {
    Query &query = *request.query;
    query.writeOutputShapes();
    post(BlockEnded{request.id, query.layersDone(),
                    query.takeVersionSwitches()});
  } else if (request.known) {
    post(QueryCancelled{request.id, shed});
  } else {
    post(QueryNeverArrived{request.tenant->id, request.programIndex,
                           request.arrival, shed});
  }
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
