// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Roofline.h"

#include <algorithm>

namespace veltair::tool {

double Roofline::bandwidth(uint64_t setBytes) const {
  auto holds = std::lower_bound(
      curve.begin(), curve.end(), setBytes,
      [](const Bandwidth &b, uint64_t bytes) { return b.setBytes < bytes; });
  return (holds == curve.end() ? curve.back() : *holds).bytesPerSecond;
}

double Roofline::leastSeconds(const LayerWork &work,
                              uint64_t queryBytes) const {
  double touched = double(work.weightBytes) + double(work.activationBytes);
  double transfers =
      double(work.weightBytes) / bandwidth(queryBytes) +
      double(work.activationBytes) / bandwidth(uint64_t(touched));
  return std::max(double(work.flops) / peak, transfers);
}

} // namespace veltair::tool
