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

} // namespace veltair

#endif // VELTAIR_SUPPORT_CPUFEATURES_H
