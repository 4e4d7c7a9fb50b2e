// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the CPU can do, in the words of artifacts.

#ifndef VELTAIR_SUPPORT_CPUFEATURES_H
#define VELTAIR_SUPPORT_CPUFEATURES_H

#include <cstdint>
#include <string>

namespace veltair {

// VELTAIR_CPU_* bits of features that the CPU has and whose registers the
// operating system saves.
uint64_t cpuFeatures();

// "AVX512F, AVX512VL"; bits without a name are numbered.
std::string cpuFeatureNames(uint64_t features);

struct CpuModel {
  bool amd = false; // else Intel
  uint32_t family = 0;
  uint32_t model = 0;
  uint32_t stepping = 0;
};

// Of this CPU; family 0 if it is of another vendor.
CpuModel thisCpu();

// What tells CPUs apart: "AMD EPYC, family 25 model 17 stepping 1".
std::string cpuName();

} // namespace veltair

#endif // VELTAIR_SUPPORT_CPUFEATURES_H
