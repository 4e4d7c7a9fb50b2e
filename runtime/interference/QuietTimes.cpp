// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/QuietTimes.h"

#include <algorithm>

namespace veltair {

// By how much a learned time rises in a second with slower observations. Longer
// services must not forget sooner, so it does not depend on their number.
static constexpr float forgetting = 1.001f;
static constexpr Time forgettingPeriod = 1'000'000'000;

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

Time QuietTimes::observe(size_t slot, unsigned chunks, Time elapsed, Time now) {
  Entry &entry = entries[slot];
  float quiet = entry.perChunk.load(std::memory_order_relaxed);
  if (!entry.calibrated.load(std::memory_order_relaxed)) {
    float seen = float(elapsed) / float(std::max(chunks, 1u));
    if (quiet == 0 || seen < quiet) {
      quiet = seen;
      entry.changed.store(now, std::memory_order_relaxed);
    } else if (now - entry.changed.load(std::memory_order_relaxed) >=
               forgettingPeriod) {
      quiet = std::min(seen, quiet * forgetting);
      entry.changed.store(now, std::memory_order_relaxed);
    }
    entry.perChunk.store(quiet, std::memory_order_relaxed);
  }
  return Time(quiet * float(chunks));
}

} // namespace veltair
