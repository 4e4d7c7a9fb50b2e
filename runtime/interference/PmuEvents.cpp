// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/PmuEvents.h"

namespace veltair {

std::string_view pmuCounterName(PmuCounter counter) {
  constexpr std::string_view names[] = {"cycles", "instructions", "L3 misses",
                                        "L3 accesses", "memory reads"};
  return names[size_t(counter)];
}

static constexpr PmuEvent amdCycles = {"CYCLES_NOT_IN_HALT", 0x76};
static constexpr PmuEvent amdInstructions = {"RETIRED_INSTRUCTIONS", 0xc0};
static constexpr PmuEvent amdL2Misses = {
    "CORE_TO_L2_CACHEABLE_REQUEST_ACCESS_STATUS:LS_RD_BLK_C", 0x864};
static constexpr PmuEvent intelCycles = {"UNHALTED_CORE_CYCLES", 0x3c};
static constexpr PmuEvent intelInstructions = {"INSTRUCTION_RETIRED", 0xc0};
static constexpr PmuEvent intelL3Misses = {"LONGEST_LAT_CACHE:MISS", 0x412e};
static constexpr PmuEvent intelL3Accesses = {"LONGEST_LAT_CACHE:REFERENCE",
                                             0x4f2e};
static constexpr PmuEvent intelMemoryReads = {
    "MEM_LOAD_L3_MISS_RETIRED:LOCAL_DRAM", 0x1d3};

static constexpr Pmu pmus[] = {
    {"amd64_fam17h_zen2",
     "AMD Zen 2",
     true,
     {{{0x17, 0x30, 0xff}}},
     {{amdCycles,
       amdInstructions,
       {"L2_PREFETCH_MISS_L3:ANY", 0x1f72},
       amdL2Misses,
       {"DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_DRAM:LS_MABRESP_RMT_"
        "DRAM",
        0x4843}}}},
    {"amd64_fam19h_zen3",
     "AMD Zen 3",
     true,
     {{{0x19, 0x00, 0x0f}, {0x19, 0x20, 0x5f}}},
     {{amdCycles,
       amdInstructions,
       {"L2_PREFETCH_MISS_L3:L2_HW_PREFETCHER:L1_HW_PREFETCHER", 0xff72},
       amdL2Misses,
       {"ANY_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_LCL:MEM_IO_RMT", 0x4844}}}},
    {"amd64_fam19h_zen4",
     "AMD Zen 4",
     true,
     {{{0x19, 0x10, 0x1f}, {0x19, 0x60, 0xaf}}},
     {{amdCycles,
       amdInstructions,
       {"L2_PREFETCH_MISS_L3:L2_STREAM:L2_NEXT_LINE:L2_UP_DOWN:L2_BURST:"
        "L2_STRIDE:L1_STREAM:L1_STRIDE:L1_REGION",
        0xff72},
       amdL2Misses,
       {"ANY_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR", 0x4844}}}},
    {"skx",
     "Intel Skylake-SP, Cascade Lake",
     false,
     {{{6, 0x55, 0x55}}},
     {{intelCycles, intelInstructions, intelL3Misses, intelL3Accesses,
       intelMemoryReads}}},
    {"icx",
     "Intel Ice Lake-SP",
     false,
     {{{6, 0x6a, 0x6a}, {6, 0x6c, 0x6c}}},
     {{intelCycles,
       intelInstructions,
       intelL3Misses,
       {"LONGEST_LAT_CACHE:REFERENCES", 0x4f2e},
       intelMemoryReads}}},
    {"spr",
     "Intel Sapphire Rapids",
     false,
     {{{6, 0x8f, 0x8f}}},
     {{intelCycles, intelInstructions, intelL3Misses, intelL3Accesses,
       intelMemoryReads}}},
};

std::span<const Pmu> knownPmus() { return pmus; }

const Pmu *findPmu(const CpuModel &cpu) {
  for (const Pmu &pmu : pmus)
    for (const Pmu::Models &models : pmu.models)
      if (cpu.family && pmu.amd == cpu.amd && models.family == cpu.family &&
          models.first <= cpu.model && cpu.model <= models.last)
        return &pmu;
  return nullptr;
}

} // namespace veltair
