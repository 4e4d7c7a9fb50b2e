// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/ArenaPlan.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>
#include <tuple>
#include <vector>

using namespace mlir;
using namespace mlir::veltair;

namespace {

bool aliveTogether(const ArenaBuffer &a, const ArenaBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

void expectSound(ArrayRef<ArenaBuffer> buffers, const ArenaPlan &plan) {
  ASSERT_EQ(plan.offsets.size(), buffers.size());
  int64_t most = 0;
  for (size_t i = 0; i < buffers.size(); ++i) {
    EXPECT_EQ(plan.offsets[i] % 64, 0);
    EXPECT_LE(plan.offsets[i] + buffers[i].size, plan.bytes);
    for (size_t j = 0; j < i; ++j)
      if (aliveTogether(buffers[i], buffers[j])) {
        EXPECT_TRUE(plan.offsets[i] + buffers[i].size <= plan.offsets[j] ||
                    plan.offsets[j] + buffers[j].size <= plan.offsets[i])
            << "buffers " << i << " and " << j;
      }
    int64_t live = 0; // what is alive when buffer i is born
    for (const ArenaBuffer &other : buffers)
      if (other.first <= buffers[i].first && buffers[i].first <= other.last)
        live += (other.size + 63) / 64 * 64;
    most = std::max(most, live);
  }
  EXPECT_EQ(plan.lowerBound, most);
  EXPECT_GE(plan.bytes, plan.lowerBound);
}

/// What planArena promises, word by word: each buffer, from the largest on,
/// lies in the smallest gap between all placed ones that are alive with it.
SmallVector<int64_t> placeByDefinition(ArrayRef<ArenaBuffer> buffers) {
  SmallVector<int64_t> offsets(buffers.size(), 0);
  auto sizeOf = [&](size_t i) { return (buffers[i].size + 63) / 64 * 64; };
  std::vector<size_t> order(buffers.size()), placed;
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sizeOf(a) > sizeOf(b); });
  for (size_t current : order) {
    if (sizeOf(current) == 0)
      continue;
    int64_t best = -1, bestGap = 0, free = 0;
    for (size_t other : placed) {
      if (!aliveTogether(buffers[other], buffers[current]))
        continue;
      int64_t gap = offsets[other] - free;
      if (gap >= sizeOf(current) && (best < 0 || gap < bestGap)) {
        best = free;
        bestGap = gap;
      }
      free = std::max(free, offsets[other] + sizeOf(other));
    }
    offsets[current] = best < 0 ? free : best;
    placed.push_back(current);
    std::stable_sort(placed.begin(), placed.end(), [&](size_t a, size_t b) {
      return offsets[a] < offsets[b];
    });
  }
  return offsets;
}

/// expectSound in n log n: in each layer, what is alive does not overlap.
void expectNoOverlap(ArrayRef<ArenaBuffer> buffers, const ArenaPlan &plan) {
  std::vector<std::tuple<int64_t, bool, size_t>> changes; // births after deaths
  for (size_t i = 0; i < buffers.size(); ++i) {
    changes.emplace_back(buffers[i].first, true, i);
    changes.emplace_back(buffers[i].last + 1, false, i);
    EXPECT_LE(plan.offsets[i] + buffers[i].size, plan.bytes);
  }
  std::sort(changes.begin(), changes.end());
  std::map<int64_t, int64_t> alive; // from offsets to ends
  for (auto [layer, isBorn, i] : changes) {
    int64_t begin = plan.offsets[i], end = begin + buffers[i].size;
    if (!isBorn) {
      alive.erase(begin);
      continue;
    }
    auto next = alive.lower_bound(begin);
    EXPECT_TRUE(next == alive.end() || next->first >= end) << "buffer " << i;
    EXPECT_TRUE(next == alive.begin() || std::prev(next)->second <= begin)
        << "buffer " << i;
    alive[begin] = end;
  }
}

