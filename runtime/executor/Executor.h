// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Drives the scheduler and the workers: events go in, grants become teams.

#ifndef VELTAIR_EXECUTOR_EXECUTOR_H
#define VELTAIR_EXECUTOR_EXECUTOR_H

#include "runtime/executor/ArenaPool.h"
#include "runtime/executor/Notifier.h"
#include "runtime/executor/Query.h"
#include "runtime/executor/Tenant.h"
#include "runtime/executor/Worker.h"
#include "runtime/interference/LevelEstimator.h"
#include "runtime/interference/SoftwareCounters.h"
#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Status.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <sys/types.h>

namespace veltair {

struct ExecutorOptions {
  uint32_t threads = 1;
  // Where the workers run: a CPU each, or none to leave it to the system.
  std::vector<uint32_t> pins;
  uint64_t arenaLimit = 0; // bytes; 0: none
};

// Thread safe. One lock guards queries, tenants and the scheduler; workers take
// it at the end of a block, never for a chunk.
class Executor {
public:
  static Result<std::unique_ptr<Executor>>
  create(ExecutorOptions options, std::unique_ptr<Scheduler> scheduler);
  // There must be no tenants.
  ~Executor();

  // True in a child that was forked after the executor's creation: it has no
  // workers and must not be used.
  bool isForked() const;
  bool isNotifierThread() const { return notifier.isCurrentThread(); }
  uint32_t threads() const { return uint32_t(workers.size()); }
  // What measures the interference: CounterSource::name().
  std::string_view counterSource() const { return counters.name(); }

  Tenant &addTenant(std::unique_ptr<Tenant> tenant);
  // Cancels the tenant's queries, waits for them and their callbacks.
  void removeTenant(Tenant &tenant);
  size_t tenantCount();

  // Starts a query of the program `programIndex` (of `tenant.programs`); all
  // buffers have been checked. The request tells its end.
  Status submit(Tenant &tenant, uint32_t programIndex, Query::Buffers buffers,
                const veltair_query_options &options,
                std::shared_ptr<Request> request);
  void cancel(Request &request);

  veltair_runtime_metrics metrics();
  veltair_tenant_metrics metrics(const Tenant &tenant);
  // Queries under way count as offered after it.
  void resetMetrics();

  // For workers: the last chunk of the query's open stage is complete.
  void stageDone(Query &query);

private:
  class Transaction;

  Executor(ExecutorOptions options, std::unique_ptr<Scheduler> scheduler);
  void start();

  // All below: under the lock.
  void post(Event event) { events.push_back(std::move(event)); }
  void processEvents();
  void apply(const Grant &grant);
  void resizeTeam(Query &query, uint32_t cores);
  void endBlock(Query &query);
  void stopQuery(Query &query, veltair_status status);
  void endQuery(Query &query);
  void count(Tenant &tenant, const Request &request);
  Query &takeSlot();
  Query &slot(QueryId id);

  // With the lock or without it (`locked`); the caller is the query's opener.
  void advance(Query &query, bool locked);
  void wakeTeam(Query &query, uint32_t chunks);

  void runTimer();
  void sampleInterference();

  const ExecutorOptions options;
  const pid_t process;
  std::unique_ptr<Scheduler> scheduler;
  const bool wantsLayerEnds;

  std::mutex mutex;
  std::condition_variable tenantIdle;
  std::deque<Event> events;                        // not yet handled
  std::vector<std::shared_ptr<Request>> completed; // not yet told
  Decision decision;
  std::vector<std::unique_ptr<Tenant>> tenants;
  std::vector<std::unique_ptr<Query>> slots;
  std::vector<uint32_t> freeSlots;
  ArenaPool arenas;
  std::vector<Worker *> freeWorkers;
  uint64_t queryCount = 0; // ever
  uint64_t underway = 0;
  TenantId tenantIds = 0;
  SchedulerStatistics statisticsBase; // at the latest reset

  SoftwareCounters counters;
  LevelEstimator level;
  std::atomic<unsigned> levelBucket{0};

  // The timer's.
  std::condition_variable timerChanged;
  Time wakeUp = never;
  bool timerParked = false; // waits for a query or a wake-up time
  bool stopping = false;
  std::thread timer;

  Notifier notifier;
  std::vector<std::unique_ptr<Worker>> workers;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_EXECUTOR_H
