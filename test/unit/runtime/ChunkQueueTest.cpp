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
  EXPECT_FALSE(queue.claim(1, range));
  queue.open(100);
  EXPECT_TRUE(queue.available());
  uint32_t next = 0;
  while (queue.claim(2, range)) {
    EXPECT_EQ(range.begin, next);
    EXPECT_LE(range.size(), 100u / 16);
    next = range.end;
    EXPECT_EQ(queue.complete(range.size()), next == 100);
  }
  EXPECT_EQ(next, 100u);
  EXPECT_EQ(range.size(), 1u) << "the last range is a single chunk";
}

TEST(ChunkQueue, AddsUpTheTimeOfAStage) {
  ChunkQueue queue;
  ChunkQueue::Range range;
  for (int stage = 0; stage < 2; ++stage) {
    queue.open(3);
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(queue.claim(1, range));
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
  ASSERT_TRUE(queue.claim(1, range));
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
  auto work = [&] {
    ChunkQueue::Range range;
    while (!done) {
      if (!queue.claim(3, range))
        continue;
      for (uint32_t c = range.begin; c < range.end; ++c)
        ++counts[stage * chunks + c];
      if (!queue.complete(range.size()))
        continue;
      if (++stage == stages)
        done = true;
      else
        queue.open(chunks);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(counts, std::vector<uint32_t>(stages * chunks, 1));
}
