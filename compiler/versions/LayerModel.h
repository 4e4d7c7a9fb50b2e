// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the choice of versions knows of a layer: its loop nest and its work under
// a schedule.

#ifndef VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H
#define VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H

#include "compiler/versions/CacheModel.h"
#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {

/// The register tiles that a version executes: `count` times `rows` x `vectors`
/// accumulated over `depth` steps.
struct TileWork {
  int64_t rows, vectors, count;
};

/// A layer under a schedule.
struct LayerModel {
  LoopNest nest;
  /// Empty on the general path.
  SmallVector<TileWork, 4> tiles;
  int64_t depth = 1; ///< multiply-adds into each accumulator
  int64_t flops = 0; ///< floating-point operations of the layer
  int64_t chunks = 1;
};
LayerModel modelLayer(LayerOp layer, ScheduleAttr schedule);

/// The packings of the layer's constants: for every version of it the same.
SmallVector<PackingAttr> constantPackings(LayerOp layer);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H
