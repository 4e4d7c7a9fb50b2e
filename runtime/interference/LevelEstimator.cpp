// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/LevelEstimator.h"

#include <algorithm>
#include <cmath>

namespace veltair {

std::optional<Features> extractFeatures(const CounterReading &reading) {
  if (reading.quiet <= 0 || reading.duration <= 0)
    return std::nullopt;
  Features features = {};
  auto at = [&](Feature f) -> double & { return features[size_t(f)]; };
  // A worker without a CPU is no interference in the caches.
  Time onCpu = std::max(reading.busy - reading.runDelay.value_or(0), Time(0));
  at(Feature::slowdown) =
      std::max(double(onCpu) / double(reading.quiet) - 1, 0.0);
  double duration = double(reading.duration);
  auto rate = [&](const std::optional<uint64_t> &counter) {
    return double(counter.value_or(0)) / duration;
  };
  at(Feature::l3Misses) = rate(reading.l3Misses);
  at(Feature::l3Accesses) = rate(reading.l3Accesses);
  at(Feature::memoryReads) = rate(reading.memoryReads);
  at(Feature::cycles) = rate(reading.cycles);
  at(Feature::instructions) = rate(reading.instructions);
  return features;
}

double LinearProxy::level(const Features &features) const {
  double sum = intercept;
  for (unsigned i = 0; i < featureCount; ++i)
    sum += weights[i] * features[i];
  return std::clamp(sum, 0.0, 1.0);
}

bool LevelEstimator::update(const CounterReading &reading) {
  std::optional<Features> features = extractFeatures(reading);
  // An idle machine tells nothing: keep the level.
  if (!features)
    return false;
  double target = options.proxy.level(*features);
  // What a reading says of the time in which chunks ran, it does not say of the
  // idle time around them.
  Time told = std::min(reading.duration, reading.busy);
  double keep = std::exp(-double(told) / double(options.timeConstant));
  smoothed = target + (smoothed - target) * keep;

  double position = smoothed * (levelBucketCount - 1);
  double distance = std::abs(position - double(currentBucket));
  if (distance <= 0.5 + options.hysteresis)
    return false;
  currentBucket = bucketOfLevel(smoothed);
  return true;
}

} // namespace veltair
