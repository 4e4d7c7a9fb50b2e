// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The offsets of tensors in a program's arena. Pure functions.

#ifndef VELTAIR_COMPILER_GRAPH_ARENAPLAN_H
#define VELTAIR_COMPILER_GRAPH_ARENAPLAN_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace mlir::veltair {

/// A piece of memory that must keep its bytes during the layers
/// [first, last], both included.
struct ArenaBuffer {
  int64_t size; // bytes
  int64_t first;
  int64_t last;
};

struct ArenaPlan {
  SmallVector<int64_t> offsets; // one for each buffer, in bytes
  int64_t bytes = 0;            // of the whole arena
  int64_t lowerBound = 0;       // most bytes that are alive in one layer
};

/// Places buffers so that no two that are alive in the same layer overlap:
/// the largest first, each into the smallest gap that holds it (as XNNPACK
/// does), or behind all of them where more than a thousand are alive with it.
/// Offsets are multiples of `alignment`, and so is the arena's size.
ArenaPlan planArena(ArrayRef<ArenaBuffer> buffers, int64_t alignment);

/// The bytes [begin, end) of the arena.
struct ArenaRange {
  int64_t begin;
  int64_t end;
};

/// What one layer does with the arena.
struct ArenaAccess {
  SmallVector<ArenaRange, 4> reads;
  SmallVector<ArenaRange, 2> writes;
};

/// For each layer the index of the first later one that writes a byte which it
/// reads or writes, or the number of layers.
SmallVector<int64_t> findFirstConflicts(ArrayRef<ArenaAccess> layers);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_ARENAPLAN_H
