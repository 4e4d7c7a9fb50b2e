// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counters that need no hardware support: how long completed chunks took
// against their quiet time, and how long workers waited for a CPU. With those
// of the hardware where there are some.

#ifndef VELTAIR_INTERFERENCE_SOFTWARECOUNTERS_H
#define VELTAIR_INTERFERENCE_SOFTWARECOUNTERS_H

#include "runtime/interference/CounterSource.h"
#include "runtime/interference/PerfCounters.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>

namespace veltair {

// What a thread did since it began, in nanoseconds.
struct RunTimes {
  Time ran = 0;
  Time delay = 0; // it was runnable, but had no CPU
};

class SoftwareCounters final : public CounterSource {
public:
  // `now`: when the first reading begins. `hardware` may be null.
  SoftwareCounters(unsigned workers, Time now,
                   std::unique_ptr<PerfCounters> hardware = nullptr);
  ~SoftwareCounters() override;

  // Called by a worker's own thread when it starts: reads its run delay and
  // hardware counters from now on. Where the kernel does not tell, the run
  // delay stays absent.
  void attachThread(unsigned worker);
  // The same of the thread that `schedstat` tells of, a file that is closed at
  // the end; negative: none.
  void attachSchedstat(unsigned worker, int schedstat);

  // Called by a worker after a range of chunks.
  void chunksDone(unsigned worker, Time busy, Time quiet) {
    Worker &w = workers[worker];
    w.busy.fetch_add(busy, std::memory_order_relaxed);
    w.quiet.fetch_add(quiet, std::memory_order_relaxed);
  }

  std::string_view name() const override {
    return hardware ? "perf" : "software";
  }
  CounterReading read(Time now) override;

private:
  // A cache line each, so that workers do not disturb one another.
  struct alignas(64) Worker {
    void addTo(CounterReading &reading);

    std::atomic<Time> busy{0};
    std::atomic<Time> quiet{0};
    std::atomic<int> schedstat{-1}; // file descriptor

    // The reader's: what it found the last time, and what `schedstat` told when
    // there were new chunks.
    Time lastBusy = 0;
    Time lastQuiet = 0;
    std::optional<RunTimes> lastTimes;
  };

  unsigned count;
  std::unique_ptr<Worker[]> workers;
  std::unique_ptr<PerfCounters> hardware;
  Time lastRead;
};

// From the text of a schedstat file ("running delay slices"); none when it is
// not one.
std::optional<RunTimes> parseSchedstat(std::string_view text);

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_SOFTWARECOUNTERS_H
