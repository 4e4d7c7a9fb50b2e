// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The hardware's counters, with a system that fails as real ones do.

#include "runtime/interference/PerfCounters.h"
#include "runtime/interference/SoftwareCounters.h"
#include "test/unit/runtime/FailingAllocations.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include <linux/perf_event.h>

namespace veltair {
namespace {

const Pmu &zen4() { return *findPmu({true, 0x19, 0x11}); }

// Counts what the test says.
struct FakeSystem final : PerfSystem {
  int open(const perf_event_attr &attr, int group) override {
    EXPECT_TRUE(attr.exclude_kernel);
    if (errors.count(attr.config))
      return -errors[attr.config];
    files.insert(++last);
    groups.push_back(group);
    return last;
  }
  long read(int file, void *buffer, size_t size) override {
    EXPECT_EQ(file, *files.begin()); // the leader
    if (readError)
      return -readError;
    EXPECT_EQ(size, data.size() * sizeof(uint64_t));
    std::memcpy(buffer, data.data(), size);
    return long(size);
  }
  void close(int file) override { EXPECT_EQ(files.erase(file), 1u); }

  std::map<uint64_t, int> errors; // by config
  int readError = 0;
  std::vector<uint64_t> data; // count, enabled, running, values
  std::vector<int> groups;
  std::set<int> files;
  int last = 10;
};

TEST(PerfGroup, CountsSinceTheLastReading) {
  FakeSystem system;
  {
    PerfGroup group(zen4(), system);
    EXPECT_TRUE(group.any());
    EXPECT_EQ(system.groups, (std::vector<int>{-1, 11, 11, 11, 11}));
    system.data = {5, 100, 100, 1, 2, 3, 4, 5};
    EXPECT_EQ(group.read(), (PmuCounts{1, 2, 3, 4, 5}));
    system.data = {5, 200, 200, 11, 22, 33, 44, 55};
    EXPECT_EQ(group.read(), (PmuCounts{10, 20, 30, 40, 50}));
  }
  EXPECT_TRUE(system.files.empty());
}

TEST(PerfGroup, ScalesMultiplexedCounters) {
  FakeSystem system;
  PerfGroup group(zen4(), system);
  system.data = {5, 100, 25, 10, 20, 30, 40, 50};
  EXPECT_EQ(group.read(), (PmuCounts{40, 80, 120, 160, 200}));
  // The counters did not run in this interval: nothing is known.
  system.data = {5, 200, 25, 10, 20, 30, 40, 50};
  EXPECT_EQ(group.read(), PmuCounts());
  EXPECT_EQ(scaledCount(7, 100, 100), 7u);
  EXPECT_EQ(scaledCount(7, 100, 0), std::nullopt);
}

TEST(PerfGroup, UsesWhatIsThere) {
  FakeSystem system;
  system.errors[zen4().events[0].config] = ENOENT; // the first is the leader
  system.errors[zen4().events[3].config] = EINVAL;
  PerfGroup group(zen4(), system);
  EXPECT_TRUE(group.any());
  EXPECT_EQ(group.failure(PmuCounter::cycles), ENOENT);
  EXPECT_EQ(group.failure(PmuCounter::instructions), 0);
  EXPECT_EQ(group.failure(PmuCounter::l3Accesses), EINVAL);
  system.data = {3, 10, 10, 1, 2, 3};
  EXPECT_EQ(group.read(), (PmuCounts{std::nullopt, 1, 2, std::nullopt, 3}));
}

TEST(PerfGroup, NothingIsThere) {
  for (int error : {EACCES, EPERM, ENOENT, ENOSYS, EOPNOTSUPP, EMFILE}) {
    FakeSystem system;
    for (const PmuEvent &event : zen4().events)
      system.errors[event.config] = error;
    PerfGroup group(zen4(), system);
    EXPECT_FALSE(group.any());
    EXPECT_EQ(group.read(), PmuCounts());
    EXPECT_FALSE(perfFailureText(error).empty());
  }
}

TEST(PerfGroup, AFailedReadingIsAbsent) {
  FakeSystem system;
  PerfGroup group(zen4(), system);
  system.readError = EBADF;
  EXPECT_EQ(group.read(), PmuCounts());
  system.readError = 0;
  system.data = {5, 1, 1, 1, 1, 1, 1, 1};
  system.data[0] = 4; // not the group that was opened
  EXPECT_EQ(group.read(), PmuCounts());
}

TEST(PerfCounters, SumsTheWorkers) {
  auto owned = std::make_unique<FakeSystem>();
  FakeSystem &system = *owned;
  SoftwareCounters counters(
      3, 0, std::make_unique<PerfCounters>(zen4(), 3, std::move(owned)));
  EXPECT_EQ(counters.name(), "perf");
  CounterReading none = counters.read(10);
  EXPECT_FALSE(none.cycles);
  counters.attachThread(1);
  system.data = {5, 100, 100, 1, 2, 3, 4, 5};
  CounterReading reading = counters.read(20);
  EXPECT_EQ(reading.cycles, 1u);
  EXPECT_EQ(reading.instructions, 2u);
  EXPECT_EQ(reading.l3Misses, 3u);
  EXPECT_EQ(reading.l3Accesses, 4u);
  EXPECT_EQ(reading.memoryReads, 5u);
}

// A thread that lacks it ends the program.
TEST(PerfCounters, AttachingNeedsNoMemory) {
  struct System final : PerfSystem {
    int open(const perf_event_attr &, int) override { return ++last; }
    void close(int) override {}
    int last = 10;
  };
  PerfCounters counters(zen4(), 1, std::make_unique<System>());
  uint64_t before = test::allocatedBytes();
  counters.attachThread(0);
  EXPECT_EQ(test::allocatedBytes(), before);
}

TEST(PerfCounters, WithoutHardwareTheNameSaysSo) {
  EXPECT_EQ(SoftwareCounters(1, 0).name(), "software");
}

TEST(PerfCounters, LeaveTheProgramItsFileDescriptors) {
  EXPECT_TRUE(leavesDescriptors(2, 1024));
  EXPECT_TRUE(leavesDescriptors(51, 1024));
  EXPECT_FALSE(leavesDescriptors(52, 1024));
  EXPECT_FALSE(leavesDescriptors(1, 0));
}

} // namespace
} // namespace veltair
