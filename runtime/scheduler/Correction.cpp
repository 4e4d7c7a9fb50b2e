// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Correction.h"

#include <cmath>
#include <numeric>

namespace veltair {

// The weight of a block among those before it is at least this.
static constexpr double leastGain = 0.1;

// What is known of other teams is forgotten by so much a block, or those that
// lost once would never be tried again.
static constexpr double forgotten = 0.02;

// The speed of a team that is not known, over that of the next smaller one. So
// those who must waste nothing try the smaller, and others the larger.
static constexpr double nextSpeed = 0.85;

static double expectedSpeed(double known, size_t from, size_t to) {
  return known * std::pow(nextSpeed, double(to) - double(from));
}

double Correction::done(const Progress &block) const {
  return std::inner_product(speeds.begin(), speeds.end(), block.shares.begin(),
                            0.0);
}

// The class that did most of the block learns the speed with which all of it
// would have been done.
void Correction::learn(const Progress &block) {
  size_t own = 0;
  for (size_t i = 1; i < classCount; ++i)
    if (block.shares[i] * speeds[i] > block.shares[own] * speeds[own])
      own = i;
  double share = block.shares[own];
  if (share <= 0)
    return;
  double others = done(block) - share * speeds[own];
  double speed = std::clamp((1 - std::min(others, 0.5)) / share, 1e-3, 1e3);
  // The first block runs from cold caches, so the second replaces what it
  // taught; then a mean, and in the long run one that forgets.
  double gain = std::max(1.0 / std::max(blocks[own], 1u), leastGain);
  speeds[own] += gain * (speed - speeds[own]);
  ++blocks[own];

  size_t known = size_t(
      std::find_if(blocks.begin(), blocks.end(), [](unsigned b) { return b; }) -
      blocks.begin());
  for (size_t i = 0; i < classCount; ++i) {
    if (!blocks[i]) {
      speeds[i] = expectedSpeed(speeds[known], known, i);
      continue;
    }
    known = i;
    if (i != own)
      speeds[i] += forgotten * (expectedSpeed(speeds[own], own, i) - speeds[i]);
  }
}

} // namespace veltair
