// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Latencies of many queries in little memory.

#ifndef VELTAIR_EXECUTOR_LATENCYHISTOGRAM_H
#define VELTAIR_EXECUTOR_LATENCYHISTOGRAM_H

#include <cstdint>
#include <vector>

namespace veltair {

// Buckets grow with the value, so that percentiles are exact to 1 %; count,
// mean, least and greatest are exact. Histograms can be merged. Not thread
// safe.
class LatencyHistogram {
public:
  LatencyHistogram();

  // `value` in nanoseconds; negative values count as 0.
  void record(int64_t value);
  void merge(const LatencyHistogram &other);
  void clear() { *this = LatencyHistogram(); }

  uint64_t count() const { return total; }
  int64_t min() const { return total ? least : 0; }
  int64_t max() const { return greatest; }
  double mean() const { return total ? sum / double(total) : 0; }
  // The least value that a share of at least `fraction` in (0, 1] does not
  // exceed; 0 when nothing was recorded.
  int64_t percentile(double fraction) const;

private:
  std::vector<uint64_t> buckets;
  uint64_t total = 0;
  double sum = 0;
  int64_t least = INT64_MAX;
  int64_t greatest = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_LATENCYHISTOGRAM_H
