// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Antagonist.h"

#include "gtest/gtest.h"

using namespace veltair::tool;

TEST(Antagonist, ManyCpusShareTheMemory) {
  constexpr size_t mega = size_t(1) << 20, giga = size_t(1) << 30;
  Antagonist large{"large", 256 * mega, nullptr};
  EXPECT_EQ(bufferBytes(large, 1), 256 * mega);
  EXPECT_EQ(bufferBytes(large, 16), 256 * mega);
  for (size_t count : {17, 63, 255, 4095}) {
    size_t bytes = bufferBytes(large, count);
    EXPECT_LE(bytes * count, 4 * giga) << count;
    EXPECT_GE(bytes, mega) << count;
    EXPECT_EQ(bytes % mega, 0u) << count;
  }
  EXPECT_EQ(bufferBytes({"small", mega, nullptr}, 63), mega);
}
