// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The histories that the simulations play.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H
#define VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

namespace veltair::test {

// As many as the environment's VELTAIR_SEEDS says.
inline uint64_t seedCount() {
  const char *text = std::getenv("VELTAIR_SEEDS");
  return text ? std::strtoull(text, nullptr, 10) : 2000;
}

// Plays a `Simulation(seed)` for each seed, up to the first that fails. Returns
// how many chunks were executed again.
template <typename Simulation> uint64_t playSeeds() {
  uint64_t backups = 0;
  for (uint64_t seed = 0; seed < seedCount(); ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed);
    simulation.run();
    backups += simulation.backups();
    if (testing::Test::HasFailure())
      break;
  }
  return backups;
}

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H
