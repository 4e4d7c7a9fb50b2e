// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Drives the scheduler and the workers: events go in, grants become teams.

#ifndef VELTAIR_EXECUTOR_EXECUTOR_H
#define VELTAIR_EXECUTOR_EXECUTOR_H

#include "runtime/executor/AllowedCpus.h"
#include "runtime/executor/ArenaPool.h"
#include "runtime/executor/EventQueue.h"
#include "runtime/executor/Notifier.h"
#include "runtime/executor/Query.h"
#include "runtime/executor/Tenant.h"
#include "runtime/executor/Worker.h"
#include "runtime/interference/LevelEstimator.h"
#include "runtime/interference/SoftwareCounters.h"
#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Clock.h"
#include "runtime/support/Status.h"

#include <atomic>
#include <condition_variable>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace veltair {

struct ExecutorOptions {
  uint32_t threads = 1;
  // Where the workers run: a CPU each, or none to leave it to the system.
  std::vector<uint32_t> pins;
  uint64_t arenaLimit = 0;     // bytes; 0: none
  LinearProxy proxy;           // of the interference level
  ControlGroups controlGroups; // that may hold the workers back
  Time (*clock)() = currentTime;
};

// Thread safe. One lock guards queries, tenants and the scheduler; workers take
// it at the end of a block, never for a chunk.
class Executor {
public:
  static Result<std::unique_ptr<Executor>>
  create(ExecutorOptions options, std::unique_ptr<Scheduler> scheduler);
  ~Executor() { shutDown(); }

  // Ends the threads; there must be no tenants. Requests that have ended may
  // still be cancelled, without effect.
  void shutDown();

  // True in a child that was forked after the executor's creation: it has no
  // workers and must not be used.
  bool isForked() const;
  bool isNotifierThread() const { return notifier.isCurrentThread(); }
  uint32_t threads() const { return uint32_t(workers.size()); }
  // What measures the interference: CounterSource::name().
  std::string_view counterSource() const { return counters.name(); }

  Tenant &addTenant(std::unique_ptr<Tenant> tenant);
  // Takes no more queries, waits for those under way (or cancels them) and
  // their callbacks.
  enum class Underway { cancel, complete };
  void removeTenant(Tenant &tenant, Underway queries = Underway::cancel);
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

  // Records up to `capacity` events from now on.
  void startTrace(size_t capacity);
  // Ends recording and writes the trace.
  void stopTrace(std::ostream &out);

  // For workers: what they record in.
  Trace &trace() { return tracing; }

  // For workers. The caller is the query's opener: the last chunk of the open
  // stage of `run` is complete, or (null) Query::leave said so.
  void advance(Query &query, LayerRun *run = nullptr) {
    advance(query, run, /*locked=*/false);
  }
  void countBackup(uint32_t chunks) {
    backups.fetch_add(chunks, std::memory_order_relaxed);
  }

protected:
  // For simulations too, which do the threads' work themselves, step by step.
  class Transaction;

  Executor(ExecutorOptions options, std::unique_ptr<Scheduler> scheduler);
  void startThreads();
  void offerWorkers();

  // All below: under the lock. Only what submitting or starting a query and
  // adding a tenant calls first needs memory: the end of a query cannot fail.
  void post(const PostedEvent &event) { events.push(event); }
  void processEvents();
  // Throws what the scheduler throws.
  void handle(const Event &event);
  void announce(const QueryArrived &event);
  void apply(const Grant &grant);
  // Lends the query a slot and an arena. False if it ended instead.
  bool start(Request &request);
  // A free slot for queries of the program; null: there is no memory.
  Query *findFreeSlot(const Program &program);
  void resizeTeam(Query &query, uint32_t cores);
  void endBlock(Query &query);
  void stopQuery(Request &request, veltair_status status);
  void endQuery(Request &ended, const Query::Reason &reason);
  void tellEnd(const Request &request);
  void forgetDeadline(const Request &request);
  // True if there was one.
  bool shedOneExpired(Time now);
  void count(Tenant &tenant, const Request &request);
  // Tells the scheduler of the queries whose arenas fit now.
  void admitWaiting();
  // The same of one that waits; false if its arena does not fit.
  bool admit(Request &request);
  // Of the queries that wait for memory, the next to have it; null: none.
  Request *nextWaiting(Time now);
  void releaseMemory(Request &request, Time now);
  // Gives a query that the scheduler does not know the highest identifier.
  void renumber(Request &request);
  void reserveEvents(uint64_t queries);
  // A free place in `requests`, and room for all that happens to its query.
  uint32_t preparePlace();
  // Null if the query has ended.
  Request *find(QueryId id);
  static Program &programOf(const Request &request);
  static uint64_t arenaBytes(const Request &request);

