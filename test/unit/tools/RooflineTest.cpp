// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Roofline.h"

#include "gtest/gtest.h"

using namespace veltair::tool;

static Roofline machine() {
  return {/*flopsPerSecond=*/1000, {{100, 50}, {1000, 20}, {10000, 5}}};
}

TEST(Roofline, BandwidthOfTheSmallestSetThatHolds) {
  EXPECT_EQ(machine().bandwidth(0), 50);
  EXPECT_EQ(machine().bandwidth(100), 50);
  EXPECT_EQ(machine().bandwidth(101), 20);
  EXPECT_EQ(machine().bandwidth(1u << 20), 5);
}

TEST(Roofline, ArithmeticOrTransfers) {
  LayerWork work{.flops = 4000, .weightBytes = 0, .activationBytes = 100};
  EXPECT_DOUBLE_EQ(machine().leastSeconds(work, 100), 4);
  work.flops = 1000;
  EXPECT_DOUBLE_EQ(machine().leastSeconds(work, 100), 2);
}

TEST(Roofline, WeightsComeFromWhereAQueryLeavesThem) {
  LayerWork work{.flops = 0, .weightBytes = 100, .activationBytes = 200};
  EXPECT_DOUBLE_EQ(machine().leastSeconds(work, 10000), 100 / 5. + 200 / 20.);
  EXPECT_DOUBLE_EQ(machine().leastSeconds(work, 100), 100 / 50. + 200 / 20.);
}
