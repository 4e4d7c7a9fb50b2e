// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Worker.h"
#include "runtime/executor/Executor.h"
#include "runtime/executor/Query.h"
#include "runtime/interference/SoftwareCounters.h"
#include "runtime/support/Clock.h"
#include "runtime/support/Futex.h"
#include "runtime/support/Status.h"
#include "runtime/support/Threads.h"

#include <cstdlib>

#include <immintrin.h>
#include <pthread.h>
#include <sched.h>

namespace veltair {

// How long a worker looks for work before it sleeps. One whose team waits for
// the last chunks of a stage will soon have some. One without a team must make
// room at once: the thread that waits for the query's end often wakes up on its
// CPU, and the kernel may let the worker spin on.
static constexpr Time teamSpinTime = 200'000;
static constexpr Time idleSpinTime = 2'000;

Worker::~Worker() { std::free(scratch); }

void Worker::start(std::optional<uint32_t> cpu) {
  thread = startThread(concat("veltair-", index), [this, cpu] { run(cpu); });
}

void Worker::stop() {
  stopping.store(true, std::memory_order_seq_cst);
  wake();
  if (thread.joinable())
    thread.join();
}

void Worker::assign(Query *query, uint32_t number) {
  member.store(number, std::memory_order_relaxed);
  assigned.store(query, std::memory_order_seq_cst);
  if (query)
    wake();
}

//===----------------------------------------------------------------------===//
// The thread
//===----------------------------------------------------------------------===//

// A CPU that went away meanwhile leaves the thread where it is, as a lack of
// memory does.
static void pinThread(uint32_t cpu) {
  cpu_set_t *set = CPU_ALLOC(cpu + 1);
  if (!set)
    return;
  size_t size = CPU_ALLOC_SIZE(cpu + 1);
  CPU_ZERO_S(size, set);
  CPU_SET_S(cpu, size, set);
  pthread_setaffinity_np(pthread_self(), size, set);
  CPU_FREE(set);
}

void Worker::run(std::optional<uint32_t> cpu) {
  if (cpu)
    pinThread(*cpu);
  // As kernels are promised.
  _mm_setcsr(VELTAIR_MXCSR);
  counters.attachThread(index);

  while (!stopping.load(std::memory_order_relaxed)) {
    Query *query = assigned.load(std::memory_order_acquire);
    ChunkQueue::Range range;
    uint32_t number = member.load(std::memory_order_relaxed);
    if (LayerRun *run = query ? query->claim(number, range) : nullptr)
      execute(*query, *run, range);
    else
      waitForWork(query);
  }
}

void Worker::execute(Query &query, LayerRun &run, ChunkQueue::Range range) {
  int32_t code = VELTAIR_KERNEL_OK;
  Time busy = 0;
  if (!query.stopped()) {
    if (!reserveScratch(query.workerScratchBytes())) {
      query.stop(VELTAIR_OUT_OF_MEMORY);
    } else {
      Time begin = currentTime();
      bool repeatable = run.repeatable();
      if (repeatable)
        claim.publish(query, run, range, begin);
      code = run.execute(range, scratch);
      busy = currentTime() - begin;
      trace(TraceEvent::Kind::chunks, query, run, range, begin);
      run.observe(range.size(), busy);
      countInterference(query, run, range.size(), busy);
      if (repeatable) {
        auto [first, shared] = claim.finish();
        // A late worker touches neither the layer nor the query any more.
        if (shared && query.leave(run))
          executor.advance(query);
        if (!first)
          return;
      }
    }
  }
  complete(query, run, range.size(), code, busy);
}

void Worker::executeAgain(Query &query, Query::Backup &backup) {
  // Without memory, the owner goes on alone.
  int32_t code = VELTAIR_KERNEL_OK;
  bool first = false;
  Time busy = 0;
  LayerRun &run = *backup.view.run;
  if (reserveScratch(query.workerScratchBytes())) {
    executor.countBackup(backup.view.range.size());
    code = run.execute(backup.view.range, scratch);
    busy = currentTime() - backup.view.begin;
    trace(TraceEvent::Kind::backup, query, run, backup.view.range,
          backup.view.begin);
    first = backup.claim->finish(backup.view);
  }
  if (query.leave(run))
    executor.advance(query);
  if (first)
    complete(query, run, backup.view.range.size(), code, busy);
}

void Worker::trace(TraceEvent::Kind kind, const Query &query,
                   const LayerRun &run, ChunkQueue::Range range, Time begin) {
  if (executor.trace().active())
    executor.trace().record({.kind = kind,
                             .track = index,
                             .tenant = query.tenant->id,
                             .version = run.version(),
                             .count = range.size(),
                             .query = query.id,
                             .layer = &run.layerTables(),
                             .begin = begin,
                             .end = currentTime()});
}

// Of chunks that nobody else completes.
void Worker::complete(Query &query, LayerRun &run, uint32_t chunks,
                      int32_t code, Time busy) {
  if (code)
    query.stop(VELTAIR_KERNEL_ERROR, run.layer(), code);
  if (query.stopped())
    chunks += run.chunks.claimRest();
  if (!run.chunks.complete(chunks, busy))
    return;
  // Not chunk by chunk: those at the borders of a layer are smaller than
  // others.
  if (!query.stopped())
    query.quietTimes().observe(run.quietSlot(), run.chunks.size(),
                               run.chunks.timeSpent(), currentTime());
  executor.advance(query, &run);
}

void Worker::countInterference(const Query &query, const LayerRun &run,
                               uint32_t chunks, Time busy) {
  float quiet = query.quietTimes().perChunk(run.quietSlot());
  if (run.comparable() && quiet > 0)
    counters.chunksDone(index, busy, Time(quiet * float(chunks)));
}

bool Worker::backUp(Query &query, Time now, Time &next) {
  Query::Backup backup;
  switch (query.findBackup(now, backup, next)) {
  case Query::Search::nothing:
    return false;
  case Query::Search::joined:
    executeAgain(query, backup);
    return true;
  case Query::Search::isOpener:
    executor.advance(query);
    return true;
  }
  return false;
}

bool Worker::reserveScratch(uint64_t bytes) {
  if (bytes <= scratchBytes)
    return true;
  std::free(scratch);
  scratch = static_cast<std::byte *>(
      std::aligned_alloc(VELTAIR_ALIGNMENT, bytes)); // a multiple, by the ABI
  scratchBytes = scratch ? bytes : 0;
  return scratch;
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

// A sleeper first says that it sleeps and then looks again; who brings work
// first brings it and then looks for sleepers. All four are sequentially
// consistent, so one of the two sees the other. Likewise, who takes a worker
// from a team first takes it and then looks for work that it was woken for.

bool Worker::idle(Query *query) const {
  return assigned.load(std::memory_order_seq_cst) == query &&
         !(query && query->available()) &&
         !stopping.load(std::memory_order_seq_cst);
}

void Worker::waitForWork(Query *query) {
  Time now = currentTime(), end = now + (query ? teamSpinTime : idleSpinTime);
  Time nextBackup = never;
  for (; now < end; now = currentTime()) {
    if (query && backUp(*query, now, nextBackup))
      return;
    for (int i = 0; i < 16; ++i) {
      if (!idle(query))
        return;
      _mm_pause();
    }
  }
  uint32_t before = wakeUps();
  beginSleep(query);
  // The thread that waits for the query's end often waits for this CPU.
  for (int i = 0; i < 4 && idle(query); ++i)
    sched_yield();
  if (idle(query))
    futexWait(signal, before, nextBackup == never ? -1 : nextBackup);
  endSleep(query);
}

void Worker::beginSleep(Query *query) {
  sleeping.store(true, std::memory_order_seq_cst);
  if (query)
    query->sleepers.fetch_add(1, std::memory_order_seq_cst);
}

void Worker::endSleep(Query *query) {
  if (query)
    query->sleepers.fetch_sub(1, std::memory_order_seq_cst);
  sleeping.store(false, std::memory_order_seq_cst);
}

bool Worker::wakeFor(const Query &query) {
  if (!sleeping.load(std::memory_order_seq_cst) ||
      assigned.load(std::memory_order_seq_cst) != &query)
    return false;
  wake();
  return true;
}

void Worker::wake() {
  if (!sleeping.load(std::memory_order_seq_cst))
    return;
  signal.fetch_add(1, std::memory_order_seq_cst);
  futexWakeOne(signal);
}

} // namespace veltair
