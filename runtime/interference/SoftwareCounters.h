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

namespace veltair {

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
    std::atomic<Time> busy{0};
    std::atomic<Time> quiet{0};
    std::atomic<int> schedstat{-1}; // file descriptor
    Time lastDelay = -1;            // of the reader; -1: none yet
  };

  unsigned count;
  std::unique_ptr<Worker[]> workers;
  std::unique_ptr<PerfCounters> hardware;
  Time lastRead;
  Time lastBusy = 0;
  Time lastQuiet = 0;
};

// The run delay in nanoseconds from the text of a schedstat file ("running
// delay slices"), or -1 when it is not one.
Time parseRunDelay(std::string_view schedstat);

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_SOFTWARECOUNTERS_H
