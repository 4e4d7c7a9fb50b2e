// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/LevelEstimator.h"
#include "runtime/interference/ScriptedCounters.h"

#include "gtest/gtest.h"

#include <cmath>

namespace veltair {
namespace {

constexpr Time ms = 1'000'000;

// A reading of 50 ms in which chunks took `slowdown` times their quiet time.
CounterReading slowed(double slowdown) {
  CounterReading reading;
  reading.duration = 50 * ms;
  reading.quiet = 50 * ms;
  reading.busy = Time(slowdown * 50 * ms);
  return reading;
}

TEST(Features, AreNormalisedByTime) {
  CounterReading reading = slowed(1.5);
  reading.l3Misses = 25 * ms;
  std::optional<Features> features = extractFeatures(reading);
  ASSERT_TRUE(features);
  EXPECT_DOUBLE_EQ((*features)[size_t(Feature::slowdown)], 0.5);
  EXPECT_DOUBLE_EQ((*features)[size_t(Feature::l3Misses)], 0.5);
  EXPECT_DOUBLE_EQ((*features)[size_t(Feature::l3Accesses)], 0);
}

TEST(Features, WaitingForACpuIsNotInterference) {
  CounterReading reading = slowed(2);
  reading.runDelay = 50 * ms;
  EXPECT_DOUBLE_EQ((*extractFeatures(reading))[0], 0);
  reading.runDelay = 150 * ms; // more than was measured
  EXPECT_DOUBLE_EQ((*extractFeatures(reading))[0], 0);
}

TEST(Features, AnIdleMachineTellsNothing) {
  EXPECT_FALSE(extractFeatures(CounterReading()));
}

TEST(LinearProxy, ClampsTheLevel) {
  LinearProxy proxy;
  EXPECT_EQ(proxy.level({0.25}), 0.25);
  EXPECT_EQ(proxy.level({7}), 1);
  proxy.intercept = -1;
  proxy.weights[size_t(Feature::instructions)] = 0.5;
  EXPECT_EQ(proxy.level({0.25}), 0);
  EXPECT_EQ(proxy.level({0.25, 0, 0, 0, 0, 2}), 0.25);
}

TEST(LevelEstimator, MovesByItsTimeConstant) {
  ScriptedCounters counters({slowed(2), slowed(2), slowed(1)});
  LevelEstimator estimator;
  estimator.update(counters.read(50 * ms));
  EXPECT_NEAR(estimator.level(), 1 - std::exp(-1), 1e-6);
  estimator.update(counters.read(100 * ms));
  EXPECT_NEAR(estimator.level(), 1 - std::exp(-2), 1e-6);
  estimator.update(counters.read(150 * ms));
  EXPECT_NEAR(estimator.level(), (1 - std::exp(-2)) * std::exp(-1), 1e-6);
  // After the script: idle, the level stays.
  double before = estimator.level();
  EXPECT_FALSE(estimator.update(counters.read(200 * ms)));
  EXPECT_EQ(estimator.level(), before);
}

TEST(LevelEstimator, AChunkAfterIdlingWeighsWhatItTook) {
  CounterReading reading = slowed(2);
  reading.duration = 1000 * ms;
  reading.busy = 5 * ms;
  reading.quiet = 2 * ms;
  LevelEstimator estimator;
  estimator.update(reading);
  EXPECT_NEAR(estimator.level(), 1 - std::exp(-0.1), 1e-6);
}

TEST(LevelEstimator, BucketsHaveHysteresis) {
  LevelOptions options;
  options.timeConstant = 1; // follow at once
  LevelEstimator estimator(options);
  // Six buckets: borders at 0.1, 0.3, ...; left by a quarter bucket (0.05).
  EXPECT_FALSE(estimator.update(slowed(1.14)));
  EXPECT_EQ(estimator.bucket(), 0u);
  EXPECT_TRUE(estimator.update(slowed(1.16)));
  EXPECT_EQ(estimator.bucket(), 1u);
  EXPECT_FALSE(estimator.update(slowed(1.06)));
  EXPECT_EQ(estimator.bucket(), 1u);
  EXPECT_TRUE(estimator.update(slowed(1.04)));
  EXPECT_EQ(estimator.bucket(), 0u);
  EXPECT_TRUE(estimator.update(slowed(3)));
  EXPECT_EQ(estimator.bucket(), levelBucketCount - 1);
}

} // namespace
} // namespace veltair
