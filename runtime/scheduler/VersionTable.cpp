// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/VersionTable.h"

#include <algorithm>

namespace veltair {

// The versions of a layer that the rules allow, in order; never empty.
static std::vector<unsigned> allowedVersions(const LayerInfo &layer,
                                             const VersionRules &rules) {
  unsigned count = unsigned(layer.versions.size());
  if (rules.forcedVersion)
    return {std::min(*rules.forcedVersion, count - 1)};
  std::vector<unsigned> allowed;
  for (unsigned v = 0; v < count; ++v)
    if (rules.numerics == Numerics::fast ||
        layer.versions[v].numericsClass == layer.versions[0].numericsClass)
      allowed.push_back(v);
  return allowed;
}

VersionTable::VersionTable(const ProgramInfo &program, const TimeModel &model,
                           unsigned maxCores, const VersionRules &rules)
    : layers(unsigned(program.layers.size())),
      maxCores(std::max(maxCores, 1u)) {
  entries.reserve(size_t(layers) * this->maxCores * levelBucketCount);
  for (unsigned l = 0; l < layers; ++l) {
    std::vector<unsigned> allowed = allowedVersions(program.layers[l], rules);
    // What the quiet entry of the previous core count holds.
    unsigned quiet = allowed.front();
    for (unsigned cores = 1; cores <= this->maxCores; ++cores) {
      unsigned current = quiet;
      for (unsigned bucket = 0; bucket < levelBucketCount; ++bucket) {
        if (allowed.size() > 1) {
          double level = levelOfBucket(bucket);
          auto predict = [&](unsigned v) {
            return model.predict(program, l, v, cores, level);
          };
          unsigned best = allowed.front();
          Time bestTime = predict(best);
          for (unsigned v : allowed)
            if (Time t = predict(v); t < bestTime)
              best = v, bestTime = t;
          if (double(bestTime) <
              double(predict(current)) * (1 - rules.hysteresis))
            current = best;
        }
        entries.push_back(uint16_t(current));
        if (bucket == 0)
          quiet = current;
      }
    }
  }
}

} // namespace veltair
