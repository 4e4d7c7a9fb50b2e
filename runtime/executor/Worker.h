// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread that executes chunks of the query it is assigned to.

#ifndef VELTAIR_EXECUTOR_WORKER_H
#define VELTAIR_EXECUTOR_WORKER_H

#include "runtime/executor/Query.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>

namespace veltair {

class Executor;
class SoftwareCounters;

class Worker {
public:
  // `claim`: shows what the worker executes.
  Worker(Executor &executor, SoftwareCounters &counters, Claim &claim,
         unsigned index)
      : executor(executor), counters(counters), claim(claim), index(index) {}
  // The thread must have been stopped.
  ~Worker();

  // Starts the thread, pinned to a CPU if one is given. Throws
  // std::system_error.
  void start(std::optional<uint32_t> cpu);
  // Ends the thread after the chunks that it holds.
  void stop();

  // Lets the worker serve `query` (null: none) from its next chunk on, as the
  // team's member of that number.
  void assign(Query *query, uint32_t number = 0);

  Query *assignment() const { return assigned.load(std::memory_order_acquire); }

  // Wakes the worker if it sleeps while it serves `query`. True if it did.
  bool wakeFor(const Query &query);

  // For simulations too, which have no thread: what it does before and after it
  // sleeps, serving `query` (null: none), and how often it was woken from that.
  void beginSleep(Query *query);
  void endSleep(Query *query);
  uint32_t wakeUps() const { return signal.load(std::memory_order_seq_cst); }

private:
  void run(std::optional<uint32_t> cpu);
  void execute(Query &query, LayerRun &run, ChunkQueue::Range range);
  void trace(TraceEvent::Kind kind, const Query &query, const LayerRun &run,
             ChunkQueue::Range range, Time begin);
  void executeAgain(Query &query, Query::Backup &backup);
  void complete(Query &query, LayerRun &run, uint32_t chunks, int32_t code,
                Time busy);
  void countInterference(const Query &query, const LayerRun &run,
                         uint32_t chunks, Time busy);
  // Executes chunks that another worker of the team holds for too long. If
  // there are none, `next` is when to look again.
  bool backUp(Query &query, Time now, Time &next);
  bool reserveScratch(uint64_t bytes);
  // True if there is nothing to do: the same assignment, and no chunks.
  bool idle(Query *query) const;
  void waitForWork(Query *query);
  void wake();

  Executor &executor;
  SoftwareCounters &counters;
  Claim &claim;
  const unsigned index;
  std::thread thread;

  alignas(64) std::atomic<Query *> assigned{nullptr};
  std::atomic<uint32_t> member{0};
  std::atomic<bool> stopping{false};
  std::atomic<bool> sleeping{false};
  std::atomic<uint32_t> signal{0}; // what a sleeper sleeps on

  // The thread's own.
  std::byte *scratch = nullptr;
  uint64_t scratchBytes = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_WORKER_H
