// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The machine that the simulator plays.

#ifndef VELTAIR_SIMULATOR_MACHINE_H
#define VELTAIR_SIMULATOR_MACHINE_H

#include "runtime/scheduler/TimeModel.h"

#include <cstdint>

namespace veltair {

struct Machine {
  uint32_t cores = 2;
  uint32_t coresPerL3 = 2; // a domain shares one L3 cache; the last may be less
  // One core's rates, an L3 domain's size, and the DRAM bandwidth of all cores.
  MachineParameters parameters;
  // From a grant to the first chunk of its block.
  Time blockOverhead = 3000;

  uint32_t domains() const { return (cores + coresPerL3 - 1) / coresPerL3; }
};

} // namespace veltair

#endif // VELTAIR_SIMULATOR_MACHINE_H
