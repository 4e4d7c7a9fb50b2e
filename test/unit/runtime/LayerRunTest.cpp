// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/LayerRun.h"

#include "TestModel.h"

#include <gtest/gtest.h>

#include <array>

using namespace veltair;

// Slots serve one model after the other.
TEST(LayerRun, ContinuesWhatASlotOfALargerModelHolds) {
  std::array<veltair_operand, 200> many{};
  test::TestModel large(16), small(16);
  large.addReduce();
  small.addReduce();
  const veltair_artifact &largeTables = large.artifact();
  large.layer(0).operands = many.data();
  large.layer(0).operand_count = many.size();
  Program largeProgram(largeTables, large.program(), Weights());
  Program smallProgram(small.artifact(), small.program(), Weights());

  LayerRun before, after;
  before.prepare(largeProgram, 0, 0);
  before.prepare(smallProgram, 0, 0);
  uint32_t count = small.layer(0).operand_count;
  int places[8];
  ASSERT_LE(count, std::size(places));
  for (uint32_t i = 0; i < count; ++i)
    before.operands()[i] = &places[i];
  after.continueAs(before);
  ASSERT_LT(after.operands().size(), before.operands().size());
  for (uint32_t i = 0; i < count; ++i)
    EXPECT_EQ(after.operands()[i], &places[i]);
}
