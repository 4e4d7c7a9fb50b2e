// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a scheduler knows about a program, and how long it thinks that a layer
// takes.

#ifndef VELTAIR_SCHEDULER_TIMEMODEL_H
#define VELTAIR_SCHEDULER_TIMEMODEL_H

#include "veltair/artifact.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace veltair {

// Nanoseconds: a point of a monotonic clock, or a duration.
using Time = int64_t;

// A version of a layer, as its annotations describe it. All counts are of the
// whole layer.
struct VersionInfo {
  uint64_t key = 0; // versionKey: of profiles
  uint32_t numericsClass = 0;
  uint32_t chunks = 1; // of its widest stage: more cores than this stay idle
  uint32_t stages = 1;
  uint64_t flops = 0;
  uint64_t bytes = 0;       // distinct bytes read and written
  uint64_t sharedBytes = 0; // working set in the L3 cache
  uint64_t writebackBytes = 0;
  // (share of the L3 cache, bytes filled from DRAM), ascending; may be empty.
  std::vector<std::pair<uint64_t, uint64_t>> missCurve;
};

struct LayerInfo {
  uint64_t hash = 0; // of its definition: equal layers, equal hashes
  std::vector<VersionInfo> versions; // [0] is the fastest alone
};

// One program of one tenant.
struct ProgramInfo {
  std::string name;              // "model/isa/shapes"
  std::vector<LayerInfo> layers; // at least one
};

// Names a version of a layer by what it was compiled for and how.
uint64_t versionKey(std::string_view isa, std::string_view schedule);

// Copies what schedulers need from an artifact's program.
ProgramInfo describeProgram(std::string name, const veltair_program &program);

// The bytes that the whole layer fills from DRAM when `share` bytes of the L3
// cache are left to it.
double missedBytes(const VersionInfo &version, double share);

// Predicts times. Pure: equal arguments give equal results. Thread safe.
class TimeModel {
public:
  virtual ~TimeModel() = default;

  // The time in which `cores` (at least 1) cores execute a layer by one of its
  // versions at interference level `level` in [0, 1]. At least 1.
  virtual Time predict(const ProgramInfo &program, unsigned layer,
                       unsigned version, unsigned cores,
                       double level) const = 0;
};

// The machine that AnnotationTimeModel reckons with.
struct MachineParameters {
  double flopsPerSecond = 80e9;       // one core
  double cacheBytesPerSecond = 60e9;  // one core, from its L2 or the L3 cache
  double memoryBytesPerSecond = 20e9; // one core, from DRAM
  double totalMemoryBytesPerSecond = 40e9; // all cores together
  uint64_t l3Bytes = uint64_t(16) << 20;
  Time stageOverhead = 3000; // opening a stage and waiting for its last chunk
};

// A roofline over the annotations. Interference takes its level's share of the
// L3 cache, and lets memory's time show.
class AnnotationTimeModel final : public TimeModel {
public:
  explicit AnnotationTimeModel(const MachineParameters &machine = {})
      : machine(machine) {}

  Time predict(const ProgramInfo &program, unsigned layer, unsigned version,
               unsigned cores, double level) const override;

private:
  MachineParameters machine;
};

// Measured times, by the layers' definitions: equal layers of any models share
// them. What a table lacks is taken from `fallback`, which must outlive the
// model.
class ProfileTimeModel final : public TimeModel {
public:
  explicit ProfileTimeModel(const TimeModel &fallback) : fallback(fallback) {}

  // Records a measured time. Between recorded core counts and levels the model
  // interpolates (quiet core times, and slow-downs); outside it takes the
  // nearest.
  void record(uint64_t layerHash, uint64_t versionKey, unsigned cores,
              double level, Time time);

  // The time recorded for one core at level 0; none if there is no such record.
  std::optional<Time> quietTime(uint64_t layerHash, uint64_t versionKey) const;

  Time predict(const ProgramInfo &program, unsigned layer, unsigned version,
               unsigned cores, double level) const override;

private:
  // cores -> level -> time
  using Table = std::map<unsigned, std::map<double, Time>>;

  const TimeModel &fallback;
  std::map<std::pair<uint64_t, uint64_t>, Table> tables; // by layer, version
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_TIMEMODEL_H
