// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/ArenaPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

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

namespace {

/// The largest number that each of some points was given; 0 at first, and none
/// is less. Numbers are given to ranges of points. Each node of a tree covers a
/// range, too, and keeps the largest number that all of it was given, and the
/// largest that any point in it was.
class RangeMaxima {
public:
  explicit RangeMaxima(size_t points)
      : points(points), ofAll(4 * points, 0), ofAny(4 * points, 0) {}

  void raise(size_t begin, size_t end, int64_t number) {
    if (begin < end)
      raise({1, 0, points}, begin, end, number);
  }
  /// The largest number in [begin, end).
  int64_t largest(size_t begin, size_t end) const {
    return begin < end ? largest({1, 0, points}, begin, end) : 0;
  }

private:
  struct Node {
    size_t number, begin, end;

    bool meets(size_t from, size_t to) const {
      return from < end && begin < to;
    }
    bool isWithin(size_t from, size_t to) const {
      return from <= begin && end <= to;
    }
    size_t middle() const { return begin + (end - begin) / 2; }
    Node left() const { return {2 * number, begin, middle()}; }
    Node right() const { return {2 * number + 1, middle(), end}; }
  };

  void raise(Node node, size_t begin, size_t end, int64_t number) {
    if (!node.meets(begin, end))
      return;
    int64_t &any = ofAny[node.number], &all = ofAll[node.number];
    any = std::max(any, number);
    if (node.isWithin(begin, end)) {
      all = std::max(all, number);
      return;
    }
    raise(node.left(), begin, end, number);
    raise(node.right(), begin, end, number);
  }

  int64_t largest(Node node, size_t begin, size_t end) const {
    if (!node.meets(begin, end))
      return 0;
    if (node.isWithin(begin, end))
      return ofAny[node.number];
    return std::max({ofAll[node.number], largest(node.left(), begin, end),
                     largest(node.right(), begin, end)});
  }

  size_t points;
  std::vector<int64_t> ofAll, ofAny; // by node
};

/// The buffers that have a place, found by the layers in which they live. Time
/// is counted in births: two buffers live at once if the later one is born
/// while the other lives.
class PlacedBuffers {
public:
  explicit PlacedBuffers(ArrayRef<ArenaBuffer> buffers)
      : births(birthsOf(buffers)), ends(births.size()),
        living(2 * births.size()) {}

  /// The births [begin, end) in the life of a buffer.
  struct Life {
    size_t begin, end;
  };
  Life lifeOf(const ArenaBuffer &buffer) const {
    return {size_t(llvm::lower_bound(births, buffer.first) - births.begin()),
            size_t(llvm::upper_bound(births, buffer.last) - births.begin())};
  }

  void place(Life life, ArenaRange range);
  /// The smallest gap that holds `size` bytes between what lives at the same
  /// time, or the end of it.
  int64_t findPlace(Life life, int64_t size) const;

private:
  static std::vector<int64_t> birthsOf(ArrayRef<ArenaBuffer> buffers) {
    std::vector<int64_t> births;
    for (const ArenaBuffer &buffer : buffers)
      births.push_back(buffer.first);
    llvm::sort(births);
    births.erase(llvm::unique(births), births.end());
    return births;
  }
  /// The places of what lives at the same time, by offset; nothing when it is
  /// too much.
  std::optional<SmallVector<ArenaRange>> neighbours(Life life) const;

  std::vector<int64_t> births; // the layers in which some buffer is born
  RangeMaxima ends;            // of the places, by birth
  /// A tree over the births: node n has the children 2 n and 2 n + 1, and birth
  /// b is node births.size() + b. Each place is kept by few nodes, so that on
  /// the way from a birth to the root it is met once if its buffer lives then.
  std::vector<std::vector<ArenaRange>> living;
  std::multimap<size_t, ArenaRange> byBirth;
};

} // namespace

