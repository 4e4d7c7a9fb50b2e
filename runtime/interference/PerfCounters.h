// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hardware's counters of this process's threads, through perf_event_open.
//
// Counters can fail one by one: the kernel forbids them (perf_event_paranoid
// above 2 without CAP_PERFMON), the machine has none (most virtual machines),
// or lacks some. What is left is used.

#ifndef VELTAIR_INTERFERENCE_PERFCOUNTERS_H
#define VELTAIR_INTERFERENCE_PERFCOUNTERS_H

#include "runtime/interference/CounterSource.h"
#include "runtime/interference/PmuEvents.h"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct perf_event_attr;

namespace veltair {

// The system calls, so that tests can fail them.
class PerfSystem {
public:
  virtual ~PerfSystem() = default;
  // perf_event_open for the calling thread on any CPU: a file descriptor, or
  // -errno.
  virtual int open(const perf_event_attr &attr, int group);
  // As read(2), with -errno for -1.
  virtual long read(int file, void *buffer, size_t size);
  virtual void close(int file);
};

using PmuCounts = std::array<std::optional<uint64_t>, pmuCounterCount>;

// The events of one thread, counted together. Those that cannot be had are
// absent.
class PerfGroup {
public:
  // Opens what can be opened for the calling thread.
  PerfGroup(const Pmu &pmu, PerfSystem &system);
  ~PerfGroup();
  PerfGroup(const PerfGroup &) = delete;
  PerfGroup &operator=(const PerfGroup &) = delete;

  bool any() const { return leader >= 0; }
  // 0, or the errno of a counter's opening.
  int failure(PmuCounter counter) const { return failures[size_t(counter)]; }

  // What was counted since the last call, by any thread's reading. Scaled up
  // when the kernel multiplexed the counters; absent when they never ran.
  PmuCounts read();

private:
  PerfSystem &system;
  int leader = -1;
  unsigned opened = 0;
  std::array<int, pmuCounterCount> files;
  std::array<int, pmuCounterCount> failures;
  std::array<unsigned, pmuCounterCount> positions; // in the group's values
  std::array<uint64_t, pmuCounterCount + 2> last{};
};

// `delta` of a counter that ran for `running` of `enabled` nanoseconds; absent
// when it did not run at all.
std::optional<uint64_t> scaledCount(uint64_t delta, uint64_t enabled,
                                    uint64_t running);

// Why an event cannot be counted, in words.
std::string perfFailureText(int error);

// /proc/sys/kernel/perf_event_paranoid; none where there is no such file.
std::optional<int> perfParanoidLevel();

// Adds the groups of all workers up; thread safe as CounterSource says.
class PerfCounters {
public:
  PerfCounters(const Pmu &pmu, unsigned workers,
               std::unique_ptr<PerfSystem> system);
  ~PerfCounters();

  // By a worker's own thread.
  void attachThread(unsigned worker);

  // Fills in what was counted since the last call.
  void addTo(CounterReading &reading);

private:
  const Pmu &pmu;
  std::unique_ptr<PerfSystem> system;
  struct Slot; // holds a group that another thread may read
  std::unique_ptr<Slot[]> slots;
  unsigned count;
};

// True if the program keeps most of its `limit` file descriptors when each
// worker has its counters.
bool leavesDescriptors(unsigned workers, uint64_t limit);
// The limit of this process.
uint64_t descriptorLimit();

// Null when this machine lets the calling thread count nothing, or when
// counters would take too many file descriptors.
std::unique_ptr<PerfCounters> openPerfCounters(unsigned workers);

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_PERFCOUNTERS_H
