// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sizes of a kernel of windows, a convolution or a pool, as its loops see
// them.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVGEOMETRY_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVGEOMETRY_H

#include "compiler/codegen/StageFunction.h"
#include "compiler/versions/LayerModel.h"
#include "dialects/kernel/KernelDialect.h"

namespace mlir::veltair {

/// A pointwise convolution of stride 1 has no edges: its rows are merged until
/// they are wide enough for register tiles.
struct ConvGeometry {
  SmallVector<int64_t> input, result; // result: [N, groups, OH, OW, 16]
  SmallVector<int64_t> filter;        // packed; of a pool none
  SmallVector<int64_t> strides, dilations, pads;
  int64_t mergedRows = 1;
  /// Convolutions side by side, each of its own part of input and result.
  int64_t parts = 1;
  int64_t channels, outputs; ///< that exist, of the input and the result

  int64_t images() const { return result[0]; }
  int64_t groups() const { return result[1]; }
  int64_t rows() const { return result[2]; }
  int64_t columns() const { return result[3]; }
  /// Channel groups of the result that read the same input.
  int64_t partGroups() const { return groups() / parts; }
  /// Output channels for which dense tiles compute sums: those that exist,
  /// rounded up to halves of groups.
  int64_t computedOutputs() const {
    return llvm::alignTo(outputs, kernel::channelGroup / 2);
  }

  /// Groups of as many channel groups as a tile of `schedule` has, in all and
  /// in one chunk; the parts into which chunks cut them and the rows.
  int64_t tileGroups(ScheduleAttr schedule) const {
    return groups() / schedule.getVectors();
  }
  int64_t groupGrain(ScheduleAttr schedule) const {
    return schedule.getGroups() ? schedule.getGroups() : tileGroups(schedule);
  }
  int64_t groupParts(ScheduleAttr schedule) const {
    return llvm::divideCeil(tileGroups(schedule), groupGrain(schedule));
  }
  int64_t rowParts(ScheduleAttr schedule) const {
    return llvm::divideCeil(rows(), schedule.getGrain());
  }

  /// The buffer of another tensor of the layer, [N, G or 1, H or 1, W or 1,
  /// 16 or 1], as the result's loops see it.
  MemRefType viewExtra(RankedTensorType type) const;
};
ConvGeometry convGeometry(LayerOp layer, kernel::Conv2DOp op);
ConvGeometry convGeometry(kernel::DepthwiseConv2DOp op);
ConvGeometry poolGeometry(kernel::MaxPoolOp op);

/// What windows of `windowRows` x `windowColumns` read, of pixels of
/// `pixelBytes` bytes in each part.
Access inputAccess(const ConvGeometry &g, int64_t windowRows,
                   int64_t windowColumns, int64_t pixelBytes);

/// The model of a direct convolution. `depthwise`: each group of channels has
/// its own input and filter. Chunks are left to be counted.
LayerModel modelDirect(LayerOp layer, Operation *root, const ConvGeometry &g,
                       ScheduleAttr schedule, bool depthwise);

/// A run of register tiles along a row: `count` tiles of `width` columns from
/// `first`. Those of an `interior` run touch no padding.
struct TileRun {
  int64_t first, width, count;
  bool interior;
};

/// Emits the tiles of `width` columns of one output row by `tile`, which is
/// given the first column and the tile's run: tiles that touch the left or
/// right padding stand alone, the others form runs.
void emitRow(StageFunction &f, const ConvGeometry &g, int64_t width,
             int64_t kernelColumns,
             function_ref<void(Value column, const TileRun &)> tile);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVGEOMETRY_H
