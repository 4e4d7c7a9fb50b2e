// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The times of every layer over many runs of a program, beside the least that
// the machine allows.

#ifndef VELTAIR_TOOLS_LAYERTIMES_H
#define VELTAIR_TOOLS_LAYERTIMES_H

#include "tools/veltair/Roofline.h"

#include "veltair/veltair.h"

#include "nlohmann/json.hpp"

#include <vector>

namespace veltair::tool {

class LayerTimes {
public:
  // Both must outlive this.
  LayerTimes(const veltair_artifact &artifact, const veltair_program &program);

  // For queries; add() takes what the last of them took.
  veltair_query_options options();
  void add();

  // After the first add(). For each layer, beside its times: flops, bytes
  // (distinct ones: weights, and what is read and written), GFLOP/s at the
  // least time, and the share of the roofline (1: no faster is possible; more
  // where an algorithm needs fewer operations than those counted).
  nlohmann::ordered_json json(const Roofline &roofline) const;
  void print(const Roofline &roofline) const;

private:
  const veltair_version &version(uint32_t layer) const;
  LayerWork work(uint32_t layer) const;
  double gflops(uint32_t layer) const;
  // Bytes that a query touches.
  uint64_t queryBytes() const;
  double share(uint32_t layer, const Roofline &roofline,
               uint64_t queryBytes) const;

  const veltair_artifact &artifact;
  const veltair_program &program;
  std::vector<veltair_layer_time> latest;
  std::vector<double> sums, mins; // ms
  double runs = 0;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_LAYERTIMES_H
