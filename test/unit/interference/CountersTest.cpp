// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/QuietTimes.h"
#include "runtime/interference/SoftwareCounters.h"

#include "gtest/gtest.h"

#include <string>
#include <thread>

#include <sys/mman.h>
#include <unistd.h>

namespace veltair {
namespace {

ProgramInfo twoLayers() {
  ProgramInfo program;
  program.layers.resize(2);
  program.layers[0].versions.resize(2);
  program.layers[0].versions[1].stages = 3;
  program.layers[1].versions.resize(1);
  return program;
}

TEST(QuietTimes, HasASlotForEveryStage) {
  QuietTimes times(twoLayers());
  EXPECT_EQ(times.slot(0, 0, 0), 0u);
  EXPECT_EQ(times.slot(0, 1, 0), 1u);
  EXPECT_EQ(times.slot(0, 1, 2), 3u);
  EXPECT_EQ(times.slot(1, 0, 0), 4u);
}

TEST(QuietTimes, LearnsTheLeastTime) {
  QuietTimes times(twoLayers());
  EXPECT_EQ(times.observe(0, 4, 4000, 0), 4000);
  EXPECT_EQ(times.observe(0, 2, 1000, 0), 1000); // 500 a chunk
  EXPECT_NEAR(double(times.observe(0, 4, 8000, 0)), 2000, 2);
  EXPECT_EQ(times.observe(1, 1, 7, 0), 7); // slots are independent
}

// A thousand slower chunks a second, as a busy service has.
TEST(QuietTimes, ForgetsInMinutesHoweverBusy) {
  constexpr Time second = 1'000'000'000;
  QuietTimes times(twoLayers());
  times.observe(0, 1, 1000, 0);
  Time now = 0, quiet = 0;
  auto observeFor = [&](Time seconds) {
    for (Time end = now + seconds * second; now < end;)
      quiet = times.observe(0, 1, 1500, now += second / 1000);
  };
  observeFor(60);
  EXPECT_GT(quiet, 1050);
  EXPECT_LT(quiet, 1070);
  observeFor(600);
  EXPECT_EQ(quiet, 1500);
}

TEST(QuietTimes, CalibratedTimesAreNotLearned) {
  QuietTimes times(twoLayers());
  times.calibrate(0, 300);
  EXPECT_EQ(times.observe(0, 2, 100, 0), 600);
  EXPECT_EQ(times.observe(0, 2, 100000, 0), 600);
}

TEST(SoftwareCounters, SumsWorkersSinceTheLastReading) {
  SoftwareCounters counters(2, 100);
  counters.chunksDone(0, 30, 20);
  counters.chunksDone(1, 50, 40);
  CounterReading reading = counters.read(1100);
  EXPECT_EQ(reading.duration, 1000);
  EXPECT_EQ(reading.busy, 80);
  EXPECT_EQ(reading.quiet, 60);
  EXPECT_FALSE(reading.runDelay); // no thread attached
  counters.chunksDone(1, 5, 4);
  reading = counters.read(1200);
  EXPECT_EQ(reading.duration, 100);
  EXPECT_EQ(reading.busy, 5);
  EXPECT_EQ(reading.quiet, 4);
}

TEST(SoftwareCounters, SurvivesTheEndOfAThread) {
  SoftwareCounters counters(1, 0);
  std::thread([&] { counters.attachThread(0); }).join();
  counters.read(10);
  EXPECT_EQ(counters.read(20).duration, 10);
}

TEST(SoftwareCounters, ReadsTheRunDelayOfItsThreads) {
  SoftwareCounters counters(1, 0);
  counters.attachThread(0);
  counters.read(10);
  CounterReading reading = counters.read(20);
  if (reading.runDelay) // where the kernel keeps it
    EXPECT_GE(*reading.runDelay, 0);
}

// What the kernel would tell of a worker, which closes the file.
struct ScriptedSchedstat {
  ScriptedSchedstat(SoftwareCounters &counters, unsigned worker)
      : file(memfd_create("schedstat", MFD_CLOEXEC)) {
    counters.attachSchedstat(worker, file);
    tell(0, 0);
  }

  void tell(Time ran, Time delay) {
    std::string text =
        std::to_string(ran) + " " + std::to_string(delay) + " 1\n";
    EXPECT_EQ(ftruncate(file, 0), 0);
    EXPECT_EQ(pwrite(file, text.data(), text.size(), 0), ssize_t(text.size()));
  }

  const int file;
};

// Not what a worker waits that looks for work or wakes up: that would make the
// chunks of others look undisturbed.
TEST(SoftwareCounters, ChunksHaveTheirShareOfTheRunDelay) {
  SoftwareCounters counters(2, 0);
  ScriptedSchedstat serving(counters, 0), idle(counters, 1);
  EXPECT_FALSE(counters.read(10).runDelay) << "nothing to compare with";
  serving.tell(600, 200);
  idle.tell(50, 900);
  counters.chunksDone(0, 400, 300); // half of the 800
  CounterReading reading = counters.read(1010);
  EXPECT_EQ(reading.busy, 400);
  EXPECT_EQ(reading.runDelay, 100);
  // All of it is in chunks, though the kernel has not told yet that it ran.
  serving.tell(600, 500);
  counters.chunksDone(0, 700, 400);
  EXPECT_EQ(counters.read(2010).runDelay, 300);
}

TEST(SoftwareCounters, ChunksLongerThanAReadingHaveTheirRunDelay) {
  SoftwareCounters counters(1, 0);
  ScriptedSchedstat schedstat(counters, 0);
  counters.read(10);
  schedstat.tell(400, 600);
  EXPECT_EQ(counters.read(1010).runDelay, 0);
  schedstat.tell(1000, 1000);
  counters.chunksDone(0, 2000, 1000);
  EXPECT_EQ(counters.read(2010).runDelay, 1000);
}

TEST(SoftwareCounters, ParsesSchedstat) {
  std::optional<RunTimes> times = parseSchedstat("123456 789 42\n");
  ASSERT_TRUE(times);
  EXPECT_EQ(times->ran, 123456);
  EXPECT_EQ(times->delay, 789);
  for (const char *bad : {"", "123", "123 ", "123 x", "123 -5 1", "-1 5 1"})
    EXPECT_FALSE(parseSchedstat(bad)) << bad;
}

} // namespace
} // namespace veltair
