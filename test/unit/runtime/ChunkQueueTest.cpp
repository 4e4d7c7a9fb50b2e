// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/ChunkQueue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

using namespace veltair;

TEST(ChunkQueue, GivesEachChunkOnce) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  EXPECT_FALSE(queue.claim(0, 1, range));
  queue.open(100);
  EXPECT_TRUE(queue.available());
  uint32_t next = 0;
  while (queue.claim(0, 2, range)) {
    EXPECT_EQ(range.begin, next);
    EXPECT_LE(range.size(), 100u / 16);
    next = range.end;
    EXPECT_EQ(queue.complete(range.size()), next == 100);
  }
  EXPECT_EQ(next, 100u);
  EXPECT_EQ(range.size(), 1u) << "the last range is a single chunk";
}

TEST(ChunkQueue, MembersBeginWithTheirOwnLanes) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  queue.open(10, /*members=*/3); // [0, 3), [3, 6), [6, 10)
  auto claim = [&](uint32_t member) {
    EXPECT_TRUE(queue.claim(member, 3, range));
    EXPECT_EQ(range.size(), 1u);
    return range.begin;
  };
  EXPECT_EQ(claim(1), 3u);
  EXPECT_EQ(claim(2), 6u);
  EXPECT_EQ(claim(1), 4u);
  EXPECT_EQ(claim(0), 0u);
  EXPECT_EQ(claim(1), 5u);
  EXPECT_EQ(claim(1), 7u) << "goes on in the next one";
  EXPECT_EQ(claim(4), 8u) << "joined later";
  EXPECT_FALSE(queue.complete(7));
  EXPECT_EQ(queue.claimRest(), 3u);
  EXPECT_FALSE(queue.available());
  EXPECT_TRUE(queue.complete(3));
}

TEST(ChunkQueue, HasNoEmptyLanes) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  for (uint32_t chunks : {1, 2, 9, 40}) {
    queue.open(chunks, /*members=*/64);
    std::vector<uint32_t> counts(chunks);
    for (uint32_t left = chunks; left; left -= range.size()) {
      ASSERT_TRUE(queue.claim(63, 64, range));
      for (uint32_t c = range.begin; c < range.end; ++c)
        ++counts[c];
      EXPECT_EQ(queue.complete(range.size()), left == range.size());
    }
    EXPECT_EQ(counts, std::vector<uint32_t>(chunks, 1));
  }
}

TEST(ChunkQueue, DrainsOnlyTheStageThatIsMeant) {
  ChunkQueue queue;
  uint32_t first = queue.open(10, /*members=*/2);
  EXPECT_TRUE(queue.drain(first));
  uint32_t second = queue.open(10, /*members=*/2);
  EXPECT_FALSE(queue.drain(first));
  EXPECT_TRUE(queue.available());
  EXPECT_TRUE(queue.drain(second));
}

TEST(ChunkQueue, AddsUpTheTimeOfAStage) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  for (int stage = 0; stage < 2; ++stage) {
    queue.open(3);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(queue.claim(0, 1, range));
      EXPECT_EQ(queue.complete(range.size(), 10 + i), i == 2);
    }
    EXPECT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue.timeSpent(), 33);
  }
}

TEST(ChunkQueue, Drains) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  queue.open(10);
  ASSERT_TRUE(queue.claim(0, 1, range));
  EXPECT_FALSE(queue.drain()) << "one range is still held";
  EXPECT_FALSE(queue.available());
  EXPECT_FALSE(queue.drain());
  EXPECT_TRUE(queue.complete(range.size()));
  queue.open(3);
  EXPECT_TRUE(queue.drain());
}

// Stage after stage, opened by whoever completes the last chunk.
TEST(ChunkQueue, ManyThreads) {
  constexpr uint32_t stages = 200, chunks = 37;
  ChunkQueue queue;
  uint32_t stage = 0; // the opener's
  std::vector<uint32_t> counts(stages * chunks);
  std::atomic<bool> done = false;
  queue.open(chunks);
  auto work = [&](uint32_t member) {
    ChunkQueue::Range range;
    while (!done) {
      if (!queue.claim(member, 3, range))
        continue;
      for (uint32_t c = range.begin; c < range.end; ++c)
        ++counts[stage * chunks + c];
      if (!queue.complete(range.size()))
        continue;
      if (++stage == stages)
        done = true;
      else // teams grow and shrink
        queue.open(chunks, /*members=*/stage % 4);
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 3; ++i)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(counts, std::vector<uint32_t>(stages * chunks, 1));
}
