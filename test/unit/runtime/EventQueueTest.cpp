// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FailingAllocations.h"

#include "runtime/executor/EventQueue.h"

#include <gtest/gtest.h>

#include <new>

using namespace veltair;
using namespace veltair::test;

TEST(EventQueue, IsFirstInFirstOut) {
  EventQueue queue;
  EXPECT_TRUE(queue.empty());
  QueryId pushed = 0, popped = 0;
  // It wraps around, and grows in the middle of it.
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i)
      queue.push(QueryCancelled{++pushed});
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, ++popped);
    queue.reserve(size_t(round));
  }
  while (!queue.empty())
    EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, ++popped);
  EXPECT_EQ(popped, pushed);
}

TEST(EventQueue, GivesBackWhatABurstLeft) {
  EventQueue queue;
  queue.reserve(100'000);
  size_t room = queue.room();
  EXPECT_GE(room, 100'000u);
  // What waits lies at the end and the beginning of the ring.
  QueryId pushed = 0, popped = 0;
  while (pushed < room + 2) {
    queue.push(QueryCancelled{++pushed});
    if (pushed > 4)
      EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, ++popped);
  }
  EXPECT_EQ(queue.room(), room);
  queue.reserve(5);
  EXPECT_LE(queue.room(), 1024u);
  while (!queue.empty())
    EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, ++popped);
  EXPECT_EQ(popped, pushed);
}

TEST(EventQueue, WithoutMemoryKeepsTheRoomThatIsThere) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "no allocation fails under it";
#endif
  EventQueue queue;
  queue.reserve(100'000);
  size_t room = queue.room();
  queue.push(QueryCancelled{1});
  {
    FailingAllocations failing(/*seed=*/0, /*oneIn=*/1);
    queue.reserve(5);
    EXPECT_THROW(queue.reserve(room + 1), std::bad_alloc);
  }
  EXPECT_EQ(queue.room(), room);
  queue.push(QueryCancelled{2});
  queue.reserve(5);
  EXPECT_LT(queue.room(), room);
  EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, 1u);
  EXPECT_EQ(std::get<QueryCancelled>(queue.pop()).query, 2u);
}
