// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/ArenaPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair;

/// The most bytes alive in one layer.
static int64_t maxLiveBytes(ArrayRef<ArenaBuffer> buffers,
                            ArrayRef<int64_t> sizes) {
  // What begins (positive) and what has ended (negative) at each layer. At
  // equal layers ends sort first.
  SmallVector<std::pair<int64_t, int64_t>> changes;
  for (auto [buffer, size] : llvm::zip_equal(buffers, sizes)) {
    changes.emplace_back(buffer.first, size);
    changes.emplace_back(buffer.last + 1, -size);
  }
  llvm::sort(changes);
  int64_t live = 0, most = 0;
  for (auto [layer, size] : changes)
    most = std::max(most, live += size);
  return most;
}

ArenaPlan veltair::planArena(ArrayRef<ArenaBuffer> buffers, int64_t alignment) {
  ArenaPlan plan;
  plan.offsets.assign(buffers.size(), 0);
  SmallVector<int64_t> sizes;
  for (const ArenaBuffer &buffer : buffers)
    sizes.push_back(llvm::alignTo(buffer.size, alignment));
  plan.lowerBound = maxLiveBytes(buffers, sizes);

  SmallVector<size_t> order = llvm::to_vector(llvm::seq(buffers.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : a < b;
  });

  SmallVector<size_t> placed; // by offset
  for (size_t current : order) {
    if (sizes[current] == 0)
      continue;
    int64_t best = -1, bestGap = 0;
    int64_t free = 0; // end of what lies below
    for (size_t other : placed) {
      if (buffers[other].last < buffers[current].first ||
          buffers[current].last < buffers[other].first)
        continue;
      int64_t gap = plan.offsets[other] - free;
      if (gap >= sizes[current] && (best < 0 || gap < bestGap)) {
        best = free;
        bestGap = gap;
      }
      free = std::max(free, plan.offsets[other] + sizes[other]);
    }
    int64_t offset = best < 0 ? free : best;
    plan.offsets[current] = offset;
    plan.bytes = std::max(plan.bytes, offset + sizes[current]);
    placed.insert(llvm::upper_bound(placed, offset,
                                    [&](int64_t value, size_t buffer) {
                                      return value < plan.offsets[buffer];
                                    }),
                  current);
  }
  return plan;
}

SmallVector<int64_t> veltair::findFirstConflicts(ArrayRef<ArenaAccess> layers) {
  auto overlap = [](ArrayRef<ArenaRange> a, ArrayRef<ArenaRange> b) {
    return llvm::any_of(a, [&](ArenaRange x) {
      return llvm::any_of(b, [&](ArenaRange y) {
        return std::max(x.begin, y.begin) < std::min(x.end, y.end);
      });
    });
  };
  SmallVector<int64_t> conflicts;
  for (size_t i = 0; i < layers.size(); ++i) {
    size_t later = i + 1;
    while (later < layers.size() &&
           !overlap(layers[later].writes, layers[i].reads) &&
           !overlap(layers[later].writes, layers[i].writes))
      ++later;
    conflicts.push_back(later);
  }
  return conflicts;
}
