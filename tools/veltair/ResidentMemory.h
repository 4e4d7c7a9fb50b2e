// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much memory this process occupies.

#ifndef VELTAIR_TOOLS_RESIDENTMEMORY_H
#define VELTAIR_TOOLS_RESIDENTMEMORY_H

#include <cstdint>
#include <fstream>

#include <unistd.h>

namespace veltair::tool {

// Bytes of all pages in memory; 0 where the system does not say.
inline uint64_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * uint64_t(sysconf(_SC_PAGESIZE));
}

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_RESIDENTMEMORY_H
