// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/simulator/Contention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace veltair;
using testing::ElementsAre;

namespace {

// One core reads 10 bytes a nanosecond from DRAM, all together 16; two domains
// of two cores with 1000 bytes of cache each.
class Contention : public testing::Test {
protected:
  Contention() {
    machine.cores = 4;
    machine.parameters.memoryBytesPerSecond = 10e9;
    machine.parameters.totalMemoryBytesPerSecond = 16e9;
    machine.parameters.l3Bytes = 1000;
  }

  // A layer that misses `least` bytes with all of the cache, and `most` with
  // half of it.
  static VersionInfo layer(uint64_t sharedBytes, uint64_t least,
                           uint64_t most) {
    VersionInfo version;
    version.sharedBytes = sharedBytes;
    version.missCurve = {{500, most}, {1000, least}};
    return version;
  }

  std::vector<double> timesOf(std::vector<Activity> activities) {
    std::vector<double> times;
    contendedTimes(machine, activities, times);
    return times;
  }

  Machine machine;
};

} // namespace

TEST_F(Contention, AloneALayerIsQuiet) {
  VersionInfo stream = layer(2000, 1000, 5000);
  EXPECT_THAT(timesOf({{&stream, 300, {1, 0}}}), ElementsAre(300));
  // Even if the annotations claim more than the bandwidth.
  EXPECT_THAT(timesOf({{&stream, 10, {2, 2}}}), ElementsAre(10));
}

TEST_F(Contention, LayersThatStayInTheirCachesDoNotMeet) {
  VersionInfo small = layer(100, 0, 0);
  EXPECT_THAT(timesOf({{&small, 300, {1, 0}}, {&small, 200, {1, 0}}}),
              ElementsAre(300, 200));
}

TEST_F(Contention, MemoryTimeShowsBesideOthers) {
  // Each moves 4 bytes a nanosecond: a quarter of the bandwidth, and 40 of its
  // 100 ns of memory time.
  VersionInfo stream = layer(0, 400, 400);
  EXPECT_THAT(timesOf({{&stream, 100, {1, 0}}, {&stream, 100, {0, 1}}}),
              ElementsAre(100 + 0.25 * 40, 100 + 0.25 * 40));
}

TEST_F(Contention, WorkingSetsSplitACache) {
  // Both want all of it: each gets half, and moves 100 bytes more. The quiet
  // rates are 0, so nothing else shows.
  VersionInfo both = layer(1000, 0, 100);
  EXPECT_THAT(timesOf({{&both, 50, {1, 0}}, {&both, 50, {1, 0}}}),
              ElementsAre(60, 60));
  // In different domains they do not meet.
  EXPECT_THAT(timesOf({{&both, 50, {1, 0}}, {&both, 50, {0, 1}}}),
              ElementsAre(50, 50));
  // Half of the first one's work is done beside the second.
  EXPECT_THAT(timesOf({{&both, 50, {1, 1}}, {&both, 50, {1, 0}}}),
              ElementsAre(50 + 50 / 16.0, 60));
}

TEST_F(Contention, TheBandwidthIsSharedFairly) {
  // Beside each other three teams would still ask for 1000 bytes in 162.5 ns
  // each, in sum more than there is: they share what the modest one leaves.
  VersionInfo greedy = layer(0, 1000, 1000), modest = layer(0, 100, 100);
  std::vector<double> times = timesOf({{&greedy, 100, {2, 0}},
                                       {&greedy, 100, {2, 0}},
                                       {&greedy, 100, {0, 2}},
                                       {&modest, 100, {0, 1}}});
  // Ten of its hundred nanoseconds are memory time that is no longer hidden.
  EXPECT_EQ(times[3], 110);
  EXPECT_GT(times[0], 162.5);
  EXPECT_NEAR(3000 / times[0] + 100 / times[3], 16, 1e-9);
}
