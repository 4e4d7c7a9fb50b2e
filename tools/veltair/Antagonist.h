// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Neighbours that take shared cache, bandwidth or nothing but a core.

#ifndef VELTAIR_TOOLS_ANTAGONIST_H
#define VELTAIR_TOOLS_ANTAGONIST_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace veltair::tool {

// A named behaviour: `step` is called over and over with a buffer of `bytes`
// bytes.
struct Antagonist {
  const char *name;
  size_t bytes;
  void (*step)(std::span<float> buffer, uint64_t round);
};

// The bytes of each buffer when `count` CPUs have one: fewer than the
// antagonist asks for where all would take more memory than a container may
// have. Still a multiple of a megabyte, and together more than any L3 cache.
constexpr size_t bufferBytes(const Antagonist &antagonist, size_t count) {
  constexpr size_t together = size_t(4) << 30, mega = size_t(1) << 20;
  size_t share = together / std::max<size_t>(count, 1) / mega * mega;
  return std::min(antagonist.bytes, std::max(share, mega));
}

// stream (reads and writes memory), thrash (gathers in what the L3 cache can
// hold) and compute (registers alone).
std::span<const Antagonist> antagonists();

// Runs an antagonist on each of some CPUs until it is destroyed.
class RunningAntagonist {
public:
  RunningAntagonist(const Antagonist &antagonist,
                    std::span<const uint32_t> cpus);

private:
  std::vector<std::unique_ptr<float[]>> buffers; // outlive the threads
  std::vector<std::jthread> threads;
};

// The time in nanoseconds for a cache line to go from one CPU to another and
// back: tells whether they share an L3 cache, which a hypervisor may change at
// any time.
double lineRoundTrip(uint32_t first, uint32_t second);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_ANTAGONIST_H
