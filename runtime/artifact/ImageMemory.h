// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the bytes of a loaded artifact lie.

#ifndef VELTAIR_ARTIFACT_IMAGEMEMORY_H
#define VELTAIR_ARTIFACT_IMAGEMEMORY_H

#include <cstdint>
#include <utility>
#include <vector>

namespace veltair {

// The memory that a loaded image occupies.
class ImageMemory {
public:
  struct Segment {
    uintptr_t begin, end;
    bool executable;
  };

  // Any non-null address counts as inside: for an image that the linker made
  // part of this program.
  ImageMemory() = default;
  explicit ImageMemory(std::vector<Segment> segments)
      : segments(std::move(segments)), bounded(true) {}

  // True if [address, address + size) lies inside, aligned to `alignment`.
  bool contains(const void *address, uint64_t size, uint64_t alignment) const;
  // True if it is an address of code.
  bool containsCode(uintptr_t address) const;
  // True if a NUL-terminated string begins there.
  bool containsString(const char *text) const;

private:
  std::vector<Segment> segments;
  bool bounded = false;
};

} // namespace veltair

#endif // VELTAIR_ARTIFACT_IMAGEMEMORY_H
