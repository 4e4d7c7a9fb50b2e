// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestProgram.h"

namespace veltair {
namespace {

using FixedBlocksTest = SchedulerTest;

TEST_F(FixedBlocksTest, BlocksHaveTheirShareOfTheTarget) {
  create("fixed:5", 4);
  // 7 layers, work 700, target 350: two cores for the first five (500 within
  // 250), and for the last two.
  auto layer = TestLayer{100, 4};
  addTenant(1, testProgram({layer, layer, layer, layer, layer, layer, layer}),
            350);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 5, 2}}));
  EXPECT_EQ(blockEnd(250, 1, 5), (Grants{{1, 5, 2, 2}}));
  EXPECT_EQ(blockEnd(350, 1, 7), Grants());
  EXPECT_EQ(scheduler->statistics().blocks, 2u);
  EXPECT_EQ(scheduler->statistics().conflicts, 0u);
}

TEST_F(FixedBlocksTest, LayerwiseTakesWhatEachLayerNeeds) {
  create("layerwise", 4);
  // Shares 75, 25 and 300 of the target: one core suffices where the layer
  // cannot use more; the others need two.
  addTenant(1, testProgram({{150, 4}, {50, 1}, {600, 4}}), 400);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(blockEnd(75, 1, 1), (Grants{{1, 1, 1, 1}}));
  EXPECT_EQ(blockEnd(125, 1, 2), (Grants{{1, 2, 1, 2}}));
}

TEST_F(FixedBlocksTest, StartsOnWhatIsFreeAndGrows) {
  create("layerwise", 3);
  addTenant(1, testProgram({{400, 4}}), 200);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(arrive(10, 2, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(arrive(20, 3, 1), Grants());
  EXPECT_EQ(scheduler->statistics().conflicts, 2u);
  // Query 2 grows to its demand; query 3 starts on the last core.
  EXPECT_EQ(blockEnd(200, 1, 1), (Grants{{2, 0, 1, 2}, {3, 0, 1, 1}}));
  EXPECT_EQ(scheduler->statistics().conflicts, 2u); // counted once
}

TEST_F(FixedBlocksTest, WithoutTargetAsFastAsCanBe) {
  create("fixed", 8);
  addTenant(1, testProgram({{100, 3}}), never);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 3}}));
}

} // namespace
} // namespace veltair
