// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// When a chunk is executed again.

#include "TestModel.h"
#include "TestTenant.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

using namespace veltair;
using namespace veltair::test;

// By a clock of its own: a chunk that takes `perChunk` is late when it has
// taken longer by a tenth, and by 10 us.
static void expectLateAfter(Time perChunk, Time delay) {
  TestModel model(TestModel::grain * 4, /*buffers=*/4);
  for (int i = 0; i < 4; ++i)
    model.addAffine();
  std::unique_ptr<Tenant> tenant = makeTenant(model.artifact());
  QuietTimes &quiet = tenant->programs[0]->quietTimes();
  quiet.calibrate(quiet.slot(1, 0, 0), double(perChunk));
  std::vector<Claim> claims(2);
  Trace trace;
  Query query(0, claims, trace);
  std::vector<float> x(TestModel::grain * 4), y = x;
  query.begin(1, *tenant, 0, std::make_shared<Request>(), buffersOf(x, y),
              nullptr, 0);
  std::vector<std::byte> arena(model.program().arena_bytes);
  query.arena = {arena.data(), arena.size()};
  query.cores = 2;
  AnnotationTimeModel times;
  query.beginBlock({1, 0, 4, 2,
                    std::make_shared<VersionTable>(*tenant->info.programs[0],
                                                   times, 2, VersionRules())});
  uint32_t opened = 0;
  ASSERT_EQ(query.advance(nullptr, 0, opened), Query::Step::elsewhere);
  ChunkQueue::Range range;
  LayerRun *run = query.claim(/*member=*/0, range);
  // The first layer reads the caller's memory; go on to the second.
  ASSERT_TRUE(run->chunks.complete(range.size() + run->chunks.claimRest()));
  ASSERT_EQ(query.advance(run, 0, opened), Query::Step::layerEnded);
  ASSERT_EQ(query.advance(nullptr, 0, opened), Query::Step::elsewhere);

  run = query.claim(/*member=*/0, range);
  ASSERT_EQ(range.size(), 1u);
  constexpr Time begin = 1'000'000;
  claims[0].publish(query, *run, range, begin);
  Time due = begin + perChunk + delay, next = 0;
  Query::Backup backup;
  EXPECT_EQ(query.findBackup(due - 1, backup, next), Query::Search::nothing);
  EXPECT_EQ(next, due);
  EXPECT_EQ(query.findBackup(due, backup, next), Query::Search::joined);
  EXPECT_TRUE(backup.claim->finish(backup.view));
  EXPECT_FALSE(claims[0].finish().first);
}

TEST(BackupRule, WaitsLongerThanInterrupts) {
  expectLateAfter(/*perChunk=*/500, /*delay=*/10'000);
  expectLateAfter(/*perChunk=*/20'000, /*delay=*/10'000);
  expectLateAfter(/*perChunk=*/1'000'000, /*delay=*/100'000);
}