void PlacedBuffers::place(Life life, ArenaRange range) {
  ends.raise(life.begin, life.end, range.end);
  byBirth.emplace(life.begin, range);
  for (size_t low = life.begin + births.size(), high = life.end + births.size();
       low < high; low /= 2, high /= 2) {
    if (low % 2 == 1)
      living[low++].push_back(range);
    if (high % 2 == 1)
      living[--high].push_back(range);
  }
}

// What lives at the birth of a buffer, and what is born while it lives.
std::optional<SmallVector<ArenaRange>>
PlacedBuffers::neighbours(Life life) const {
  // To look at more of them for each of as many buffers would take too long.
  constexpr size_t most = 1024;
  SmallVector<ArenaRange> found;
  for (size_t node = life.begin + births.size(); node > 0; node /= 2) {
    if (found.size() + living[node].size() > most)
      return std::nullopt;
    llvm::append_range(found, living[node]);
  }
  for (auto later = byBirth.upper_bound(life.begin);
       later != byBirth.end() && later->first < life.end; ++later) {
    if (found.size() == most)
      return std::nullopt;
    found.push_back(later->second);
  }
  llvm::sort(found,
             [](ArenaRange a, ArenaRange b) { return a.begin < b.begin; });
  return found;
}

int64_t PlacedBuffers::findPlace(Life life, int64_t size) const {
  std::optional<SmallVector<ArenaRange>> others = neighbours(life);
  if (!others)
    return ends.largest(life.begin, life.end);
  int64_t best = -1, bestGap = 0;
  int64_t free = 0; // end of what lies below
  for (ArenaRange other : *others) {
    int64_t gap = other.begin - free;
    if (gap >= size && (best < 0 || gap < bestGap)) {
      best = free;
      bestGap = gap;
    }
    free = std::max(free, other.end);
  }
  return best < 0 ? free : best;
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

  PlacedBuffers placed(buffers);
  for (size_t current : order) {
    int64_t size = sizes[current];
    if (size == 0)
      continue;
    PlacedBuffers::Life life = placed.lifeOf(buffers[current]);
    int64_t offset = placed.findPlace(life, size);
    placed.place(life, {offset, offset + size});
    plan.offsets[current] = offset;
    plan.bytes = std::max(plan.bytes, offset + size);
  }
  return plan;
}

/// All ends of the ranges of a program, in order.
static std::vector<int64_t> endsOf(ArrayRef<ArenaAccess> layers) {
  std::vector<int64_t> ends;
  for (const ArenaAccess &layer : layers)
    for (ArrayRef<ArenaRange> ranges : {ArrayRef<ArenaRange>(layer.reads),
                                        ArrayRef<ArenaRange>(layer.writes)})
      for (ArenaRange range : ranges) {
        ends.push_back(range.begin);
        ends.push_back(range.end);
      }
  llvm::sort(ends);
  ends.erase(llvm::unique(ends), ends.end());
  return ends;
}

// From the last layer on, each piece of the arena between two ends of ranges
// knows the first of the layers behind that writes it: the first is the one
// with most layers behind itself.
SmallVector<int64_t> veltair::findFirstConflicts(ArrayRef<ArenaAccess> layers) {
  std::vector<int64_t> ends = endsOf(layers);
  auto pieceAt = [&](int64_t end) {
    return size_t(llvm::lower_bound(ends, end) - ends.begin());
  };
  int64_t count = layers.size();
  RangeMaxima behind(ends.size());
  SmallVector<int64_t> conflicts(layers.size(), count);
  for (int64_t i = count - 1; i >= 0; --i) {
    int64_t most = 0;
    for (ArrayRef<ArenaRange> ranges : {ArrayRef<ArenaRange>(layers[i].reads),
                                        ArrayRef<ArenaRange>(layers[i].writes)})
      for (ArenaRange range : ranges)
        most = std::max(
            most, behind.largest(pieceAt(range.begin), pieceAt(range.end)));
    conflicts[i] = count - most;
    for (ArenaRange range : layers[i].writes)
      behind.raise(pieceAt(range.begin), pieceAt(range.end), count - i);
  }
  return conflicts;
}
