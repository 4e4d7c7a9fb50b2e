// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestProgram.h"

namespace veltair {
namespace {

using VeltairTest = SchedulerTest;

TEST_F(VeltairTest, TheMostUrgentGetsTheCoresThatItUsesWell) {
  create("veltair", 4);
  // Needs one core (800 <= 1000), and wastes none of four.
  addTenant(1, testProgram({{400, 4}, {400, 4}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  EXPECT_EQ(arrive(100, 2, 1), Grants());
  EXPECT_EQ(blockEnd(200, 1, 2), (Grants{{2, 0, 2, 4}}));
  EXPECT_EQ(blockEnd(400, 2, 2), Grants());
  EXPECT_EQ(scheduler->statistics().blocks, 2u);
  EXPECT_EQ(scheduler->statistics().conflicts, 1u); // query 2 had to wait
}

TEST_F(VeltairTest, LendsNoMoreThanHelps) {
  create("veltair", 4);
  addTenant(1, testProgram({{400, 2}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
}

TEST_F(VeltairTest, WastefulTeamsAreForIdleCores) {
  create("veltair", 4);
  // 1000, 700, 600, 550 on 1 to 4 cores: two of them use 1400 for 1000, less
  // than 80 % well.
  addTenant(1, testProgram({{600, 4}, {400, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  // Both need one core; what is left goes to the first.
  EXPECT_EQ(arrive(0, 2, 1), (Grants{{1, 0, 2, 3}, {2, 0, 2, 1}}));
}

TEST_F(VeltairTest, StartsOnPartOfItsDemandAndGrows) {
  create("veltair", 3);
  addTenant(1, testProgram({{1000, 2}}), 1000); // gains up to two cores
  addTenant(2, testProgram({{1800, 2}}), 1100); // needs two
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(arrive(100, 2, 2), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(scheduler->statistics(2).conflicts, 1u);
  EXPECT_EQ(blockEnd(500, 1, 1), (Grants{{2, 0, 1, 2}}));
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
  addTenant(4, testProgram({{400, 1}}), 90); // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(10, 2, 1), Grants()); // until 1010
  EXPECT_EQ(arrive(15, 3, 4), Grants());
  EXPECT_EQ(arrive(20, 4, 3), (Grants{{1, 0, 1, 0}, {4, 0, 1, 1}})); // 170
  EXPECT_EQ(arrive(30, 5, 2), Grants());                             // 530
  EXPECT_EQ(blockEnd(120, 4, 1), (Grants{{5, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(220, 5, 1), (Grants{{1, 0, 1, 1}}));
  // The late one may have a turn since 285.
  EXPECT_EQ(blockEnd(300, 1, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(700, 3, 1), (Grants{{2, 0, 1, 1}}));
}

TEST_F(VeltairTest, AShortLateQueryGoesBeforeThoseThatCanWait) {
  create("veltair", 1, {.margin = 1, .lateShare = 0.25, .shortestTurn = 1});
  addTenant(1, testProgram({{400, 1}}), 1000);
  addTenant(2, testProgram({{150, 1}}), 140); // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  // The first can spare 600, a quarter of which is enough.
  EXPECT_EQ(arrive(0, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(150, 2, 1), (Grants{{1, 0, 1, 1}}));
  // A quarter of 450 is not.
  EXPECT_EQ(arrive(300, 3, 2), Grants());
  EXPECT_EQ(blockEnd(550, 1, 1), (Grants{{3, 0, 1, 1}}));
}

TEST_F(VeltairTest, LateQueriesLeaveMostOfTheSlack) {
  create("veltair", 1, {.margin = 1, .lateShare = 0.25, .shortestTurn = 1});
  addTenant(1, testProgram({{400, 1}}), 1000);
  addTenant(2, testProgram({{10, 1}}), 5); // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  // 60 of them: a quarter of the slack, and of the time that passes.
  for (QueryId late = 2; late < 62; ++late)
    arrive(0, late, 2);
  Time now = 0;
  QueryId running = 2;
  while (running < 62) {
    now += 10;
    Grants grants = blockEnd(now, running++, 1);
    if (!grants.empty() && grants[0].query == 1)
      break;
  }
  EXPECT_GT(now, 100);
  EXPECT_LT(now, 250);
}

TEST_F(VeltairTest, LateQueriesOweNothingForIdleCores) {
  create("veltair", 1, {.margin = 1, .lateShare = 0.25, .shortestTurn = 1});
  addTenant(1, testProgram({{400, 1}}), 1000);
  addTenant(2, testProgram({{100000, 1}}), never);
  addTenant(3, testProgram({{100, 1}}), 90); // always late
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(50000, 2, 1), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(arrive(50000, 3, 3), (Grants{{2, 0, 1, 0}, {3, 0, 1, 1}}));
}

// Nor for those that they keep nobody from, since all who could be in time had
// to give way.
TEST_F(VeltairTest, LateQueriesOweNothingWhereNobodyIsKept) {
  create("veltair", 1,
         {.margin = 1, .lateShare = 0.25, .turn = 40, .shortestTurn = 1});
  addTenant(1, testProgram({{10000, 1}}), 500); // always late
  addTenant(2, testProgram({{230, 1}}), 240);
  addTenant(3, testProgram({{100, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  // A turn of 30, an eighth of the shortest target, will begin at 1500, so 210
  // are left of 240. It is the shortest of the late.
  EXPECT_EQ(arrive(1400, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 1500);
  // The third can spare 840: a quarter, 210, is enough for the 180 that the
  // second has left.
  EXPECT_EQ(arrive(1450, 3, 3), Grants());
}

TEST_F(VeltairTest, ALateQueryThatTakesLongerDoesNotGoFirst) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), never);
  addTenant(2, testProgram({{100, 1}}), 100);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  // It should have been done at 100, and something is left all the same.
  EXPECT_EQ(arrive(150, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
}

TEST_F(VeltairTest, WhoCannotUseAllCoresHasLessToSpare) {
  create("veltair", 4, {.margin = 1, .lateShare = 0.25, .shortestTurn = 1});
  addTenant(1, testProgram({{50, 1}, {50, 4}}), 65); // needs 62.5 at least
  addTenant(2, testProgram({{9, 1}}), 5);            // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  for (QueryId late : {2, 3, 4, 5})
    EXPECT_EQ(arrive(0, late, 2), Grants());
}

TEST_F(VeltairTest, TheTenantWithMissesToSpareGivesWay) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), 250);
  addTenant(2, testProgram({{100, 1}}), 250);
  // Two of three can be in time. Nobody has missed yet: among equals the first
  // tenant gives way.
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(arrive(0, 3, 2), Grants());
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(200, 3, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(300, 2, 1), Grants());
  // The same again: now the other.
  EXPECT_EQ(arrive(1000, 4, 1), (Grants{{4, 0, 1, 1}}));
  EXPECT_EQ(arrive(1000, 5, 1), Grants());
  EXPECT_EQ(arrive(1000, 6, 2), Grants());
  EXPECT_EQ(blockEnd(1100, 4, 1), (Grants{{5, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(1200, 5, 1), (Grants{{6, 0, 1, 1}}));
}

TEST_F(VeltairTest, BlocksShrinkUnderLoad) {
  create("veltair", 4);
  // Demand of the model 2, of the middle layer 4 (see BlockPlanTest).
  addTenant(1, testProgram({{300, 4}, {100, 4, 4}, {300, 4}}), 420);
  // Load 2/4: idle, the whole model is one block.
  EXPECT_EQ(arrive(1000, 1, 1), (Grants{{1, 0, 3, 4}}));
  // Three that came late and are planned with a whole target. Load 8/4.
  for (QueryId late : {2, 3, 4})
    EXPECT_EQ(send(1000, QueryArrived{late, 1, 0, 700}), Grants());
  // Load 6/4, theta 0: the first layer demands 2 of its share of 180. That two
  // cores waste less than four, which were as fast as predicted, is hoped.
  EXPECT_EQ(blockEnd(1175, 1, 3), (Grants{{2, 0, 1, 2}, {3, 0, 1, 2}}));
  // They waste nothing. The middle layer demands 4 of its share of 60, where
  // the rest demands 3.
  EXPECT_EQ(blockEnd(1325, 2, 1), (Grants{{3, 0, 1, 0}, {2, 1, 1, 4}}));
  EXPECT_EQ(blockEnd(1350, 2, 2), (Grants{{2, 2, 1, 2}, {3, 0, 1, 2}}));
  // Of two cores it would not be faster than of one.
  EXPECT_EQ(blockEnd(1351, 3, 1), (Grants{{3, 1, 1, 1}, {4, 0, 1, 1}}));
  // Four cores waste no more than one: those who have least left get all.
  EXPECT_EQ(blockEnd(1451, 3, 2), (Grants{{4, 0, 1, 0}, {2, 2, 1, 4}}));
  EXPECT_EQ(blockEnd(1476, 2, 3), (Grants{{3, 2, 1, 4}}));
  EXPECT_EQ(blockEnd(1551, 3, 3), (Grants{{4, 0, 1, 4}}));
  // Load 2/4: the rest is one block.
  EXPECT_EQ(blockEnd(1601, 4, 1), (Grants{{4, 1, 2, 4}}));
}

TEST_F(VeltairTest, LearnsFromBlocksThatTakeLonger) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), 1000);
  addTenant(2, testProgram({{100, 1}}), 180);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(200, 1, 1), Grants()); // predicted 100
  EXPECT_EQ(arrive(1000, 2, 1), (Grants{{2, 0, 1, 1}}));
  // Cannot be done in 180 any more: no reason to interrupt the other.
  EXPECT_EQ(arrive(1000, 3, 2), Grants());
  // The first time was one from cold caches: the second replaces it.
  EXPECT_EQ(blockEnd(1100, 2, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(1200, 3, 1), Grants());
  EXPECT_EQ(arrive(2000, 4, 1), (Grants{{4, 0, 1, 1}}));
  EXPECT_EQ(arrive(2000, 5, 2), (Grants{{4, 0, 1, 0}, {5, 0, 1, 1}}));
}

TEST_F(VeltairTest, LearnsTheSameFromBlocksSideBySide) {
  create("veltair", 4);
  addTenant(1, testProgram({{100, 1}}), 1000);
  addTenant(2, testProgram({{100, 1}}), 250);
  for (QueryId query : {1, 2, 3, 4})
    EXPECT_EQ(arrive(0, query, 2), (Grants{{query, 0, 1, 1}}));
  // Twice as long as predicted, four times: not sixteen.
  for (QueryId query : {1, 2, 3, 4})
    EXPECT_EQ(blockEnd(200, query, 1), Grants());
  for (QueryId query : {5, 6, 7, 8})
    EXPECT_EQ(arrive(1000, query, 1), (Grants{{query, 0, 1, 1}}));
  // Can be done in 250, so it goes first.
  EXPECT_EQ(arrive(1000, 9, 2), (Grants{{8, 0, 1, 0}, {9, 0, 1, 1}}));
}

TEST_F(VeltairTest, TeamsThatAreSlowerThanOneCoreAreNotUsed) {
  create("veltair", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  // Two cores should take 50, and take 130.
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(blockEnd(130, 1, 1), Grants());
  // One core may be faster; it takes 100.
  EXPECT_EQ(arrive(1000, 2, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(arrive(1000, 3, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(1100, 2, 1), Grants());
  EXPECT_EQ(blockEnd(1100, 3, 1), Grants());
  EXPECT_EQ(arrive(2000, 4, 1), (Grants{{4, 0, 1, 1}}));
  // In the long run they are tried again.
  Time now = 3000;
  QueryId query = 5;
  while (arrive(now, query, 1) == (Grants{{query, 0, 1, 1}}) && query < 100) {
    blockEnd(now + 100, query++, 1);
    now += 1000;
  }
  EXPECT_GT(query, 5u);
  EXPECT_LT(query, 100u);
}

TEST_F(VeltairTest, ASlowTeamIsTriedNowAndThen) {
  create("veltair", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  // Queries that come alone: two cores take 130, one takes 100.
  unsigned teams = 0;
  for (QueryId query = 1; query <= 500; ++query) {
    Time now = Time(query) * 1000;
    Grants grants = arrive(now, query, 1);
    ASSERT_EQ(grants.size(), 1u);
    teams += grants[0].cores == 2;
    EXPECT_EQ(blockEnd(now + (grants[0].cores == 2 ? 130 : 100), query, 1),
              Grants());
  }
  EXPECT_GT(teams, 5u);
  EXPECT_LT(teams, 50u);
}

TEST_F(VeltairTest, ATenantWithoutTargetGetsTheIdleCores) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), never);
  addTenant(2, testProgram({{800, 4}}), 200);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 4}}));
  EXPECT_EQ(arrive(0, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 4}}));
  // It has turns after three times ten times its one-core time.
  EXPECT_EQ(decision.wakeUp, 24000);
  EXPECT_EQ(blockEnd(200, 2, 1), (Grants{{1, 0, 1, 4}}));
}

TEST_F(VeltairTest, TheShortestOfTheLateGetsTheIdleCores) {
  create("veltair", 1);
  addTenant(1, testProgram({{400, 1}}), 300); // always late
  addTenant(2, testProgram({{100, 1}}), 50);  // too
  addTenant(3, testProgram({{100, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 3), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(arrive(10, 3, 2), Grants());
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(200, 3, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(arrive(300, 4, 2), (Grants{{2, 0, 1, 0}, {4, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(400, 4, 1), (Grants{{2, 0, 1, 1}}));
}

TEST_F(VeltairTest, TheShortestIsTheOneWithLeastLeft) {
  create("veltair", 1);
  addTenant(1, testProgram({{1000, 1}}), never);
  addTenant(2, testProgram({{300, 1}}), never);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(100, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(400, 2, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(1200, 3, 2), Grants()); // 100 are left of the first
  EXPECT_EQ(blockEnd(1300, 1, 1), (Grants{{3, 0, 1, 1}}));
}

// The last chunks of a block may be done when its cores are another query's.
TEST_F(VeltairTest, ABlockThatEndsWithoutCoresIsDone) {
  create("veltair", 4);
  addTenant(1, testProgram({{300, 4}, {100, 4, 4}, {300, 4}}), 420);
  addTenant(2, testProgram({{400, 4}}), 1000);
  addTenant(3, testProgram({{400, 4}}), 1000);
  addTenant(4, testProgram({{500, 4}}), never);
  EXPECT_EQ(arrive(1000, 1, 2), (Grants{{1, 0, 1, 4}}));
  // Three that are late; for such a load their first layer is a block.
  for (QueryId late : {2, 3, 4})
    EXPECT_EQ(send(1000, QueryArrived{late, 1, 0, 500}), Grants());
  EXPECT_EQ(blockEnd(1100, 1, 1), (Grants{{2, 0, 1, 4}}));
  EXPECT_EQ(arrive(1100, 5, 3), (Grants{{2, 0, 1, 0}, {5, 0, 1, 4}}));
  EXPECT_EQ(blockEnd(1100, 2, 1), Grants());
  EXPECT_EQ(arrive(1100, 6, 4), Grants());
  // 400 are left of it, which is less than 500.
  EXPECT_EQ(blockEnd(1200, 5, 1), (Grants{{2, 1, 1, 4}}));
}

TEST_F(VeltairTest, AMissCountsBeforeTheQueryEnds) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), 250);
  addTenant(2, testProgram({{100, 1}}), 250);
  addTenant(3, testProgram({{300, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants()); // gives way
  EXPECT_EQ(arrive(0, 3, 2), Grants());
  EXPECT_EQ(arrive(0, 4, 3), Grants());
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{3, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(200, 3, 1), (Grants{{4, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(500, 4, 1), (Grants{{2, 0, 1, 1}}));
  // The same again: now the other tenant's gives way.
  EXPECT_EQ(arrive(500, 5, 1), (Grants{{2, 0, 1, 0}, {5, 0, 1, 1}}));
  EXPECT_EQ(arrive(500, 6, 1), Grants());
  EXPECT_EQ(arrive(500, 7, 2), Grants());
  EXPECT_EQ(blockEnd(600, 5, 1), (Grants{{6, 0, 1, 1}}));
}

// Before its target has passed, so nothing else would tell. One that its client
// gave up is none.
TEST_F(VeltairTest, AShedQueryIsAMiss) {
  for (bool shed : {true, false}) {
    create("veltair", 1);
    addTenant(1, testProgram({{100, 1}}), 250);
    addTenant(2, testProgram({{100, 1}}), 250);
    EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
    EXPECT_EQ(arrive(0, 2, 1), Grants()); // gives way
    EXPECT_EQ(arrive(0, 3, 2), Grants());
    EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{3, 0, 1, 1}}));
    EXPECT_EQ(send(150, QueryCancelled{2, shed}), Grants());
    EXPECT_EQ(blockEnd(200, 3, 1), Grants());
    EXPECT_EQ(arrive(1000, 4, 1), (Grants{{4, 0, 1, 1}}));
    EXPECT_EQ(arrive(1000, 5, 1), Grants());
    EXPECT_EQ(arrive(1000, 6, 2), Grants());
    // One of two can be in time; among equals the first gives way.
    EXPECT_EQ(blockEnd(1100, 4, 1), (Grants{{shed ? 5u : 6u, 0, 1, 1}}))
        << shed;
  }
}

// One that ended while it waited for memory counts like one that was queued: it
// is a miss when it was shed, or when its target had passed.
TEST_F(VeltairTest, AQueryThatNeverArrivedMayBeAMiss) {
  struct End {
    Time time;
    bool shed, miss;
  };
  constexpr End ends[] = {
      {100, true, true}, {100, false, false}, {300, false, true}};
  for (End end : ends) {
    create("veltair", 1);
    addTenant(1, testProgram({{100, 1}}), 250);
    addTenant(2, testProgram({{100, 1}}), 250);
    EXPECT_EQ(send(end.time, QueryNeverArrived{1, 0, /*arrival=*/0, end.shed}),
              Grants());
    EXPECT_EQ(arrive(1000, 4, 1), (Grants{{4, 0, 1, 1}}));
    EXPECT_EQ(arrive(1000, 5, 1), Grants());
    EXPECT_EQ(arrive(1000, 6, 2), Grants());
    // One of two can be in time; among equals the first gives way.
    EXPECT_EQ(blockEnd(1100, 4, 1), (Grants{{end.miss ? 5u : 6u, 0, 1, 1}}))
        << end.time << " " << end.shed;
  }
}

TEST_F(VeltairTest, WithoutATargetNothingIsMissed) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 1}}), never);
  EXPECT_EQ(send(100, QueryNeverArrived{1, 0, 0, /*shed=*/true}), Grants());
  EXPECT_EQ(arrive(1000, 1, 1), (Grants{{1, 0, 1, 1}}));
}

// Else one that floods the machine could blame the others for its misses.
TEST_F(VeltairTest, QueriesThatNeverArrivedAreLoad) {
  constexpr Time second = 1'000'000'000;
  create("veltair", 1);
  addTenant(1, testProgram({{5 * second, 1}}), 12 * second);
  addTenant(2, testProgram({{5 * second, 1}}), 12 * second);
  Time now = 0;
  for (int i = 0; i < 10; ++i, now += second / 5)
    EXPECT_EQ(send(now, QueryNeverArrived{1, 0, now, /*shed=*/true}), Grants());
  EXPECT_EQ(arrive(now, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(now, 2, 2), Grants());
  EXPECT_EQ(arrive(now, 3, 1), Grants()); // gives way
  EXPECT_EQ(blockEnd(now + 5 * second, 1, 1), (Grants{{2, 0, 1, 1}}));
}

TEST_F(VeltairTest, FollowsTheCores) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), 1000);
  arrive(0, 1, 1);
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(0, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(0, CoresChanged{2}), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(send(0, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(0, CoresChanged{8}), (Grants{{1, 0, 1, 4}, {2, 0, 1, 4}}));
}

// What was done before counts as done by the team of then.
TEST_F(VeltairTest, LostCoresChangeNothingOfWhatIsDone) {
  create("veltair", 4);
  addTenant(1, testProgram({{800, 4}}), 600);
  addTenant(2, testProgram({{500, 1}}), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 4}}));
  // One half is done; the other takes 400, so it stays in time.
  EXPECT_EQ(send(100, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(100, 2, 2), Grants());
}

TEST_F(VeltairTest, InterferenceLengthensPredictions) {
  create("veltair", 1);
  auto program = testProgram({{100, 1}});
  program->layers[0].versions[0].bytes = 100; // twice the time at level 1
  addTenant(1, program, 150);
  addTenant(2, testProgram({{100, 1}}), 1000);
  send(0, InterferenceSampled{1.0, levelBucketCount - 1});
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants()); // too late already
  EXPECT_EQ(send(0, InterferenceSampled{0, 0}),
            (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
}

} // namespace
} // namespace veltair
