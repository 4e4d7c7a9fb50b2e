// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/CacheModel.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir::veltair;

static unsigned at(Dim dim) { return static_cast<unsigned>(dim); }

Extents LoopNest::inside(unsigned depth) const {
  Extents inner = extents;
  for (const Loop &loop : llvm::ArrayRef(loops).take_front(depth))
    inner[at(loop.dim)] = std::min(inner[at(loop.dim)], loop.step);
  return inner;
}

int64_t LoopNest::trips(unsigned depth) const {
  const Loop &loop = loops[depth];
  return llvm::divideCeil(inside(depth)[at(loop.dim)], loop.step);
}

int64_t LoopNest::footprint(unsigned depth) const {
  Extents inner = inside(depth);
  int64_t bytes = 0;
  for (const Access &access : accesses)
    bytes += access.footprint(inner);
  return bytes;
}

int64_t LoopNest::traffic(int64_t capacity) const {
  unsigned fitting = 0;
  while (fitting < loops.size() && footprint(fitting) > capacity)
    ++fitting;
  Extents inner = inside(fitting);
  bool fits = footprint(fitting) <= capacity;
  int64_t bytes = 0;
  for (const Access &access : accesses) {
    int64_t fills = access.footprint(inner);
    for (unsigned depth = 0; depth < fitting; ++depth) {
      bool reused =
          fits && depth + 1 == fitting && !access.depends[at(loops[depth].dim)];
      if (!reused)
        fills *= trips(depth);
    }
    bytes += fills;
  }
  return bytes;
}

int64_t LoopNest::sharedBytes() const {
  int64_t bytes = 0;
  for (const Access &access : accesses) {
    bool shared = false;
    for (unsigned depth = 0; depth < chunkLoops; ++depth)
      shared |= trips(depth) > 1 && !access.depends[at(loops[depth].dim)];
    if (shared)
      bytes += access.footprint(extents);
  }
  return bytes;
}

int64_t LoopNest::distinctBytes(bool written) const {
  int64_t bytes = 0;
  for (const Access &access : accesses)
    if (access.written == written)
      bytes += access.footprint(extents);
  return bytes;
}
