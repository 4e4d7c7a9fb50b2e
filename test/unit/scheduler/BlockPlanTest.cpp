// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/BlockPlan.h"

#include "TestProgram.h"

namespace veltair {
namespace {

ProgramTimes timesOf(const ProgramInfo &program, unsigned cores) {
  TestTimeModel model;
  VersionTable versions(program, model, cores, {});
  return ProgramTimes(program, versions, model, cores, 0);
}

TEST(ProgramTimes, SumsRanges) {
  ProgramTimes times = timesOf(*testProgram({{100, 4}, {60, 2}, {10, 1}}), 4);
  EXPECT_EQ(times.time(0, 3, 1), 170);
  EXPECT_EQ(times.time(0, 2, 2), 80);
  EXPECT_EQ(times.time(0, 3, 4), 25 + 30 + 10);
  EXPECT_EQ(times.time(1, 1, 3), 0);
}

// Annotations of an artifact may say anything.
TEST(ProgramTimes, SumsOfTheLongestLayersFit) {
  constexpr uint64_t endless = uint64_t(1) << 62;
  ProgramTimes times =
      timesOf(*testProgram({{endless, 1}, {endless, 1}, {endless, 1}}), 2);
  for (unsigned l = 0; l < 3; ++l)
    EXPECT_GT(times.time(0, l + 1, 2), times.time(0, l, 2));
}

TEST(ProgramTimes, DemandIsTheSmallestTeamThatFits) {
  ProgramTimes times = timesOf(*testProgram({{120, 4}, {60, 2}}), 6);
  EXPECT_EQ(times.demand(0, 2, 180), 1u);
  EXPECT_EQ(times.demand(0, 2, 179), 2u); // 60 + 30
  EXPECT_EQ(times.demand(0, 2, 70), 3u);  // 40 + 30
  EXPECT_EQ(times.demand(0, 2, 60), 4u);  // 30 + 30
  // None fits: the smallest of the fastest.
  EXPECT_EQ(times.demand(0, 2, 59), 4u);
  EXPECT_EQ(times.demand(1, 2, -1), 2u);
}

TEST(ProgramTimes, EfficientTeamsWasteLittle) {
  // 180, 90, 80, 70 (50 + 30 and so on) on 1 to 4 cores: of two cores' time
  // all is useful, of three cores' 180 / 210.
  ProgramTimes times = timesOf(*testProgram({{120, 4}, {60, 2}}), 6);
  EXPECT_EQ(times.efficientTeam(0, 2, 0.8), 3u);
  EXPECT_EQ(times.efficientTeam(0, 1, 0.8), 4u);
  EXPECT_EQ(times.efficientTeam(1, 2, 0.8), 2u);
  EXPECT_EQ(times.efficientTeam(2, 2, 0.8), 1u); // nothing to do
}

TEST(ProgramTimes, ChunksBegunAreThoseOfTheWorkersThatHaveOne) {
  // Chunks of 30.
  ProgramTimes times = timesOf(*testProgram({{120, 4}, {60, 2}}), 4);
  EXPECT_DOUBLE_EQ(times.chunksBegun(0, 2, 1), 30);
  EXPECT_DOUBLE_EQ(times.chunksBegun(0, 2, 2), 60);
  EXPECT_DOUBLE_EQ(times.chunksBegun(0, 2, 4), 90); // 120 and 60, as long
  EXPECT_DOUBLE_EQ(times.chunksBegun(1, 2, 4), 60);
  EXPECT_DOUBLE_EQ(times.chunksBegun(2, 2, 4), 0); // nothing to do
}

TEST(BlockPlan, IsTheWholeModelWithoutPivots) {
  // One-core times 200, 40, 160; the middle layer cannot use more than one
  // core, so the others must make up for it.
  ProgramTimes times = timesOf(*testProgram({{200, 8}, {40, 1}, {160, 8}}), 8);
  // Budget 200 = half of the work. The whole: two cores take 100+40+80 = 220,
  // three take 66+40+53 = 159: demand 3. Alone, the layers have the budgets
  // 100, 20, 80 and demand 2, 1 (no team fits), 2: no pivots.
  BlockPlan plan = planBlock(times, 0, 200, 0);
  EXPECT_EQ(plan.layers, 3u);
  EXPECT_EQ(plan.cores, 3u);
  EXPECT_EQ(plan.budget, 200);
}

TEST(BlockPlan, BlocksAreRunsOfPivotsAndOthers) {
  // The second layer gains nothing from fewer than four cores. Times on 1, 2,
  // 3, 4 cores: 300 150 100 75 for the first and last, 100 100 100 25.
  ProgramTimes times =
      timesOf(*testProgram({{300, 4}, {100, 4, 4}, {300, 4}}), 4);
  // Work 700, budget 420: shares 180, 60, 180. Whole: 1 core 700, 2 cores
  // 150+100+150 = 400: demand 2. Layers demand 2, 4, 2: the middle one is a
  // pivot while theta < 2.
  for (unsigned theta : {0u, 1u}) {
    BlockPlan first = planBlock(times, 0, 420, theta);
    EXPECT_EQ(first.layers, 1u);
    EXPECT_EQ(first.cores, 2u);
    EXPECT_EQ(first.budget, 180);
  }
  EXPECT_EQ(planBlock(times, 0, 420, 2).layers, 3u);
  EXPECT_EQ(planBlock(times, 0, 420, 2).cores, 2u);

  // On time after the first layer: 240 left for 400: shares 60 and 180. Whole
  // rest: 1 core 400, 2 cores 250, 3 cores 200: demand 3; the pivot has 4.
  BlockPlan pivot = planBlock(times, 1, 240, 0);
  EXPECT_EQ(pivot.layers, 1u);
  EXPECT_EQ(pivot.cores, 4u);
  EXPECT_EQ(pivot.budget, 60);
  // Early: with 400 left, one core is enough for everything.
  BlockPlan early = planBlock(times, 1, 400, 0);
  EXPECT_EQ(early.layers, 2u);
  EXPECT_EQ(early.cores, 1u);
}

} // namespace
} // namespace veltair
