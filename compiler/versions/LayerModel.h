// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the choice of versions knows of a layer: its loop nest and its work
// under a schedule; and what the models of families are made with.

#ifndef VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H
#define VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H

#include "compiler/versions/CacheModel.h"
#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {

/// The register tiles that a version executes: `count` times `rows` x `vectors`
/// accumulated over `depth` steps. Half a vector is 8 channels.
struct TileWork {
  int64_t rows;
  double vectors;
  int64_t count;
};

/// A layer under a schedule: its last stage, and those before it.
struct LayerModel {
  LoopNest nest;
  /// Empty on the general path.
  SmallVector<TileWork, 4> tiles;
  int64_t depth = 1; ///< multiply-adds into each accumulator
  /// Multiply-adds are of bf16, two at once.
  bool pairs = false;
  int64_t flops = 0; ///< floating-point operations of the layer
  int64_t chunks = 1;
  /// Instructions on 16 channels besides those of the tiles.
  int64_t vectorOps = 0;
  std::vector<LayerModel> earlier; ///< the stages before this one
};

/// The bytes of a tensor in memory.
int64_t bytesOf(Type tensor);

/// The loops that direct kernels share: chunks of images, groups and rows, then
/// groups and rows of one chunk in the schedule's order, then columns. The
/// steps are those of a register tile.
void addDirectLoops(LoopNest &nest, ScheduleAttr schedule, int64_t groupStep,
                    int64_t rowStep, int64_t columnStep);

/// The result of a layer and the inputs of its epilogue, which are touched like
/// the result.
void addEpilogueAccesses(LoopNest &nest, LayerOp layer, Operation *root);

/// The tiles of one row, `repeats` times: full ones of `width` columns and the
/// narrower last one.
SmallVector<TileWork, 4> rowTiles(int64_t columns, int64_t width,
                                  double vectors, int64_t repeats);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_LAYERMODEL_H
