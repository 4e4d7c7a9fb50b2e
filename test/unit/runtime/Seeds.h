// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many histories the simulations play.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H
#define VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H

#include <cstdint>
#include <cstdlib>

namespace veltair::test {

// As many as the environment's VELTAIR_SEEDS says.
inline uint64_t seedCount() {
  const char *text = std::getenv("VELTAIR_SEEDS");
  return text ? std::strtoull(text, nullptr, 10) : 2000;
}

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_SEEDS_H
