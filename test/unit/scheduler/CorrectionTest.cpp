// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Correction.h"

#include "gtest/gtest.h"

namespace veltair {
namespace {

// A block that took `ratio` times what is predicted for the team.
void learn(Correction &correction, unsigned team, double ratio) {
  Correction::Progress block;
  block.add(team, ratio);
  correction.learn(block);
}

TEST(Correction, BelievesThePredictionsAtFirst) {
  Correction correction;
  EXPECT_EQ(correction.of(1), 1);
  EXPECT_EQ(correction.of(4096), 1);
  Correction::Progress block;
  block.add(1, 0.25);
  block.add(3, 0.5);
  EXPECT_EQ(correction.done(block), 0.75);
  correction.learn({});
  EXPECT_EQ(correction.of(1), 1);
}

TEST(Correction, TheSecondBlockReplacesTheFirst) {
  Correction correction;
  learn(correction, 1, 5);
  EXPECT_DOUBLE_EQ(correction.of(1), 5);
  learn(correction, 1, 2);
  EXPECT_DOUBLE_EQ(correction.of(1), 2);
  learn(correction, 1, 4); // a mean of the speeds 1/2 and 1/4
  EXPECT_DOUBLE_EQ(correction.of(1), 1 / 0.375);
  for (int i = 0; i < 100; ++i)
    learn(correction, 1, 3);
  EXPECT_NEAR(correction.of(1), 3, 1e-3);
}

TEST(Correction, LargerTeamsAreHopedToLoseALittle) {
  Correction correction;
  learn(correction, 2, 2);
  EXPECT_DOUBLE_EQ(correction.of(2), 2);
  EXPECT_DOUBLE_EQ(correction.of(3), 2 / 0.85);
  EXPECT_DOUBLE_EQ(correction.of(4), 2 / 0.85);
  EXPECT_DOUBLE_EQ(correction.of(5), 2 / 0.85 / 0.85);
  EXPECT_DOUBLE_EQ(correction.ofMeasured(5), 2);
}

TEST(Correction, SmallerTeamsAreHopedToBeAsPredicted) {
  Correction correction;
  learn(correction, 2, 2);
  EXPECT_DOUBLE_EQ(correction.of(1), 1);
  EXPECT_DOUBLE_EQ(correction.ofMeasured(1), 2);
  learn(correction, 2, 0.5); // the second replaces the first
  EXPECT_DOUBLE_EQ(correction.of(1), 0.5 * 0.85);
}

TEST(Correction, EachTeamIsRememberedForAWhile) {
  Correction correction;
  learn(correction, 2, 3);
  learn(correction, 1, 1);
  EXPECT_DOUBLE_EQ(correction.of(2), 1 / (0.98 / 3 + 0.02 * 0.85));
  for (int i = 0; i < 500; ++i)
    learn(correction, 1, 1);
  EXPECT_NEAR(correction.of(2), 1 / 0.85, 1e-3);
  EXPECT_DOUBLE_EQ(correction.ofMeasured(2), 3);
  // What was learned long ago weighs little.
  learn(correction, 2, 2);
  EXPECT_NEAR(correction.of(2), 2, 1e-3);
}

TEST(Correction, AGrowingTeamTeachesWhatDidMost) {
  Correction correction;
  learn(correction, 1, 2);
  learn(correction, 4, 2);
  // A fifth of the block by one core as known; two cores did the rest, with a
  // speed of 0.8.
  Correction::Progress block;
  block.add(1, 0.4);
  block.add(2, 1);
  EXPECT_NEAR(correction.done(block), 0.2 + 0.5, 1e-12);
  correction.learn(block);
  EXPECT_NEAR(correction.of(2), 1 / 0.8, 1e-12);
  EXPECT_DOUBLE_EQ(correction.ofMeasured(1), 2);
}

TEST(Correction, StaysFinite) {
  Correction correction;
  learn(correction, 1, 1e-30);
  EXPECT_NEAR(correction.of(1), 1e-3, 1e-9);
  learn(correction, 1, 1e30);
  EXPECT_NEAR(correction.of(1), 1e3, 1e-3);
}

} // namespace
} // namespace veltair
