// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The workspace of `veltair_<name>_run`. Plain C, shared by the compiler, which
// prints its size, and by the function itself, which divides it up.

#ifndef VELTAIR_COMPILER_PACKAGE_ENTRY_H
#define VELTAIR_COMPILER_PACKAGE_ENTRY_H

#include "veltair/artifact.h"

// What one program needs; counts are those of the layer that needs most.
typedef struct veltair_entry_needs {
  uint64_t arenaBytes;
  uint64_t outputs; // whose extents come where the arena was
  uint64_t scratchBytes;
  uint64_t extents, operands, constants;
} veltair_entry_needs;

// Offsets of the parts; the arena comes first.
typedef struct veltair_entry_layout {
  uint64_t scratch, extents, operands, constants, bytes;
} veltair_entry_layout;

static inline uint64_t veltair_entry_align(uint64_t bytes) {
  return (bytes + VELTAIR_ALIGNMENT - 1) / VELTAIR_ALIGNMENT *
         VELTAIR_ALIGNMENT;
}

static inline veltair_entry_layout
veltair_entry_get_layout(const veltair_entry_needs *needs) {
  veltair_entry_layout layout;
  uint64_t rowBytes = 8 * needs->outputs;
  layout.scratch = veltair_entry_align(
      needs->arenaBytes < rowBytes ? rowBytes : needs->arenaBytes);
  layout.extents = layout.scratch + veltair_entry_align(needs->scratchBytes);
  layout.operands = layout.extents + veltair_entry_align(8 * needs->extents);
  layout.constants = layout.operands + veltair_entry_align(8 * needs->operands);
  layout.bytes = layout.constants + veltair_entry_align(8 * needs->constants);
  return layout;
}

#endif // VELTAIR_COMPILER_PACKAGE_ENTRY_H
