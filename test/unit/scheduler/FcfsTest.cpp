// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestProgram.h"

namespace veltair {
namespace {

using FcfsTest = SchedulerTest;

TEST_F(FcfsTest, RunsOneQueryAtATimeOnAllCores) {
  create("fcfs", 4);
  addTenant(1, testProgram({{100, 4}, {100, 4}}), 1000);
  EXPECT_EQ(arrive(10, 1, 1), (Grants{{1, 0, 2, 4}}));
  EXPECT_EQ(arrive(20, 2, 1), Grants());
  EXPECT_EQ(arrive(30, 3, 1), Grants());
  EXPECT_EQ(blockEnd(60, 1, 2), (Grants{{2, 0, 2, 4}}));
  EXPECT_EQ(blockEnd(110, 2, 2), (Grants{{3, 0, 2, 4}}));
  EXPECT_EQ(blockEnd(160, 3, 2), Grants());
  SchedulerStatistics s = scheduler->statistics();
  EXPECT_EQ(s.blocks, 3u);
  EXPECT_EQ(s.conflicts, 2u); // queries 2 and 3 had to wait
}

TEST_F(FcfsTest, CancelledQueriesGiveWay) {
  create("fcfs", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  arrive(0, 1, 1);
  arrive(0, 2, 1);
  arrive(0, 3, 1);
  EXPECT_EQ(send(5, QueryCancelled{2}), Grants());
  EXPECT_EQ(send(6, QueryCancelled{1}), (Grants{{3, 0, 1, 2}}));
}

TEST_F(FcfsTest, FollowsTheCores) {
  create("fcfs", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  arrive(0, 1, 1);
  EXPECT_EQ(send(1, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(2, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(3, CoresChanged{3}), (Grants{{1, 0, 1, 3}}));
}

TEST_F(FcfsTest, CountsByTenant) {
  create("fcfs", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  addTenant(2, testProgram({{100, 2}}), 1000);
  arrive(0, 1, 1);
  arrive(0, 2, 2);
  send(50, BlockEnded{1, 1, 3});
  EXPECT_EQ(scheduler->statistics(1).versionSwitches, 3u);
  EXPECT_EQ(scheduler->statistics(2).versionSwitches, 0u);
  EXPECT_EQ(scheduler->statistics(1).conflicts, 0u);
  EXPECT_EQ(scheduler->statistics(2).conflicts, 1u);
  EXPECT_EQ(scheduler->statistics().versionSwitches, 3u);
  EXPECT_EQ(scheduler->statistics(1).coreTime, 100u);
  send(60, CoresChanged{1});
  send(65, CoresChanged{2});
  send(100, BlockEnded{2, 1});
  EXPECT_EQ(scheduler->statistics(1).coreTime, 100u);
  EXPECT_EQ(scheduler->statistics(2).coreTime, 20u + 5u + 70u);
  EXPECT_EQ(scheduler->statistics().coreTime, 195u);
}

} // namespace
} // namespace veltair
