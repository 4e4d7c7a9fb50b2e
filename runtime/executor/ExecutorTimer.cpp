// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The executor's timer thread: wake-ups for the scheduler, and the interference
// level.

#include "runtime/executor/Executor.h"
#include "runtime/executor/Transaction.h"
#include "runtime/support/Clock.h"

#include <algorithm>
#include <chrono>

namespace veltair {

// How often the interference level is measured while queries are under way.
static constexpr Time samplePeriod = 10'000'000;

// How long an idle runtime keeps the memory of queries for the next ones.
static constexpr Time arenaKeepTime = 5'000'000'000;

void Executor::runTimer() {
  Time nextSample = 0, lastUse = 0;
  while (true) {
    {
      Transaction transaction(*this);
      if (stopping)
        return;
      Time now = currentTime();
      if (wakeUp <= now) {
        wakeUp = never;
        post(TimerFired{});
        continue;
      }
      if (shedExpired(now))
        continue; // tells who waits
      Time deadline = deadlines.empty() ? never : deadlines.begin()->first;
      timerParked = !underway;
      Time until = std::min(underway ? nextSample : never, deadline);
      until = std::min(until, wakeUp);
      if (underway)
        lastUse = now;
      else if (arenas.bytesHeld() && lastUse + arenaKeepTime <= now)
        arenas.trim();
      else if (arenas.bytesHeld())
        until = std::min(until, lastUse + arenaKeepTime);
      if (until > now) {
        if (until == never)
          timerChanged.wait(transaction.lock);
        else
          timerChanged.wait_until(transaction.lock,
                                  std::chrono::steady_clock::time_point(
                                      std::chrono::nanoseconds(until)));
        continue;
      }
    }
    sampleInterference();
    nextSample = currentTime() + samplePeriod;
  }
}

void Executor::sampleInterference() {
  CounterReading reading = counters.read(currentTime()); // without the lock
  Transaction transaction(*this);
  level.update(reading);
  tracing.record({.kind = TraceEvent::Kind::level,
                  .level = level.level(),
                  .begin = currentTime()});
  levelBucket.store(level.bucket(), std::memory_order_relaxed);
  post(InterferenceSampled{level.level(), level.bucket()});
}

} // namespace veltair
