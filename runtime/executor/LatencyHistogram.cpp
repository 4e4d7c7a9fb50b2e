// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/LatencyHistogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace veltair {

// Each power of two is split into this many buckets; values below are exact.
static constexpr unsigned subBits = 7;
static constexpr uint64_t subCount = 1u << subBits;
// Longer ones are counted as if they took this long (about an hour).
static constexpr int64_t longest = (int64_t(1) << 42) - 1;

static size_t bucketOf(int64_t value) {
  auto v = uint64_t(value);
  if (v < subCount)
    return v;
  unsigned shift = unsigned(std::bit_width(v)) - 1 - subBits;
  return (shift + 1) * subCount + (v >> shift) - subCount;
}

// The middle of a bucket.
static int64_t valueOf(size_t bucket) {
  if (bucket < subCount)
    return int64_t(bucket);
  unsigned shift = unsigned(bucket / subCount) - 1;
  uint64_t low = (bucket % subCount + subCount) << shift;
  return int64_t(low + ((uint64_t(1) << shift) >> 1));
}

LatencyHistogram::LatencyHistogram() : buckets(bucketOf(longest) + 1) {}

void LatencyHistogram::record(int64_t value) {
  value = std::max<int64_t>(value, 0);
  ++buckets[bucketOf(std::min(value, longest))];
  ++total;
  sum += double(value);
  least = std::min(least, value);
  greatest = std::max(greatest, value);
}

void LatencyHistogram::merge(const LatencyHistogram &other) {
  for (size_t i = 0; i < buckets.size(); ++i)
    buckets[i] += other.buckets[i];
  total += other.total;
  sum += other.sum;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
}

int64_t LatencyHistogram::percentile(double fraction) const {
  if (!total)
    return 0;
  auto rank = uint64_t(std::ceil(fraction * double(total)));
  rank = std::clamp<uint64_t>(rank, 1, total);
  uint64_t seen = 0;
  size_t bucket = 0;
  while ((seen += buckets[bucket]) < rank)
    ++bucket;
  return std::clamp(valueOf(bucket), least, greatest);
}

} // namespace veltair
