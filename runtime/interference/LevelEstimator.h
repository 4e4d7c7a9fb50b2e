// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From counter readings to the interference level.

#ifndef VELTAIR_INTERFERENCE_LEVELESTIMATOR_H
#define VELTAIR_INTERFERENCE_LEVELESTIMATOR_H

#include "runtime/interference/CounterSource.h"
#include "runtime/scheduler/VersionTable.h"

#include <array>
#include <optional>

namespace veltair {

// What the proxy sees of a reading, each normalised by time; absent counters
// are 0.
enum class Feature : uint8_t {
  slowdown,     // (busy time on a CPU) / (quiet time) - 1
  l3Misses,     // a nanosecond
  l3Accesses,   // a nanosecond
  memoryReads,  // a nanosecond
  cycles,       // a nanosecond
  instructions, // a nanosecond
};
inline constexpr unsigned featureCount = 6;

using Features = std::array<double, featureCount>;

// None if the reading says nothing: no chunk was completed.
std::optional<Features> extractFeatures(const CounterReading &reading);

// level = intercept + sum of weight * feature, clamped to [0, 1]. The default
// needs no calibration: slow-down alone, with a doubled run time as level 1.
struct LinearProxy {
  double intercept = 0;
  Features weights = {1};

  double level(const Features &features) const;
};

struct LevelOptions {
  LinearProxy proxy;
  Time timeConstant = 50'000'000; // of the moving average
  // The bucket changes when the level is beyond the border between two buckets
  // by more than this share of a bucket.
  double hysteresis = 0.25;
};

// Smooths levels over time and puts them into buckets. Deterministic.
class LevelEstimator {
public:
  explicit LevelEstimator(const LevelOptions &options = {})
      : options(options) {}

  // Takes a reading. True if the bucket changed.
  bool update(const CounterReading &reading);

  double level() const { return smoothed; }
  unsigned bucket() const { return currentBucket; }

private:
  LevelOptions options;
  double smoothed = 0;
  unsigned currentBucket = 0;
};

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_LEVELESTIMATOR_H
