// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Correction.h"

#include <cmath>
#include <numeric>

namespace veltair {

// The weight of a block among those before it is at least this.
static constexpr double leastGain = 0.1;

// What a block tells of its teams is worth so much less with each block of
// others.
static constexpr double fading = 0.98;

// The speed that is hoped for, over that of the next smaller team. So those who
// must waste nothing try the smaller, and others the larger.
static constexpr double nextSpeed = 0.85;

static double expectedSpeed(double speed, size_t from, size_t to) {
  return speed * std::pow(nextSpeed, double(to) - double(from));
}

double Correction::done(const Progress &block) const {
  return std::inner_product(measured.begin(), measured.end(),
                            block.shares.begin(), 0.0);
}

// The class that did most of the block learns the speed with which all of it
// would have been done.
void Correction::learn(const Progress &block) {
  size_t own = 0;
  for (size_t i = 1; i < classCount; ++i)
    if (block.shares[i] * measured[i] > block.shares[own] * measured[own])
      own = i;
  double share = block.shares[own];
  if (share <= 0)
    return;
  double others = done(block) - share * measured[own];
  double speed = std::clamp((1 - std::min(others, 0.5)) / share, 1e-3, 1e3);
  // The first block runs from cold caches, so the second replaces what it
  // taught; then a mean, and in the long run one that forgets.
  double gain = std::max({1 / std::max(double(blocks[own]), 1.0), leastGain,
                          1 - std::pow(fading, double(ages[own]))});
  measured[own] += gain * (speed - measured[own]);
  ++blocks[own];
  for (uint64_t &age : ages)
    ++age;
  ages[own] = 0;
  hope(own);
}

void Correction::hope(size_t latest) {
  size_t known = size_t(
      std::find_if(blocks.begin(), blocks.end(), [](uint64_t b) { return b; }) -
      blocks.begin());
  for (size_t i = 0; i < classCount; ++i) {
    if (blocks[i]) {
      known = i;
      double worth = std::pow(fading, double(ages[i]));
      hoped[i] = worth * measured[i] +
                 (1 - worth) * expectedSpeed(measured[latest], latest, i);
      continue;
    }
    measured[i] = measured[known];
    hoped[i] = expectedSpeed(measured[known], known, i);
    // Smaller teams may be as fast as predicted: those that were tried, slow
    // because they are teams.
    if (i < known)
      hoped[i] = std::max(hoped[i], 1.0);
  }
}

} // namespace veltair
