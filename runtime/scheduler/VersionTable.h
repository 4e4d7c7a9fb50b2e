// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which version of each layer to run, by the cores granted and the
// interference level. Computed ahead of time, read by workers without a call.

#ifndef VELTAIR_SCHEDULER_VERSIONTABLE_H
#define VELTAIR_SCHEDULER_VERSIONTABLE_H

#include "runtime/scheduler/TimeModel.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace veltair {

// Interference levels are told apart by this many buckets.
inline constexpr unsigned levelBucketCount = 6;

// The level that stands for a bucket: 0 for the first, 1 for the last.
constexpr double levelOfBucket(unsigned bucket) {
  return double(bucket) / (levelBucketCount - 1);
}

// The bucket nearest to a level; levels outside [0, 1] are clamped.
constexpr unsigned bucketOfLevel(double level) {
  if (!(level > 0))
    return 0;
  if (level >= 1)
    return levelBucketCount - 1;
  return unsigned(level * (levelBucketCount - 1) + 0.5);
}

enum class Numerics : uint8_t {
  reproducible, // one numerics class a layer: that of version 0
  fast,         // every version
};

// What limits the choice of versions.
struct VersionRules {
  Numerics numerics = Numerics::reproducible;
  // Force this version (clamped to the layer's last); numerics are then not
  // looked at.
  std::optional<uint32_t> forcedVersion;
  // Change the version from one bucket or core count to the next only for a
  // predicted gain above this share of the time.
  double hysteresis = 0.03;
};

// Immutable once built; any thread may read it.
class VersionTable {
public:
  // Chooses, for each layer, core count in [1, maxCores] and bucket, the
  // version with the least predicted time that the rules allow.
  VersionTable(const ProgramInfo &program, const TimeModel &model,
               unsigned maxCores, const VersionRules &rules);

  unsigned layerCount() const { return layers; }

  // The version of `layer` for a team of `cores` at `bucket`; core counts are
  // clamped to [1, maxCores].
  unsigned version(unsigned layer, unsigned cores, unsigned bucket) const {
    cores = cores < 1 ? 1 : cores > maxCores ? maxCores : cores;
    return entries[(size_t(layer) * maxCores + cores - 1) * levelBucketCount +
                   bucket];
  }

private:
  unsigned layers;
  unsigned maxCores;
  std::vector<uint16_t> entries; // [layer][cores - 1][bucket]
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_VERSIONTABLE_H
