// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What layers that run side by side take from each other. Pure functions.

#ifndef VELTAIR_SIMULATOR_CONTENTION_H
#define VELTAIR_SIMULATOR_CONTENTION_H

#include "runtime/simulator/Machine.h"

#include <cstdint>
#include <span>
#include <vector>

namespace veltair {

// One layer that runs now.
struct Activity {
  const VersionInfo *version;
  double quiet;                    // its time by this team alone, nanoseconds
  std::vector<uint32_t> domains{}; // the team's cores in each L3 domain
};

// Writes the time of each whole layer while all of `activities` go on:
//  * The working sets in an L3 domain that do not all fit split it in
//    proportion; the miss curves tell what a smaller share costs.
//  * Memory's time is hidden when quiet. Beside others as much of it shows as
//    these take of the bandwidth; measured slow-downs beside a memory stream
//    follow that.
//  * Together they get no more than the bandwidth: those that ask for more than
//    a fair share of it are held back to theirs.
// A layer alone takes its quiet time.
void contendedTimes(const Machine &machine,
                    std::span<const Activity> activities,
                    std::vector<double> &times);

} // namespace veltair

#endif // VELTAIR_SIMULATOR_CONTENTION_H
