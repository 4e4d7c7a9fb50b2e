// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Layers that are open together.

#include "TestModel.h"
#include "TestTenant.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

// A query whose layers 1 and 2 are a group, of two stages each.
class GroupTest : public testing::Test {
protected:
  static constexpr uint32_t elements = 4 * TestModel::grain;

  GroupTest() : model(elements, /*buffers=*/4), x(elements), y(elements) {
    model.addAffine();
    model.addAffineGroup(2);
    model.addAffine();
    veltair_artifact &artifact = model.artifact();
    for (uint32_t layer : {1, 2}) {
      stages[layer - 1] = {model.stage(layer, 0), model.stage(layer, 0)};
      model.version(layer).stages = stages[layer - 1].data();
      model.version(layer).stage_count = 2;
    }
    tenant = makeTenant(artifact);
    versions = std::make_shared<VersionTable>(*tenant->info.programs[0], times,
                                              2, VersionRules());
    arena.resize(model.program().arena_bytes);
    query.reserve(*tenant->programs[0]);
  }

  // Claims all chunks of an open layer, and returns its run.
  LayerRun *claimLayer(uint32_t &chunks) {
    ChunkQueue::Range range;
    LayerRun *run = query.claim(/*member=*/0, range);
    if (run)
      chunks = range.size() + run->chunks.claimRest();
    return run;
  }

  // Both layers have ended their first stages; who completes the last chunk of
  // each opens the next one.
  std::pair<LayerRun *, LayerRun *> endFirstStages() {
    query.begin(1, *tenant, 0, std::make_shared<Request>(), buffersOf(x, y),
                nullptr, 0);
    query.arena = {arena.data(), arena.size()};
    query.cores = 2;
    query.beginBlock({1, 0, 4, 2, versions});
    uint32_t opened = 0, chunks = 0;
    query.advance(nullptr, 0, opened);
    LayerRun *first = claimLayer(chunks);
    EXPECT_TRUE(first->chunks.complete(chunks));
    EXPECT_EQ(query.advance(first, 0, opened), Query::Step::layerEnded);
    query.advance(nullptr, 0, opened);
    LayerRun *a = claimLayer(chunks);
    EXPECT_TRUE(a->chunks.complete(chunks));
    LayerRun *b = claimLayer(chunks);
    EXPECT_TRUE(b->chunks.complete(chunks));
    return {a, b};
  }

  TestModel model;
  std::vector<veltair_stage> stages[2];
  std::vector<float> x, y;
  std::unique_ptr<Tenant> tenant;
  AnnotationTimeModel times;
  std::shared_ptr<VersionTable> versions;
  std::vector<std::byte> arena;
  std::vector<Claim> claims = std::vector<Claim>(2);
  Trace trace;
  Query query{0, claims, trace};
};

} // namespace

// Late workers are inside both layers: each goes on in another slot.
TEST_F(GroupTest, LayersThatGoOnAtOnceFindSlotsOfTheirOwn) {
  constexpr uint32_t rounds = 10'000;
  LayerRun *other = nullptr;
  std::atomic<uint32_t> begun{0}, entered{0}, done{0};
  auto await = [](const std::atomic<uint32_t> &word, uint32_t value) {
    for (uint32_t spins = 0; word != value; ++spins)
      if (spins > 1000)
        std::this_thread::yield();
  };
  std::thread thread([&] {
    for (uint32_t round = 1; round <= rounds; ++round) {
      await(begun, round);
      entered = round;
      // So that neither is always the first.
      for (uint32_t i = 0; i < round % 64; ++i)
        entered = round;
      uint32_t opened = 0;
      query.advance(other, 0, opened);
      done = round;
    }
  });
  uint32_t lost = 0;
  for (uint32_t round = 1; round <= rounds; ++round) {
    auto [a, b] = endFirstStages();
    other = b;
    ++a->inside;
    ++b->inside;
    begun = round;
    await(entered, round);
    uint32_t opened = 0;
    query.advance(a, 0, opened);
    await(done, round);
    --a->inside;
    --b->inside;
    uint32_t chunks = 0;
    LayerRun *first = claimLayer(chunks), *second = claimLayer(chunks);
    lost += !first || !second || first->layer() == second->layer();
  }
  thread.join();
  EXPECT_EQ(lost, 0u) << "layers";
}
