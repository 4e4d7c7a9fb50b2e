// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FailingAllocations.h"

#include "runtime/support/Reserve.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

using namespace veltair;
using namespace veltair::test;

TEST(Reserve, GrowsByFactors) {
  std::vector<int> items;
  size_t allocations = 0;
  for (size_t size = 1; size <= 10'000; ++size) {
    size_t before = items.capacity();
    reserveFor(items, size);
    EXPECT_GE(items.capacity(), size);
    allocations += items.capacity() != before;
  }
  EXPECT_LT(allocations, 20u);
}

TEST(Reserve, GivesBackWhatABurstLeft) {
  std::vector<std::unique_ptr<int>> items;
  reserveFor(items, 100'000);
  items.push_back(std::make_unique<int>(1));
  items.push_back(std::make_unique<int>(2));
  // Half as many may come again.
  reserveFor(items, 50'000);
  EXPECT_GE(items.capacity(), 100'000u);
  reserveFor(items, 3);
  EXPECT_LE(items.capacity(), 1024u);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(*items[0] + *items[1], 3);
  // So few are kept.
  size_t room = items.capacity();
  reserveFor(items, 1);
  EXPECT_EQ(items.capacity(), room);
}

TEST(Reserve, KeepsTheItemsThatAreThere) {
  std::vector<int> items(5000, 7);
  reserveFor(items, 100'000);
  reserveFor(items, 1);
  EXPECT_EQ(items, std::vector<int>(5000, 7));
}

TEST(Reserve, WithoutMemoryKeepsTheRoomThatIsThere) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "no allocation fails under it";
#endif
  std::vector<int> items(3, 7);
  reserveFor(items, 100'000);
  size_t room = items.capacity();
  {
    FailingAllocations failing(/*seed=*/0, /*oneIn=*/1);
    reserveFor(items, 3);
    EXPECT_THROW(reserveFor(items, room + 1), std::bad_alloc);
  }
  EXPECT_EQ(items.capacity(), room);
  EXPECT_EQ(items, std::vector<int>(3, 7));
  reserveFor(items, 3);
  EXPECT_LT(items.capacity(), room);
}
