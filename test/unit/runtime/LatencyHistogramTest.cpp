// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/LatencyHistogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace veltair;

TEST(LatencyHistogram, Empty) {
  LatencyHistogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_EQ(h.min(), 0);
  EXPECT_EQ(h.max(), 0);
  EXPECT_EQ(h.mean(), 0);
  EXPECT_EQ(h.percentile(0.99), 0);
}

TEST(LatencyHistogram, PercentilesAreExactToOnePercent) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> distribution(15, 2);
  LatencyHistogram h;
  std::vector<int64_t> values;
  for (int i = 0; i < 20000; ++i) {
    values.push_back(int64_t(distribution(random)));
    h.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (double p : {0.001, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
    auto exact = double(values[size_t(std::ceil(p * 20000)) - 1]);
    EXPECT_NEAR(double(h.percentile(p)), exact, 0.01 * exact) << p;
  }
  EXPECT_EQ(h.min(), values.front());
  EXPECT_EQ(h.max(), values.back());
}

TEST(LatencyHistogram, Extremes) {
  LatencyHistogram h;
  h.record(-5);
  h.record(0);
  h.record(INT64_MAX);
  EXPECT_EQ(h.count(), 3u);
  EXPECT_EQ(h.min(), 0);
  EXPECT_EQ(h.max(), INT64_MAX);
  EXPECT_EQ(h.percentile(0.5), 0);
}

TEST(LatencyHistogram, Merges) {
  LatencyHistogram a, b, both;
  for (int i = 1; i <= 1000; ++i) {
    (i % 3 ? a : b).record(i * 1000);
    both.record(i * 1000);
  }
  a.merge(b);
  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.mean(), both.mean());
  EXPECT_EQ(a.max(), both.max());
  for (double p : {0.1, 0.5, 0.99})
    EXPECT_EQ(a.percentile(p), both.percentile(p));
  a.clear();
  EXPECT_EQ(a.count(), 0u);
}
