// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/CpuFeatures.h"
#include "runtime/support/Status.h"

#include "veltair/artifact.h"

#include <cstring>

#include <cpuid.h>

namespace veltair {

namespace {
struct Registers {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

// The register sets that the operating system saves (XCR0).
uint64_t savedRegisters() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

uint64_t detect() {
  constexpr uint64_t ymmState = 0x6;  // SSE, AVX
  constexpr uint64_t zmmState = 0xE6; // and opmask, ZMM_Hi256, Hi16_ZMM
  constexpr unsigned osxsave = 1u << 27;

  Registers basic = cpuid(1), extended = cpuid(7), extended1 = cpuid(7, 1),
            amd = cpuid(0x80000001);
  uint64_t saved = basic.ecx & osxsave ? savedRegisters() : 0;
  bool ymm = (saved & ymmState) == ymmState;
  bool zmm = (saved & zmmState) == zmmState;

  uint64_t features = 0;
  auto add = [&](uint64_t feature, bool present) {
    if (present)
      features |= feature;
  };
  auto bit = [](unsigned word, unsigned index) { return word >> index & 1; };
  add(VELTAIR_CPU_SSE42, bit(basic.ecx, 20));
  add(VELTAIR_CPU_BMI2, bit(extended.ebx, 3) && bit(extended.ebx, 8) &&
                            bit(basic.ecx, 22) && bit(amd.ecx, 5));
  if (ymm) {
    add(VELTAIR_CPU_AVX, bit(basic.ecx, 28));
    add(VELTAIR_CPU_FMA, bit(basic.ecx, 12));
    add(VELTAIR_CPU_F16C, bit(basic.ecx, 29));
    add(VELTAIR_CPU_AVX2, bit(extended.ebx, 5));
  }
  if (zmm) {
    add(VELTAIR_CPU_AVX512F, bit(extended.ebx, 16));
    add(VELTAIR_CPU_AVX512DQ, bit(extended.ebx, 17));
    add(VELTAIR_CPU_AVX512CD, bit(extended.ebx, 28));
    add(VELTAIR_CPU_AVX512BW, bit(extended.ebx, 30));
    add(VELTAIR_CPU_AVX512VL, bit(extended.ebx, 31));
    add(VELTAIR_CPU_AVX512VNNI, bit(extended.ecx, 11));
    add(VELTAIR_CPU_AVX512BF16, bit(extended1.eax, 5));
  }
  return features;
}
} // namespace

uint64_t cpuFeatures() {
  static const uint64_t features = detect();
  return features;
}

std::string cpuFeatureNames(uint64_t features) {
  static constexpr const char *names[] = {
      "SSE4.2",   "AVX",        "AVX2",      "FMA",      "F16C",
      "BMI2",     "AVX512F",    "AVX512VL",  "AVX512BW", "AVX512DQ",
      "AVX512CD", "AVX512VNNI", "AVX512BF16"};
  static_assert(VELTAIR_CPU_KNOWN == (1u << std::size(names)) - 1);
  std::string text;
  for (unsigned i = 0; i < 64; ++i) {
    if (!(features >> i & 1))
      continue;
    if (!text.empty())
      text += ", ";
    text += i < std::size(names) ? names[i] : concat("feature ", i);
  }
  return text;
}

CpuModel thisCpu() {
  Registers vendor = cpuid(0), version = cpuid(1);
  bool amd = vendor.ebx == signature_AMD_ebx && vendor.ecx == signature_AMD_ecx;
  bool intel =
      vendor.ebx == signature_INTEL_ebx && vendor.ecx == signature_INTEL_ecx;
  if (!amd && !intel)
    return {};
  unsigned family = version.eax >> 8 & 0xf, model = version.eax >> 4 & 0xf;
  if (family == 6 || family == 0xf)
    model |= (version.eax >> 16 & 0xf) << 4;
  if (family == 0xf)
    family += version.eax >> 20 & 0xff;
  return {amd, family, model, version.eax & 0xf};
}

std::string cpuName() {
  char text[49] = {};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    Registers part = cpuid(0x80000002 + leaf);
    std::memcpy(text + 16 * leaf, &part, sizeof(part));
  }
  std::string name = text;
  name.erase(name.find_last_not_of(' ') + 1);
  CpuModel cpu = thisCpu();
  return concat(name, ", family ", cpu.family, " model ", cpu.model,
                " stepping ", cpu.stepping);
}

} // namespace veltair
