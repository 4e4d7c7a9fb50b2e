// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The clock of the runtime.

#ifndef VELTAIR_SUPPORT_CLOCK_H
#define VELTAIR_SUPPORT_CLOCK_H

#include <cstdint>

#include <time.h>

namespace veltair {

// Monotonic time in nanoseconds.
inline int64_t currentTime() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return int64_t(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

} // namespace veltair

#endif // VELTAIR_SUPPORT_CLOCK_H
