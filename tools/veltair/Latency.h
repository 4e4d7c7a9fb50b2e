// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statistics of measured times.

#ifndef VELTAIR_TOOLS_LATENCY_H
#define VELTAIR_TOOLS_LATENCY_H

#include <algorithm>
#include <numeric>
#include <vector>

namespace veltair::tool {

// Of a non-empty list, sorted once; in the list's unit.
class Latencies {
public:
  explicit Latencies(std::vector<double> values) : sorted(std::move(values)) {
    std::sort(sorted.begin(), sorted.end());
  }

  size_t count() const { return sorted.size(); }
  double min() const { return sorted.front(); }
  double max() const { return sorted.back(); }
  double mean() const {
    return std::accumulate(sorted.begin(), sorted.end(), 0.0) /
           double(sorted.size());
  }

  // Interpolated linearly between the two nearest, as NumPy does.
  double percentile(double percent) const {
    double position = percent / 100 * double(sorted.size() - 1);
    size_t below = size_t(position);
    size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] +
           (sorted[above] - sorted[below]) * (position - double(below));
  }

private:
  std::vector<double> sorted;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_LATENCY_H