TEST(ArenaPlan, NothingNeedsNothing) {
  ArenaPlan plan = planArena({}, 64);
  EXPECT_EQ(plan.bytes, 0);
  EXPECT_EQ(plan.lowerBound, 0);
}

TEST(ArenaPlan, ChainAlternatesBetweenTwoPlaces) {
  ArenaBuffer buffers[] = {{100, 0, 1}, {100, 1, 2}, {100, 2, 3}, {100, 3, 4}};
  ArenaPlan plan = planArena(buffers, 64);
  expectSound(buffers, plan);
  EXPECT_EQ(plan.bytes, 256);
  EXPECT_EQ(plan.offsets[0], plan.offsets[2]);
  EXPECT_EQ(plan.offsets[1], plan.offsets[3]);
}

TEST(ArenaPlan, SmallestGapIsUsed) {
  // In layer 1 the places of buffers 1 (256 bytes) and 3 (128 bytes) are free:
  // the last buffer goes to the smaller one.
  ArenaBuffer buffers[] = {{512, 0, 1}, {256, 0, 0}, {192, 0, 1},
                           {128, 0, 0}, {64, 0, 1},  {64, 1, 1}};
  ArenaPlan plan = planArena(buffers, 64);
  expectSound(buffers, plan);
  EXPECT_EQ(plan.bytes, plan.lowerBound);
  EXPECT_EQ(plan.offsets[5], plan.offsets[3]);
}

TEST(ArenaPlan, EmptyBuffersTakeNoPlace) {
  ArenaBuffer buffers[] = {{0, 0, 5}, {64, 0, 5}, {0, 2, 3}};
  ArenaPlan plan = planArena(buffers, 64);
  EXPECT_EQ(plan.bytes, 64);
}

TEST(ArenaPlan, RandomGraphsDoNotOverlap) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto upTo = [&](int64_t n) { return int64_t(random() % uint64_t(n + 1)); };
  for (int graph = 0; graph < 200; ++graph) {
    SmallVector<ArenaBuffer> buffers;
    int64_t layers = 1 + upTo(60);
    for (int64_t layer = 0; layer < layers; ++layer)
      for (int64_t n = upTo(2); n > 0; --n)
        buffers.push_back({upTo(5000), layer, layer + upTo(8)});
    ArenaPlan plan = planArena(buffers, 64);
    expectSound(buffers, plan);
    EXPECT_EQ(plan.offsets, placeByDefinition(buffers));
  }
}

TEST(ArenaPlan, RandomLivesAreAsDefined) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto upTo = [&](int64_t n) { return int64_t(random() % uint64_t(n + 1)); };
  for (int run = 0; run < 100; ++run) {
    // Sizes are often equal; layers in which nothing is born are left out.
    SmallVector<ArenaBuffer> buffers;
    for (int64_t n = upTo(150); n > 0; --n) {
      int64_t first = 3 * upTo(20);
      buffers.push_back({64 * upTo(6), first, first + upTo(70)});
    }
    ArenaPlan plan = planArena(buffers, 64);
    expectSound(buffers, plan);
    EXPECT_EQ(plan.offsets, placeByDefinition(buffers));
  }
}

TEST(ArenaPlan, LongModels) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto upTo = [&](int64_t n) { return int64_t(random() % uint64_t(n + 1)); };
  constexpr int64_t layers = 100000;
  SmallVector<ArenaBuffer> chain, graph;
  for (int64_t layer = 0; layer < layers; ++layer) {
    chain.push_back({100, layer, layer + 1});
    int64_t life = upTo(100) == 0 ? upTo(1000) : upTo(4);
    graph.push_back({1 + upTo(5000), layer, layer + life});
  }
  EXPECT_EQ(planArena(chain, 64).bytes, 256);
  expectNoOverlap(graph, planArena(graph, 64));
}