  // With the lock or without it (`locked`).
  void advance(Query &query, LayerRun *run, bool locked);
  void wakeTeam(Query &query, uint32_t chunks);

  // For who takes the lock many times in a row. The mutex goes to who comes
  // first: those that unlocking it wakes would never come in time.
  void letOthersLock() const;

  // Removing a tenant: the first takes the lock, the last two are under it.
  void startRemoval(Tenant &tenant, Underway queries);
  // Of `requests` from `next` on, which is moved behind it; null: none.
  Request *nextUnderway(const Tenant &tenant, size_t &next);
  bool isIdle(const Tenant &tenant) const;
  // The result takes long to destroy: not under the lock.
  std::unique_ptr<Tenant> finishRemoval(Tenant &tenant);

  // Does what is due at `now`, and returns when to look again: `now` if it did
  // something, or if the interference is to be sampled.
  Time runDue(Time now);
  void runTimer();
  void sampleInterference();

  const ExecutorOptions options;
  const pid_t process;
  std::unique_ptr<Scheduler> scheduler;
  const bool wantsLayerEnds;

  std::mutex mutex;
  std::atomic<uint32_t> lockWaiters{0};
  std::condition_variable tenantIdle;
  EventQueue events;     // not yet handled
  RequestList completed; // not yet told
  Decision decision;
  std::vector<std::unique_ptr<Tenant>> tenants;
  // A query's id holds its place in the low bits and a running number above.
  static constexpr unsigned placeBits = 24;
  static constexpr uint32_t maxQueries = 1u << placeBits;
  static constexpr QueryId placeMask = maxQueries - 1;

  // Queries under way; null: the place is free.
  std::vector<std::shared_ptr<Request>> requests;
  std::vector<uint32_t> freePlaces;
  std::vector<std::unique_ptr<Query>> slots;
  std::vector<Query *> freeSlots; // the latest freed is the next to be lent
  ArenaPool arenas;
  Trace tracing;
  std::mutex traceControl; // who starts, stops or writes it; before `mutex`
  std::vector<Worker *> freeWorkers;
  uint64_t waiting = 0; // queries, for memory
  // Of queries that have not started.
  std::set<std::pair<Time, QueryId>> deadlines;
  uint64_t queryCount = 0; // ever; and when one was numbered anew
  QueryId latestAdmitted = 0;
  uint64_t admissions = 0;
  uint64_t underway = 0;
  TenantId tenantIds = 0;
  // Since the latest reset.
  uint64_t cancelled = 0, shed = 0, growths = 0;
  std::atomic<uint64_t> backups{0}; // chunks; without the lock
  // At the latest reset.
  SchedulerStatistics statisticsBase;
  Time throttlingBase = 0;

  SoftwareCounters counters;
  LevelEstimator level;
  std::atomic<unsigned> levelBucket{0};

  // The timer's.
  std::condition_variable timerChanged;
  Time wakeUp = never;
  Time nextSample = 0;
  bool timerParked = false; // waits for a query or a wake-up time
  bool stopping = false;
  std::thread timer;

  Notifier notifier;
  std::vector<Claim> claims; // of each worker
  std::vector<std::unique_ptr<Worker>> workers;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_EXECUTOR_H
