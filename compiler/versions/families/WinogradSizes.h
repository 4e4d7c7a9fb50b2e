// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How Winograd's algorithm cuts a convolution: into tiles, and, under a
// schedule, into groups of tiles.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADSIZES_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADSIZES_H

#include "compiler/versions/families/ConvGeometry.h"
#include "dialects/kernel/KernelDialect.h"

namespace mlir::veltair {

/// The algorithm whose tiles have `size` x `size` elements, if there is one for
/// the layer's filters.
std::optional<kernel::Winograd> winogradOfSize(LayerOp layer, int64_t size);

/// In what the products of tiles of `size` x `size` elements are. The sums of
/// tiles of 4 bear to be rounded to bf16 again; those of 6 do not.
Type winogradElement(LayerOp layer, int64_t size);

/// A convolution cut into tiles of `size` x `size` elements, those of all
/// images in one sequence. Results of a tile are as far apart as the window's
/// elements: with a dilation of d there are d phases of tiles, one after the
/// other in each tile's place.
struct TiledConvolution {
  TiledConvolution(LayerOp layer, int64_t size);

  /// Products of a channel, in the transformed tiles and without.
  int64_t products() const { return tiles * winograd.positions(); }
  int64_t directProducts() const;

  ConvGeometry g;
  kernel::Winograd winograd;
  int64_t tileRows, tileColumns, tiles;
  /// Input channels, in groups; those that are multiplied, which several groups
  /// fill up.
  int64_t inputGroups, depth;
  Type element; ///< what is multiplied
  bool pairs;   ///< of bf16
  int64_t elementBytes;
};

/// The same under a schedule: groups of tiles are transformed together, their
/// products are matrix products, one a position.
struct WinogradSizes : TiledConvolution {
  WinogradSizes(LayerOp layer, int64_t size, ScheduleAttr schedule);

  /// With all output channels in a chunk, nobody else needs its transformed
  /// input: one stage does everything. Else the first stage transforms it for
  /// all.
  bool isFused() const { return outputParts == 1; }

  /// Input channel groups in a chunk of the first of two stages: about 64
  /// transforms.
  int64_t inputGrain() const {
    return std::min<int64_t>(inputGroups, llvm::divideCeil(64, group));
  }
  int64_t inputParts() const {
    return llvm::divideCeil(inputGroups, inputGrain());
  }

  /// Of one group: [positions, channel groups, tiles, 16] and
  /// [positions, tiles, channels].
  SmallVector<int64_t> transformedShape() const;
  SmallVector<int64_t> productShape() const;
  /// Weights are fetched 4 KiB ahead, unless a tile has so few rows that it
  /// reads them as fast as memory gives: prefetches then only compete.
  int64_t prefetch() const { return rows < 6 ? 0 : 64; }

  int64_t transformedBytes() const {
    return ShapedType::getNumElements(transformedShape()) * elementBytes;
  }
  int64_t productBytes() const {
    return ShapedType::getNumElements(productShape()) * 4;
  }

  int64_t rows, vectors, grain;
  int64_t group; ///< tiles
  int64_t tileGroups, panels, panelGrain, outputParts;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADSIZES_H
