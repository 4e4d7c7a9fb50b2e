// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The least time that arithmetic and memory allow a layer.

#ifndef VELTAIR_TOOLS_ROOFLINE_H
#define VELTAIR_TOOLS_ROOFLINE_H

#include <cstdint>
#include <vector>

namespace veltair::tool {

// What a layer does, of its annotations.
struct LayerWork {
  uint64_t flops = 0;
  uint64_t weightBytes = 0;     // read once a query
  uint64_t activationBytes = 0; // read or written just before
};

class Roofline {
public:
  // The bandwidth at which a set of bytes is read over and over.
  struct Bandwidth {
    uint64_t setBytes;
    double bytesPerSecond;
  };

  // `bandwidths` is not empty, and ascends by `setBytes`.
  Roofline(double flopsPerSecond, std::vector<Bandwidth> bandwidths)
      : peak(flopsPerSecond), curve(std::move(bandwidths)) {}

  double flopsPerSecond() const { return peak; }
  const std::vector<Bandwidth> &bandwidths() const { return curve; }

  // Of the smallest measured set that holds `setBytes`, or the largest one.
  double bandwidth(uint64_t setBytes) const;

  // The longer of arithmetic at the peak and the transfers: activations at the
  // bandwidth of a set as large as all that the layer touches, weights at that
  // of `queryBytes`, which a query touches between two uses of a weight.
  double leastSeconds(const LayerWork &work, uint64_t queryBytes) const;

private:
  double peak;
  std::vector<Bandwidth> curve;
};

// Measures this machine in about half a second: `threads` threads
// together, f32 multiply-adds in registers of `vectorBits` (512 or 256, which
// the CPU must have), and reads of sets up to 256 MiB.
Roofline measureRoofline(uint32_t threads, uint32_t vectorBits);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_ROOFLINE_H
