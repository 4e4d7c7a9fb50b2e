// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The executor's timer thread: wake-ups for the scheduler, and the interference
// level.

#include "runtime/executor/Executor.h"
#include "runtime/executor/Transaction.h"

#include <algorithm>
#include <chrono>

namespace veltair {

// How often the interference level is measured while queries are under way.
static constexpr Time samplePeriod = 10'000'000;

Time Executor::runDue(Time now) {
  if (wakeUp <= now) {
    wakeUp = never;
    post(TimerFired{});
    return now;
  }
  // One at a time: others get the lock in between.
  if (shedOneExpired(now) || arenas.trimOne(now))
    return now;
  timerParked = !underway;
  Time until = std::min(underway ? nextSample : never, wakeUp);
  if (!deadlines.empty())
    until = std::min(until, deadlines.begin()->first);
  return std::min(until, arenas.nextTrim());
}

void Executor::runTimer() {
  while (true) {
    letOthersLock();
    {
      Transaction transaction(*this);
      if (stopping)
        return;
      Time now = options.clock();
      Time until = runDue(now);
      if (until > now) {
        if (until == never)
          timerChanged.wait(transaction.lock);
        else
          timerChanged.wait_until(transaction.lock,
                                  std::chrono::steady_clock::time_point(
                                      std::chrono::nanoseconds(until)));
        continue;
      }
      if (!underway || nextSample > now)
        continue; // tells who waits
      nextSample = now + samplePeriod;
    }
    sampleInterference();
  }
}

void Executor::sampleInterference() {
  CounterReading reading = counters.read(options.clock()); // without the lock
  Transaction transaction(*this);
  level.update(reading);
  tracing.record({.kind = TraceEvent::Kind::level,
                  .level = level.level(),
                  .begin = options.clock()});
  levelBucket.store(level.bucket(), std::memory_order_relaxed);
  post(InterferenceSampled{level.level(), level.bucket()});
}

} // namespace veltair
