// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestProgram.h"

namespace veltair {
namespace {

using VeltairTest = SchedulerTest;

TEST_F(VeltairTest, LendsIdleCoresAndTakesThemBack) {
  create("veltair", 4);
  // Needs one core (800 <= 1000), gains up to four.
  addTenant(1, testProgram({{400, 4}, {400, 4}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  // Half done on four cores; one core suffices for the rest. The second query
  // needs one too; the two others are lent in turn.
  EXPECT_EQ(arrive(100, 2, 1), (Grants{{1, 0, 2, 2}, {2, 0, 2, 2}}));
  EXPECT_EQ(blockEnd(300, 1, 2), (Grants{{2, 0, 2, 4}}));
  EXPECT_EQ(blockEnd(400, 2, 2), Grants());
  EXPECT_EQ(scheduler->statistics().blocks, 2u);
  EXPECT_EQ(scheduler->statistics().conflicts, 0u);
}

TEST_F(VeltairTest, LendsNoMoreThanHelps) {
  create("veltair", 4);
  addTenant(1, testProgram({{400, 2}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
}

TEST_F(VeltairTest, StartsOnPartOfItsDemandAndGrows) {
  create("veltair", 2);
  addTenant(1, testProgram({{1000, 2}}), 1000); // needs one core
  addTenant(2, testProgram({{1000, 2}}), 500);  // needs two
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(arrive(100, 2, 2), (Grants{{1, 0, 1, 1}, {2, 0, 1, 1}}));
  EXPECT_EQ(scheduler->statistics(2).conflicts, 1u);
  EXPECT_EQ(blockEnd(900, 1, 1), (Grants{{2, 0, 1, 2}}));
  EXPECT_EQ(scheduler->statistics().conflicts, 1u);
}

TEST_F(VeltairTest, WaitsOnlyWithoutFreeCores) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(10, 2, 1), Grants());
  EXPECT_EQ(scheduler->statistics().conflicts, 1u);
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(scheduler->statistics().conflicts, 1u); // counted once
}

TEST_F(VeltairTest, TheUrgentGoFirstAndTheLateLast) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), 1000);
  addTenant(2, testProgram({{100, 1}}), 500);
  addTenant(3, testProgram({{100, 1}}), 150);
  arrive(0, 1, 1);
  arrive(10, 2, 1); // until 1010
  arrive(20, 3, 3); // until 170: late at 100
  arrive(30, 4, 2); // until 530
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{4, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(200, 4, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(300, 2, 1), (Grants{{3, 0, 1, 1}}));
}

TEST_F(VeltairTest, BlocksShrinkUnderLoad) {
  create("veltair", 4);
  // Demand of the model 2, of the middle layer 4 (see BlockPlanTest).
  addTenant(1, testProgram({{300, 4}, {100, 4, 4}, {300, 4}}), 420);
  // Load 2/4: idle, the whole model is one block.
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 3, 4}}));
  // Load 4/4: theta 2, still whole.
  EXPECT_EQ(arrive(0, 2, 1), (Grants{{1, 0, 3, 2}, {2, 0, 3, 2}}));
  // Load 6/4 and more: theta 0.
  EXPECT_EQ(arrive(0, 3, 1), Grants());
  EXPECT_EQ(arrive(0, 4, 1), Grants());
  // Query 3 cannot be in time any more and is planned with a whole target:
  // its first layer is a block that demands 2.
  EXPECT_EQ(blockEnd(400, 1, 3), (Grants{{3, 0, 1, 2}}));
  // Load 4/4 again: theta 2.
  EXPECT_EQ(blockEnd(400, 2, 3), (Grants{{4, 0, 3, 2}}));
  // The rest of query 3 demands 3 cores for its share of the target (240), and
  // starts on two.
  EXPECT_EQ(scheduler->statistics().conflicts, 2u);
  EXPECT_EQ(blockEnd(550, 3, 1), (Grants{{3, 1, 2, 2}}));
  EXPECT_EQ(scheduler->statistics().conflicts, 3u);
}

TEST_F(VeltairTest, LearnsFromBlocksThatTakeLonger) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), 1000);
  arrive(0, 1, 1);
  blockEnd(400, 1, 1); // predicted 200
  // Now two cores are needed: the third query finds none.
  arrive(1000, 2, 1);
  EXPECT_EQ(arrive(1000, 3, 1), (Grants{{2, 0, 1, 2}, {3, 0, 1, 2}}));
  EXPECT_EQ(arrive(1000, 4, 1), Grants());
}

TEST_F(VeltairTest, ATenantWithoutTargetGetsTheIdleCores) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), never);
  addTenant(2, testProgram({{800, 4}}), 200);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 4}}));
  // The other needs all four, but takes only what is lent.
  EXPECT_EQ(arrive(0, 2, 2), (Grants{{1, 0, 1, 1}, {2, 0, 1, 3}}));
}

TEST_F(VeltairTest, FollowsTheCores) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), 1000);
  arrive(0, 1, 1);
  EXPECT_EQ(arrive(0, 2, 1), (Grants{{1, 0, 1, 2}, {2, 0, 1, 2}}));
  EXPECT_EQ(send(0, CoresChanged{1}), (Grants{{2, 0, 1, 0}, {1, 0, 1, 1}}));
  EXPECT_EQ(send(0, CoresChanged{2}), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(send(0, CoresChanged{0}), (Grants{{2, 0, 1, 0}, {1, 0, 1, 0}}));
  EXPECT_EQ(send(0, CoresChanged{2}), (Grants{{1, 0, 1, 1}, {2, 0, 1, 1}}));
}

TEST_F(VeltairTest, InterferenceRaisesDemands) {
  create("veltair", 4);
  auto program = testProgram({{800, 4}});
  program->layers[0].versions[0].bytes = 100; // twice the time at level 1
  addTenant(1, program, 1000);
  send(0, InterferenceSampled{1.0, levelBucketCount - 1});
  arrive(0, 1, 1);
  EXPECT_EQ(arrive(0, 2, 1), (Grants{{1, 0, 1, 2}, {2, 0, 1, 2}}));
  EXPECT_EQ(arrive(0, 3, 1), Grants());
}

} // namespace
} // namespace veltair
