// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Which program of an artifact is taken.

#include "runtime/artifact/Programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace veltair;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {
// Three widths for a good CPU, one for any; the last takes up to 8 rows.
class SelectionTest : public testing::Test {
protected:
  SelectionTest() {
    for (int i = 0; i < 4; ++i) {
      shapes[i] = {2, VELTAIR_NONE, dims[i]};
      programs[i].isa = i < 3 ? "x86-64-v4" : "x86-64-v3";
      programs[i].features = i < 3 ? VELTAIR_CPU_AVX512F : VELTAIR_CPU_AVX2;
      programs[i].input_shapes = &shapes[i];
    }
    shapes[3].extent = 0;
    artifact.name = "wide";
    artifact.inputs = &tensor;
    artifact.input_count = 1;
    artifact.programs = programs;
    artifact.program_count = 4;
  }

  Result<uint32_t> select(std::vector<int64_t> shape,
                          std::vector<uint32_t> among = {0, 1, 2, 3}) {
    veltair_input input{nullptr, 0, VELTAIR_F32, uint32_t(shape.size()),
                        shape.data()};
    return selectProgram(artifact, among, {&input, 1});
  }

  int64_t dims[4][2] = {{1, 100}, {1, 200}, {1, 300}, {8, 100}};
  int64_t unknown[2] = {-1, -1};
  veltair_tensor tensor{"x", VELTAIR_F32, 2, unknown};
  veltair_shape shapes[4];
  veltair_program programs[4]{};
  veltair_artifact artifact{};
};
} // namespace

TEST_F(SelectionTest, ByCpu) {
  constexpr uint64_t avx2 = VELTAIR_CPU_AVX2, both = avx2 | VELTAIR_CPU_AVX512F;
  EXPECT_THAT(*usablePrograms(artifact, both, ""), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(*usablePrograms(artifact, avx2, ""), ElementsAre(3));
  EXPECT_THAT(*usablePrograms(artifact, both, "x86-64-v3"), ElementsAre(3));
  auto none = usablePrograms(artifact, 0, "");
  EXPECT_EQ(none.status().code(), VELTAIR_CPU_MISMATCH);
  EXPECT_THAT(none.status().message(), HasSubstr("x86-64-v3 needs AVX2"));
  EXPECT_EQ(usablePrograms(artifact, avx2, "x86-64-v4").status().code(),
            VELTAIR_CPU_MISMATCH);
  EXPECT_EQ(usablePrograms(artifact, both, "arm").status().code(),
            VELTAIR_INVALID_ARGUMENT);
}

// A program of bf16 is never run by a CPU without its instructions.
TEST_F(SelectionTest, ByBf16) {
  constexpr uint64_t avx512 = VELTAIR_CPU_AVX2 | VELTAIR_CPU_AVX512F;
  programs[0].features |= VELTAIR_CPU_AVX512BF16;
  EXPECT_THAT(*usablePrograms(artifact, avx512, ""), ElementsAre(1, 2, 3));
  EXPECT_THAT(*usablePrograms(artifact, avx512 | VELTAIR_CPU_AVX512BF16, ""),
              ElementsAre(0, 1, 2, 3));
  artifact.program_count = 1;
  auto none = usablePrograms(artifact, avx512, "");
  EXPECT_EQ(none.status().code(), VELTAIR_CPU_MISMATCH);
  EXPECT_THAT(none.status().message(), HasSubstr("AVX512BF16"));
}

TEST_F(SelectionTest, ByShape) {
  EXPECT_EQ(*select({1, 100}), 0u);
  EXPECT_EQ(*select({1, 300}), 2u);
  EXPECT_EQ(*select({1, 100}, {3}), 3u);
  EXPECT_EQ(*select({0, 100}, {3}), 3u);
  EXPECT_EQ(*select({5, 100}), 3u);
  auto none = select({1, 150});
  EXPECT_EQ(none.status().code(), VELTAIR_SHAPE_MISMATCH);
  EXPECT_EQ(none.status().message(),
            "input 'x' has shape 1x150; model 'wide' was compiled for 1x100, "
            "1x200, 1x300, at most 8x100");
  EXPECT_FALSE(select({9, 100}).ok());
  EXPECT_FALSE(select({-1, 100}, {3}).ok());
  EXPECT_FALSE(select({100}).ok());
  EXPECT_FALSE(select({}).ok());
}

TEST_F(SelectionTest, Names) {
  EXPECT_EQ(programName(artifact, programs[1]), "wide/x86-64-v4/1x200");
}
