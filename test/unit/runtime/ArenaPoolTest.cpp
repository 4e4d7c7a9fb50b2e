// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/ArenaPool.h"

#include <gtest/gtest.h>

#include <cstdint>

using namespace veltair;

TEST(ArenaPool, ReusesArenas) {
  ArenaPool pool(0);
  Arena a, b;
  ASSERT_TRUE(pool.acquire(10000, a));
  EXPECT_GE(a.size, 10000u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(a.data) % 64, 0u);
  a.data[9999] = std::byte(1);
  pool.release(a, 0);
  ASSERT_TRUE(pool.acquire(9000, b));
  EXPECT_EQ(b.data, a.data);
  EXPECT_EQ(pool.bytesHeld(), a.size);
  pool.release(b, 0);
  pool.trim();
  EXPECT_EQ(pool.bytesHeld(), 0u);
}

TEST(ArenaPool, DoesNotWasteLargeArenas) {
  ArenaPool pool(0);
  Arena large, small;
  ASSERT_TRUE(pool.acquire(1 << 20, large));
  pool.release(large, 0);
  ASSERT_TRUE(pool.acquire(4096, small));
  EXPECT_NE(small.data, large.data);
  pool.release(small, 0);
}

TEST(ArenaPool, KeepsToTheLimit) {
  ArenaPool pool(16384);
  Arena a, b;
  EXPECT_TRUE(pool.fits(16384));
  EXPECT_FALSE(pool.fits(16385));
  ASSERT_TRUE(pool.reserve(12000)); // three pages
  EXPECT_FALSE(pool.reserve(8192));
  EXPECT_TRUE(pool.acquire(12000, a));
  pool.release(a, 0);
  pool.cancelReservation(12000);
  // The unused one makes room.
  ASSERT_TRUE(pool.reserve(16384));
  EXPECT_TRUE(pool.acquire(16384, b));
  EXPECT_EQ(pool.bytesHeld(), 16384u);
  pool.release(b, 0);
}

TEST(ArenaPool, MakesRoomByTheOldestAlone) {
  ArenaPool pool(16384);
  Arena old, young, wanted;
  ASSERT_TRUE(pool.acquire(4096, old));
  ASSERT_TRUE(pool.acquire(8192, young));
  std::byte *kept = young.data;
  pool.release(old, 1);
  pool.release(young, 2);
  ASSERT_TRUE(pool.acquire(5000, wanted)); // two pages, for which it is kept
  EXPECT_EQ(wanted.data, kept);
  pool.release(wanted, 3);
  ASSERT_TRUE(pool.acquire(8000 - 4096, old)); // one page
  pool.release(old, 4);
  ASSERT_TRUE(pool.acquire(12288, wanted)); // the two pages make room
  EXPECT_EQ(pool.bytesHeld(), 16384u);
  pool.release(wanted, 5);
}

TEST(ArenaPool, ReservationsHoldWhateverIsKept) {
  ArenaPool pool(16384);
  Arena kept, a, b;
  ASSERT_TRUE(pool.acquire(12288, kept));
  pool.release(kept, 0);
  ASSERT_TRUE(pool.reserve(8192));
  ASSERT_TRUE(pool.reserve(8192));
  ASSERT_TRUE(pool.acquire(8192, a));
  ASSERT_TRUE(pool.acquire(8192, b));
  EXPECT_LE(pool.bytesHeld(), 16384u);
  pool.release(a, 0);
  pool.release(b, 0);
}

TEST(ArenaPool, NothingForNothing) {
  ArenaPool pool(1);
  Arena a;
  EXPECT_TRUE(pool.acquire(0, a));
  EXPECT_EQ(a.data, nullptr);
  pool.release(a, 0);
}

TEST(ArenaPool, RefusesTheImpossible) {
  ArenaPool pool(0);
  Arena a;
  EXPECT_FALSE(pool.acquire(uint64_t(1) << 60, a));
}

TEST(ArenaPool, GivesBackWhatNobodyUsed) {
  ArenaPool pool(0);
  EXPECT_EQ(pool.nextTrim(), never);
  Arena a, b, again;
  ASSERT_TRUE(pool.acquire(4096, a));
  ASSERT_TRUE(pool.acquire(4096, b));
  pool.release(a, 10);
  pool.release(b, 20);
  // The latest is taken, so that the other one grows old.
  ASSERT_TRUE(pool.acquire(4096, again));
  EXPECT_EQ(again.data, b.data);
  Time due = 10 + ArenaPool::keepTime;
  EXPECT_EQ(pool.nextTrim(), due);
  EXPECT_FALSE(pool.trimOne(due - 1));
  EXPECT_TRUE(pool.trimOne(due));
  EXPECT_EQ(pool.bytesHeld(), 4096u);
  EXPECT_FALSE(pool.trimOne(due + ArenaPool::keepTime)) << "it is in use";
  pool.release(again, due);
  EXPECT_EQ(pool.nextTrim(), due + ArenaPool::keepTime);
}
