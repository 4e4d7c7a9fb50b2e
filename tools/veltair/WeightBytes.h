// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_TOOLS_WEIGHTBYTES_H
#define VELTAIR_TOOLS_WEIGHTBYTES_H

#include "veltair/artifact.h"

namespace veltair::tool {

// Of the constants that a version reads, as they are packed for it.
inline uint64_t weightBytes(const veltair_artifact &artifact,
                            const veltair_version &version) {
  uint64_t bytes = 0;
  for (uint32_t c = 0; c < version.constant_count; ++c)
    bytes += artifact.constants[version.constants[c]].size;
  return bytes;
}

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_WEIGHTBYTES_H
