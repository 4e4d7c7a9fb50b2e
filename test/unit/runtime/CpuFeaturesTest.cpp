// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/CpuFeatures.h"

#include "veltair/artifact.h"

#include <gtest/gtest.h>

using namespace veltair;

// The compiler's run-time library looks at the same registers.
TEST(CpuFeatures, AgreeWithTheCompiler) {
  __builtin_cpu_init();
  uint64_t features = cpuFeatures();
  auto expectSame = [&](uint64_t feature, bool present) {
    EXPECT_EQ((features & feature) != 0, present) << cpuFeatureNames(feature);
  };
  expectSame(VELTAIR_CPU_SSE42, __builtin_cpu_supports("sse4.2"));
  expectSame(VELTAIR_CPU_AVX, __builtin_cpu_supports("avx"));
  expectSame(VELTAIR_CPU_AVX2, __builtin_cpu_supports("avx2"));
  expectSame(VELTAIR_CPU_FMA, __builtin_cpu_supports("fma"));
  expectSame(VELTAIR_CPU_AVX512F, __builtin_cpu_supports("avx512f"));
  expectSame(VELTAIR_CPU_AVX512VL, __builtin_cpu_supports("avx512vl"));
  expectSame(VELTAIR_CPU_AVX512BW, __builtin_cpu_supports("avx512bw"));
  expectSame(VELTAIR_CPU_AVX512DQ, __builtin_cpu_supports("avx512dq"));
  expectSame(VELTAIR_CPU_AVX512CD, __builtin_cpu_supports("avx512cd"));
  expectSame(VELTAIR_CPU_AVX512VNNI, __builtin_cpu_supports("avx512vnni"));
  expectSame(VELTAIR_CPU_AVX512BF16, __builtin_cpu_supports("avx512bf16"));
}

TEST(CpuFeatures, Names) {
  EXPECT_EQ(cpuFeatureNames(0), "");
  EXPECT_EQ(cpuFeatureNames(VELTAIR_CPU_AVX2 | VELTAIR_CPU_FMA), "AVX2, FMA");
  EXPECT_EQ(cpuFeatureNames(uint64_t(1) << 60), "feature 60");
}
