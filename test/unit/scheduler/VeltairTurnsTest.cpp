// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The turns of queries that have waited long, under policy `veltair`.

#include "TestProgram.h"

namespace veltair {
namespace {

using VeltairTurnsTest = SchedulerTest;

// A client that always has a query under way, each of which can be in time.
TEST_F(VeltairTurnsTest, TheLateHaveTurns) {
  create("veltair", 1);
  addTenant(1, testProgram({{100, 100}, {100, 100}}), 150); // always late
  addTenant(2, testProgram({{100, 1}}), 210);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(arrive(10, 3, 1), Grants());
  EXPECT_EQ(arrive(50, 4, 2), Grants());
  EXPECT_EQ(blockEnd(100, 1, 1), (Grants{{4, 0, 1, 1}}));
  EXPECT_EQ(arrive(150, 5, 2), Grants());
  EXPECT_EQ(blockEnd(200, 4, 1), (Grants{{5, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 450); // three targets
  EXPECT_EQ(arrive(250, 6, 2), Grants());
  EXPECT_EQ(blockEnd(300, 5, 1), (Grants{{6, 0, 1, 1}}));
  EXPECT_EQ(arrive(350, 7, 2), Grants());
  EXPECT_EQ(blockEnd(400, 6, 1), (Grants{{7, 0, 1, 1}}));
  EXPECT_EQ(send(450, TimerFired{}), (Grants{{7, 0, 1, 0}, {2, 0, 2, 1}}));
  EXPECT_EQ(decision.wakeUp, 468); // an eighth of the shortest target
  EXPECT_EQ(send(468, TimerFired{}), (Grants{{2, 0, 2, 0}, {7, 0, 1, 1}}));
  // 18, and the 1 of a chunk, are 5 % of what the machine does until then.
  EXPECT_NEAR(decision.wakeUp, 450 + 380, 1);
  EXPECT_EQ(arrive(500, 8, 2), Grants());
  EXPECT_EQ(blockEnd(518, 7, 1), (Grants{{8, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(618, 8, 1), (Grants{{2, 0, 2, 1}}));
}

// Its long queries do not keep short ones of another from their turn.
TEST_F(VeltairTurnsTest, TenantsTakeTurns) {
  create("veltair", 1,
         {.margin = 1, .lateShare = 0, .turn = 50, .shortestTurn = 50});
  addTenant(1, testProgram({{10000, 10000}, {10000, 10000}}), 10000);
  addTenant(2, testProgram({{20, 1}, {20, 1}}), 30); // these are always late
  addTenant(3, testProgram({{100'000, 1}}), 10'000'000);
  EXPECT_EQ(arrive(0, 1, 3), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(arrive(29000, 3, 2), Grants());
  EXPECT_EQ(arrive(29000, 4, 2), Grants());
  EXPECT_EQ(decision.wakeUp, 29090); // three targets
  EXPECT_EQ(send(29090, TimerFired{}), (Grants{{1, 0, 1, 0}, {3, 0, 2, 1}}));
  EXPECT_EQ(blockEnd(29130, 3, 2), (Grants{{1, 0, 1, 1}}));
  // 40 are 5 % of 800.
  EXPECT_NEAR(decision.wakeUp, 29090 + 800, 1);
  EXPECT_EQ(send(29890, TimerFired{}), (Grants{{1, 0, 1, 0}, {4, 0, 2, 1}}));
  EXPECT_EQ(blockEnd(29930, 4, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(30690, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 2, 1}}));
  EXPECT_EQ(decision.wakeUp, 30740);
  EXPECT_EQ(arrive(30740, 5, 2), (Grants{{2, 0, 2, 0}, {1, 0, 1, 1}}));
  EXPECT_NEAR(decision.wakeUp, 30690 + 1020, 1); // 50, and the 1 of a chunk
  // The long one has waited longer, and had the latest turn.
  EXPECT_EQ(send(31710, TimerFired{}), (Grants{{1, 0, 1, 0}, {5, 0, 2, 1}}));
}

TEST_F(VeltairTurnsTest, ATurnOfATeamEnds) {
  create("veltair", 3);
  addTenant(1, testProgram({{3000, 3}}), 100); // always late
  addTenant(2, testProgram({{30'000, 3}}), 1'000'000);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 3}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(300, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 3}}));
  EXPECT_EQ(decision.wakeUp, 312);
  EXPECT_EQ(send(312, TimerFired{}), (Grants{{2, 0, 1, 0}, {1, 0, 1, 3}}));
}

// Their core time is the turn's, too.
TEST_F(VeltairTurnsTest, ChunksRunOnAfterATurn) {
  create("veltair", 2);
  addTenant(1, testProgram({{200, 1}, {200, 1}}), 80); // always late
  addTenant(2, testProgram({{30'000, 300}}), 1'000'000);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(240, TimerFired{}), (Grants{{1, 0, 1, 1}, {2, 0, 2, 1}}));
  EXPECT_EQ(decision.wakeUp, 250);
  EXPECT_EQ(send(250, TimerFired{}), (Grants{{2, 0, 2, 0}, {1, 0, 1, 2}}));
  // 10 of one core and a chunk of 200 are 5 % of what two do in 2100.
  EXPECT_NEAR(decision.wakeUp, 240 + 2100, 1);
}

// As one that was stopped for a time.
TEST_F(VeltairTurnsTest, ALongPauseIsNoLongTurn) {
  create("veltair", 1);
  addTenant(1, testProgram({{3000, 3000}}), 80); // always late
  addTenant(2, testProgram({{30'000, 300}}), 1'000'000);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(240, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(send(1240, TimerFired{}), Grants()); // has the next one
  EXPECT_EQ(decision.wakeUp, 1250);
}

TEST_F(VeltairTurnsTest, NoTurnsWithoutCores) {
  create("veltair", 1);
  addTenant(1, testProgram({{3000, 3000}}), 80); // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(100, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(decision.wakeUp, never);
  EXPECT_EQ(send(1000, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 1010);
  EXPECT_EQ(send(1005, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(2000, CoresChanged{0}), Grants());
  EXPECT_EQ(decision.wakeUp, never);
}

// The time that passes then is no work of the turn.
TEST_F(VeltairTurnsTest, ATurnWithoutCoresCostsNothing) {
  create("veltair", 1);
  addTenant(1, testProgram({{3000, 3000}}), 80); // always late
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(100, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(1000, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(send(1005, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(1100, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
  EXPECT_NEAR(decision.wakeUp, 1000 + 120, 1); // 5, and the 1 of a chunk
}

// High priorities wait for one target. At the deadline itself a query is still
// in time, so looking then would be of no use, again and again.
TEST_F(VeltairTurnsTest, ATurnIsDueAfterTheDeadline) {
  create("veltair", 1);
  TenantInfo info;
  info.qos = 100;
  info.priority = Priority::high;
  info.programs = {testProgram({{200, 200}})}; // always late
  send(0, TenantChanged{1, info});
  addTenant(2, testProgram({{1000, 1}}), 100'000);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(decision.wakeUp, 101);
  EXPECT_EQ(send(100, TimerFired{}), Grants());
  EXPECT_EQ(decision.wakeUp, 101);
  EXPECT_EQ(send(101, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 113);
}

TEST_F(VeltairTurnsTest, TurnsAreNoShorterThanTold) {
  create("veltair", 1, {.margin = 1, .lateShare = 0, .shortestTurn = 50});
  addTenant(1, testProgram({{3000, 3000}}), 80); // always late
  addTenant(2, testProgram({{30'000, 300}}), 1'000'000);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(240, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 290);
}

// A late query that needs less than a turn takes no more from the others.
TEST_F(VeltairTurnsTest, TurnsTakeNoMoreThanTheLateNeed) {
  create("veltair", 1,
         {.margin = 1, .lateShare = 0, .turn = 100, .shortestTurn = 100});
  addTenant(1, testProgram({{20, 20}}), 10); // always late
  addTenant(2, testProgram({{400, 400}}), 1000);
  addTenant(3, testProgram({{570, 570}}), 980);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  // There is time for 389, 570 and 20 until 1000, not for a turn of 100.
  EXPECT_EQ(arrive(11, 3, 3), (Grants{{1, 0, 1, 0}, {3, 0, 1, 1}}));
  EXPECT_EQ(decision.wakeUp, 30);
}

// What turns will take is known, so who would be late for one gives way before.
TEST_F(VeltairTurnsTest, TurnsMakeNobodyLate) {
  create("veltair", 1,
         {.margin = 1, .lateShare = 0, .turn = 40, .shortestTurn = 1});
  addTenant(1, testProgram({{1000, 1}}), 500); // always late
  addTenant(2, testProgram({{400, 1}}), 1000);
  addTenant(3, testProgram({{570, 1}}), 990);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(1000, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  // A turn of 40 will begin at 1500, so 970 of 1000 are too much: the larger
  // one, which would have gone first, gives way.
  EXPECT_EQ(decision.wakeUp, 1500);
  EXPECT_EQ(arrive(1000, 3, 3), Grants());
  EXPECT_EQ(blockEnd(1400, 2, 1), (Grants{{3, 0, 1, 1}}));
}

TEST_F(VeltairTurnsTest, NoTurnIsDueForAQueryThatIsGone) {
  create("veltair", 1);
  addTenant(1, testProgram({{200, 1}}), 100); // always late
  addTenant(2, testProgram({{1000, 1}}), 100'000);
  addTenant(3, testProgram({{1000, 1}}), never);
  EXPECT_EQ(arrive(0, 1, 2), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(0, 2, 1), Grants());
  EXPECT_EQ(send(300, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(500, 2, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(600, 3, 3), Grants());
  EXPECT_EQ(decision.wakeUp, 600 + 30'000); // three times ten of its times
  EXPECT_EQ(arrive(700, 4, 1), Grants());
  EXPECT_EQ(decision.wakeUp, 1000);
  EXPECT_EQ(send(850, QueryCancelled{4}), Grants());
  EXPECT_EQ(decision.wakeUp, 600 + 30'000);
}

// Else low priorities could take the machine from high ones.
TEST_F(VeltairTurnsTest, TurnsTakeATwentiethAtMost) {
  create("veltair", 1);
  TenantInfo info;
  info.qos = 100;
  info.qosShare = 0.1;
  info.programs = {testProgram({{200, 200}})};
  send(0, TenantChanged{1, info});
  addTenant(2, testProgram({{1000, 1}}), 100'000);
  arrive(0, 1, 2);
  arrive(0, 2, 1);
  arrive(0, 3, 1);
  EXPECT_EQ(send(300, TimerFired{}), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(send(312, TimerFired{}), (Grants{{2, 0, 1, 0}, {1, 0, 1, 1}}));
  EXPECT_NEAR(decision.wakeUp, 300 + 20 * 13, 1);
}

} // namespace
} // namespace veltair
