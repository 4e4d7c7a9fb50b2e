// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowerings of nano-kernels to explicit loops and vectors of `lanes` 32-bit
// lanes (one native register). Each builds code at the builder's insertion
// point; the operation itself is erased by the caller.

#ifndef VELTAIR_COMPILER_CODEGEN_KERNEL_LOWERINGS_H
#define VELTAIR_COMPILER_CODEGEN_KERNEL_LOWERINGS_H

#include "dialects/kernel/KernelDialect.h"
#include "mlir/IR/Builders.h"
#include <optional>

namespace mlir::veltair {

void lowerConvTile(kernel::ConvTileOp op, OpBuilder &builder, int64_t lanes);
void lowerDepthwiseTile(kernel::DepthwiseTileOp op, OpBuilder &builder,
                        int64_t lanes);
void lowerMaxPoolTile(kernel::MaxPoolTileOp op, OpBuilder &builder,
                      int64_t lanes);
void lowerMatMulTile(kernel::MatMulTileOp op, OpBuilder &builder,
                     int64_t lanes);
void lowerGatherLanes(kernel::GatherLanesOp op, OpBuilder &builder,
                      int64_t lanes);
void lowerWinogradInputTile(kernel::WinogradInputTileOp op, OpBuilder &builder,
                            int64_t lanes);
void lowerWinogradOutputTile(kernel::WinogradOutputTileOp op,
                             OpBuilder &builder, int64_t lanes);
void lowerNormalizeRow(kernel::NormalizeRowOp op, OpBuilder &builder,
                       int64_t lanes);
void lowerSoftmaxRow(kernel::SoftmaxRowOp op, OpBuilder &builder,
                     int64_t lanes);
void lowerSoftmaxColumns(kernel::SoftmaxColumnsOp op, OpBuilder &builder,
                         int64_t lanes);
void lowerMapRow(kernel::MapRowOp op, OpBuilder &builder, int64_t lanes);

/// The rows [begin, end) of a window that meet the input, and the input row
/// under each.
struct WindowRows {
  Value begin, end, first;
  int64_t dilation;

  Value inputRow(OpBuilder &builder, Location loc, Value windowRow) const;
};

/// Clips a window of `size` rows at output row `row` to `inputRows` rows.
WindowRows windowRows(OpBuilder &builder, Location loc, Value row,
                      int64_t inputRows, int64_t size, int64_t stride,
                      int64_t dilation, int64_t pad);

/// The input columns under the windows of a tile of neighbouring results.
struct WindowColumns {
  /// The one under the first window column of the first result; may lie in the
  /// padding.
  Value first;
  std::optional<int64_t> fixed; ///< `first`, of tiles at an edge
  int64_t size;                 ///< columns of the input

  /// Whether the input has the column `offset` after the first one.
  bool isInside(int64_t offset) const;

  /// Window columns [begin, end).
  struct Run {
    int64_t begin, end;
  };
  /// Cuts a window of `window` columns into runs along which the same ones of
  /// `results` results have input.
  SmallVector<Run> runs(int64_t results, int64_t window, int64_t stride,
                        int64_t dilation) const;
};

/// The columns under a tile from result column `column`, which is a constant
/// unless the tile is `interior`.
WindowColumns windowColumns(OpBuilder &builder, Location loc, Value column,
                            bool interior, int64_t inputColumns, int64_t stride,
                            int64_t pad);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_KERNEL_LOWERINGS_H
