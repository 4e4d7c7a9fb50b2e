// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestProgram.h"

namespace veltair {
namespace {

using EdfTest = SchedulerTest;

TEST_F(EdfTest, TheEarlierDeadlineTakesTheCores) {
  create("edf", 2);
  addTenant(1, testProgram({{1000, 2}}), 5000);
  addTenant(2, testProgram({{200, 2}}), 500);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(arrive(100, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 2}}));
  EXPECT_EQ(arrive(150, 3, 2), Grants()); // until 650
  EXPECT_EQ(blockEnd(200, 2, 1), (Grants{{3, 0, 1, 2}}));
  EXPECT_EQ(blockEnd(300, 3, 1), (Grants{{1, 0, 1, 2}}));
  EXPECT_EQ(blockEnd(700, 1, 1), Grants());
  EXPECT_EQ(scheduler->statistics().blocks, 3u);
  EXPECT_EQ(scheduler->statistics().conflicts, 1u); // query 3 had to wait
}

TEST_F(EdfTest, WhatDoesNotHelpTheFirstGoesToTheNext) {
  create("edf", 4);
  addTenant(1, testProgram({{400, 3}}), 1000);
  addTenant(2, testProgram({{400, 2}}), 100);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 3}}));
  EXPECT_EQ(arrive(10, 2, 1), (Grants{{2, 0, 1, 1}}));
  EXPECT_EQ(arrive(20, 3, 2),
            (Grants{{1, 0, 1, 2}, {2, 0, 1, 0}, {3, 0, 1, 2}}));
  EXPECT_EQ(scheduler->statistics().conflicts, 1u); // query 2 got 1 of 3
}

TEST_F(EdfTest, QueriesWithoutTargetComeLast) {
  create("edf", 1);
  addTenant(1, testProgram({{100, 1}}), never);
  addTenant(2, testProgram({{100, 1}}), 1000000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 1, 1}}));
  EXPECT_EQ(arrive(10, 2, 2), (Grants{{1, 0, 1, 0}, {2, 0, 1, 1}}));
  EXPECT_EQ(blockEnd(110, 2, 1), (Grants{{1, 0, 1, 1}}));
}

TEST_F(EdfTest, FollowsTheCores) {
  create("edf", 2);
  addTenant(1, testProgram({{100, 2}}), 1000);
  arrive(0, 1, 1);
  EXPECT_EQ(send(1, CoresChanged{0}), (Grants{{1, 0, 1, 0}}));
  EXPECT_EQ(send(2, CoresChanged{1}), (Grants{{1, 0, 1, 1}}));
}

} // namespace
} // namespace veltair
