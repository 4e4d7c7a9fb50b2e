// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loop nest of a layer under a schedule, as the cache sees it: pure
// functions from sizes to bytes.

#ifndef VELTAIR_COMPILER_VERSIONS_CACHEMODEL_H
#define VELTAIR_COMPILER_VERSIONS_CACHEMODEL_H

#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>
#include <functional>

namespace mlir::veltair {

/// The dimensions that loops iterate. Reductions lie inside a register tile.
enum class Dim { Image, Group, Row, Column };
inline constexpr unsigned dimCount = 4;

/// How much of each dimension a part of the nest covers: images, groups of 16
/// channels, rows and columns of the result.
using Extents = std::array<int64_t, dimCount>;

/// A loop that cuts `dim` into steps of `step`.
struct Loop {
  Dim dim;
  int64_t step;
};

/// A tensor of the layer: the bytes of it that a box of the result touches, and
/// the dimensions its place depends on.
struct Access {
  std::function<int64_t(const Extents &)> footprint;
  std::array<bool, dimCount> depends;
  bool written = false;
};

/// Loops from the outermost to the register tile. The first `chunkLoops` loops
/// enumerate chunks.
struct LoopNest {
  Extents extents;
  llvm::SmallVector<Loop, 8> loops;
  llvm::SmallVector<Access, 6> accesses;
  unsigned chunkLoops = 0;

  /// The extents inside the first `depth` loops.
  Extents inside(unsigned depth) const;
  /// Iterations of loop `depth` for one iteration of those outside.
  int64_t trips(unsigned depth) const;
  /// Bytes that the loops inside the first `depth` ones touch.
  int64_t footprint(unsigned depth) const;
  /// Bytes filled into a cache of `capacity` bytes over the whole nest: let l
  /// be the outermost depth whose footprint fits. A tensor is filled once for
  /// each iteration of the loops outside l, but not again for the loop directly
  /// outside when it does not depend on it, since what lies between two uses
  /// fits (least recently used replacement). Where nothing fits, each iteration
  /// of the innermost loop fills anew.
  int64_t traffic(int64_t capacity) const;
  /// Distinct bytes of tensors that more than one chunk touches.
  int64_t sharedBytes() const;
  /// Distinct bytes read or written.
  int64_t distinctBytes(bool written) const;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_CACHEMODEL_H
