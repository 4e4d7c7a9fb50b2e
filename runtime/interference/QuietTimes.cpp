// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/QuietTimes.h"

#include <algorithm>

namespace veltair {

// By how much a learned time rises with each slower observation.
static constexpr float forgetting = 1.0005f;

QuietTimes::QuietTimes(const ProgramInfo &program) {
  size_t count = 0;
  for (const LayerInfo &layer : program.layers) {
    versions.push_back(stages.size());
    for (const VersionInfo &version : layer.versions) {
      stages.push_back(count);
      count += version.stages;
    }
  }
  entries = std::make_unique<Entry[]>(count);
}

void QuietTimes::calibrate(size_t slot, double perChunk) {
  entries[slot].perChunk.store(float(perChunk), std::memory_order_relaxed);
  entries[slot].calibrated.store(true, std::memory_order_relaxed);
}

Time QuietTimes::observe(size_t slot, unsigned chunks, Time elapsed) {
  Entry &entry = entries[slot];
  float quiet = entry.perChunk.load(std::memory_order_relaxed);
  if (!entry.calibrated.load(std::memory_order_relaxed)) {
    float seen = float(elapsed) / float(std::max(chunks, 1u));
    quiet = quiet == 0 ? seen : std::min(seen, quiet * forgetting);
    entry.perChunk.store(quiet, std::memory_order_relaxed);
  }
  return Time(quiet * float(chunks));
}

} // namespace veltair