TEST(ArenaPlan, AllAliveAtOnce) {
  // As before a concatenation of all layers' results.
  constexpr int64_t layers = 20000;
  SmallVector<ArenaBuffer> buffers;
  for (int64_t layer = 0; layer < layers; ++layer)
    buffers.push_back({64 * (1 + layer % 7), layer, layers});
  ArenaPlan plan = planArena(buffers, 64);
  expectNoOverlap(buffers, plan);
  EXPECT_EQ(plan.bytes, plan.lowerBound);
}

TEST(FirstConflict, LaterWriterOfReadOrWrittenBytes) {
  ArenaAccess layers[4];
  layers[0].writes = {{0, 64}};
  layers[1].reads = {{0, 64}};
  layers[1].writes = {{64, 128}};
  layers[2].reads = {{64, 128}};
  layers[2].writes = {{0, 32}}; // over what 0 wrote and 1 read
  layers[3].reads = {{0, 32}};  // reading is no conflict
  layers[3].writes = {{128, 192}};
  EXPECT_EQ(findFirstConflicts(layers), (SmallVector<int64_t>{2, 2, 4, 4}));
}

TEST(FirstConflict, AdjacentBytesDoNotConflict) {
  ArenaAccess layers[2];
  layers[0].writes = {{0, 64}};
  layers[1].writes = {{64, 128}};
  EXPECT_EQ(findFirstConflicts(layers), (SmallVector<int64_t>{2, 2}));
}

TEST(FirstConflict, RandomLayersAgreeWithBytes) {
  unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr int bytes = 48, count = 24;
  for (int run = 0; run < 100; ++run) {
    SmallVector<ArenaAccess> layers(count);
    bool touches[count][bytes] = {}, writes[count][bytes] = {};
    for (int layer = 0; layer < count; ++layer)
      for (bool isWrite : {false, true}) {
        int64_t begin = random() % bytes;
        int64_t end = std::min<int64_t>(bytes, begin + random() % 6);
        for (int64_t byte = begin; byte < end; ++byte) {
          touches[layer][byte] = true;
          writes[layer][byte] |= isWrite;
        }
        if (isWrite)
          layers[layer].writes.push_back({begin, end});
        else
          layers[layer].reads.push_back({begin, end});
      }
    SmallVector<int64_t> found = findFirstConflicts(layers);
    for (int layer = 0; layer < count; ++layer) {
      int64_t expected = count;
      for (int later = count - 1; later > layer; --later)
        for (int byte = 0; byte < bytes; ++byte)
          if (touches[layer][byte] && writes[later][byte])
            expected = later;
      EXPECT_EQ(found[layer], expected) << "layer " << layer;
    }
  }
}

TEST(FirstConflict, LongModels) {
  // Three places in turn: the next but one layer writes over what one reads.
  constexpr int64_t count = 100000;
  SmallVector<ArenaAccess> layers(count);
  for (int64_t layer = 0; layer < count; ++layer) {
    int64_t from = (layer + 2) % 3 * 64, to = layer % 3 * 64;
    layers[layer].reads = {{from, from + 64}};
    layers[layer].writes = {{to, to + 64}};
  }
  SmallVector<int64_t> found = findFirstConflicts(layers);
  for (int64_t layer = 0; layer < count; ++layer)
    ASSERT_EQ(found[layer], std::min(layer + 2, count));
}

TEST(FirstConflict, ManyPiecesOfOneBuffer) {
  // Each layer but the last writes a piece behind all that it reads.
  constexpr int64_t count = 20000;
  SmallVector<ArenaAccess> layers(count);
  for (int64_t layer = 0; layer + 1 < count; ++layer) {
    layers[layer].reads = {{0, 64 * layer}};
    layers[layer].writes = {{64 * layer, 64 * (layer + 1)}};
  }
  layers.back().reads = {{0, 64 * count}};
  for (int64_t conflict : findFirstConflicts(layers))
    ASSERT_EQ(conflict, count);
}

} // namespace
