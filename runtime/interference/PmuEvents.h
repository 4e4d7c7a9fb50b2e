// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which hardware events of which CPU tell of interference.
//
// Events bear the names and encodings of libpfm4; the unit tests compare them
// with that library, so that the runtime need not link it.

#ifndef VELTAIR_INTERFERENCE_PMUEVENTS_H
#define VELTAIR_INTERFERENCE_PMUEVENTS_H

#include "runtime/support/CpuFeatures.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace veltair {

enum class PmuCounter : uint8_t {
  cycles,
  instructions,
  l3Misses,    // AMD: of the L2 cache's prefetchers
  l3Accesses,  // AMD: the L2 cache's misses of data
  memoryReads, // cache lines filled from memory
};
inline constexpr unsigned pmuCounterCount = 5;

struct PmuEvent {
  std::string_view name; // libpfm4's, without the PMU
  uint64_t config;       // of perf_event_attr, type PERF_TYPE_RAW
};

struct Pmu {
  struct Models {
    uint32_t family, first, last;
  };

  std::string_view name; // libpfm4's
  std::string_view about;
  bool amd;
  std::array<Models, 3> models;                 // unused ones have family 0
  std::array<PmuEvent, pmuCounterCount> events; // by PmuCounter
};

std::string_view pmuCounterName(PmuCounter counter);

// All that are known.
std::span<const Pmu> knownPmus();

// Null if none is known for this model.
const Pmu *findPmu(const CpuModel &model);

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_PMUEVENTS_H
