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

void Executor::runTimer() {
  Time nextSample = 0;
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
      timerParked = !underway;
      Time until = underway ? std::min(nextSample, wakeUp) : wakeUp;
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
  levelBucket.store(level.bucket(), std::memory_order_relaxed);
  post(InterferenceSampled{level.level(), level.bucket()});
}

} // namespace veltair
