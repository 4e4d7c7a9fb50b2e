// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/PerfCounters.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <linux/perf_event.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace veltair {

//===----------------------------------------------------------------------===//
// The system
//===----------------------------------------------------------------------===//

int PerfSystem::open(const perf_event_attr &attr, int group) {
  long file =
      syscall(SYS_perf_event_open, &attr, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
  return file < 0 ? -errno : int(file);
}

long PerfSystem::read(int file, void *buffer, size_t size) {
  long got = ::read(file, buffer, size);
  return got < 0 ? -errno : got;
}

void PerfSystem::close(int file) { ::close(file); }

std::string perfFailureText(int error) {
  switch (error) {
  case 0:
    return "counted";
  case EACCES:
  case EPERM:
    return "not allowed: perf_event_paranoid must be at most 2, or the process "
           "needs CAP_PERFMON";
  case ENOENT:
  case EOPNOTSUPP:
    return "this machine does not offer it";
  case ENOSYS:
    return "the kernel has no perf events";
  case EINVAL:
  case ENOSPC:
    return "does not fit beside the others";
  default:
    return std::strerror(error);
  }
}

std::optional<int> perfParanoidLevel() {
  FILE *file = std::fopen("/proc/sys/kernel/perf_event_paranoid", "re");
  if (!file)
    return std::nullopt;
  int level = 0;
  bool found = std::fscanf(file, "%d", &level) == 1;
  std::fclose(file);
  return found ? std::optional(level) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// A thread's group
//===----------------------------------------------------------------------===//

PerfGroup::PerfGroup(const Pmu &pmu, PerfSystem &system) : system(system) {
  files.fill(-1);
  failures.fill(0);
  positions.fill(0);
  for (unsigned i = 0; i < pmuCounterCount; ++i) {
    perf_event_attr attr = {};
    attr.size = sizeof(attr);
    attr.type = PERF_TYPE_RAW;
    attr.config = pmu.events[i].config;
    attr.exclude_kernel = 1;
    attr.exclude_hv = 1;
    attr.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED |
                       PERF_FORMAT_TOTAL_TIME_RUNNING;
    int file = system.open(attr, leader);
    if (file < 0) {
      failures[i] = -file;
      continue;
    }
    if (leader < 0)
      leader = file;
    files[i] = file;
    positions[i] = opened++;
  }
}

PerfGroup::~PerfGroup() {
  for (int file : files)
    if (file >= 0)
      system.close(file);
}

std::optional<uint64_t> scaledCount(uint64_t delta, uint64_t enabled,
                                    uint64_t running) {
  if (running == 0)
    return std::nullopt;
  if (running >= enabled)
    return delta;
  return uint64_t(double(delta) * (double(enabled) / double(running)));
}

PmuCounts PerfGroup::read() {
  PmuCounts counts;
  // How many, time enabled, time running, then the values.
  std::array<uint64_t, pmuCounterCount + 3> data{};
  size_t size = (opened + 3) * sizeof(uint64_t);
  if (!any() || system.read(leader, data.data(), size) != long(size) ||
      data[0] != opened)
    return counts;
  auto since = [&](unsigned index) {
    uint64_t before = std::exchange(last[index], data[index + 1]);
    return data[index + 1] - std::min(before, data[index + 1]);
  };
  uint64_t enabled = since(0), running = since(1);
  for (unsigned i = 0; i < pmuCounterCount; ++i)
    if (files[i] >= 0)
      counts[i] = scaledCount(since(positions[i] + 2), enabled, running);
  return counts;
}

//===----------------------------------------------------------------------===//
// All workers
//===----------------------------------------------------------------------===//

struct PerfCounters::Slot {
  // In place: where a worker's thread begins, nobody handles a lack of memory.
  std::optional<PerfGroup> owned;
  std::atomic<PerfGroup *> group{nullptr};
};

PerfCounters::PerfCounters(const Pmu &pmu, unsigned workers,
                           std::unique_ptr<PerfSystem> system)
    : pmu(pmu), system(std::move(system)),
      slots(std::make_unique<Slot[]>(workers)), count(workers) {}

PerfCounters::~PerfCounters() = default;

void PerfCounters::attachThread(unsigned worker) {
  Slot &slot = slots[worker];
  PerfGroup &group = slot.owned.emplace(pmu, *system);
  slot.group.store(&group, std::memory_order_release);
}

void PerfCounters::addTo(CounterReading &reading) {
  auto add = [](std::optional<uint64_t> &sum, std::optional<uint64_t> value) {
    if (value)
      sum = sum.value_or(0) + *value;
  };
  for (unsigned i = 0; i < count; ++i) {
    PerfGroup *group = slots[i].group.load(std::memory_order_acquire);
    if (!group)
      continue;
    PmuCounts counts = group->read();
    add(reading.cycles, counts[size_t(PmuCounter::cycles)]);
    add(reading.instructions, counts[size_t(PmuCounter::instructions)]);
    add(reading.l3Misses, counts[size_t(PmuCounter::l3Misses)]);
    add(reading.l3Accesses, counts[size_t(PmuCounter::l3Accesses)]);
    add(reading.memoryReads, counts[size_t(PmuCounter::memoryReads)]);
  }
}

bool leavesDescriptors(unsigned workers, uint64_t limit) {
  return uint64_t(workers) * pmuCounterCount <= limit / 4;
}

uint64_t descriptorLimit() {
  rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

std::unique_ptr<PerfCounters> openPerfCounters(unsigned workers) {
  const Pmu *pmu = findPmu(thisCpu());
  auto system = std::make_unique<PerfSystem>();
  if (!pmu || !leavesDescriptors(workers, descriptorLimit()) ||
      !PerfGroup(*pmu, *system).any())
    return nullptr;
  return std::make_unique<PerfCounters>(*pmu, workers, std::move(system));
}

} // namespace veltair
