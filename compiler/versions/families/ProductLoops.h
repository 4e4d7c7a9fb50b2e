// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of a chunk of a matrix product, and what they cost.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_PRODUCTLOOPS_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_PRODUCTLOOPS_H

#include "compiler/codegen/StageFunction.h"
#include "compiler/versions/LayerModel.h"
#include "compiler/versions/families/LayerOperands.h"

namespace mlir::veltair {

/// [..., M, N] as a matrix: the product of all dimensions but the last.
SmallVector<int64_t> asMatrix(ArrayRef<int64_t> shape);

/// Emits one register tile of a product, all of whose columns exist, stored as
/// it is; `prefetch` as for `kernel.matmul_tile`.
void storeProducts(StageFunction &f, Value lhs, Value rhs, Value result,
                   Value row, Value group, int64_t rows, int64_t groups,
                   int64_t prefetch);

/// A product [rows, depth] times [depth, columns] under a schedule: panels of
/// `vectors` groups of 16 columns, tiles of rows. Chunks are parts of the
/// panels x parts of the rows.
struct ProductLoops {
  ProductLoops(int64_t rows, int64_t depth, int64_t columns,
               ScheduleAttr schedule);

  int64_t panelParts() const { return llvm::divideCeil(panels, panelGrain); }
  int64_t rowParts() const { return llvm::divideCeil(tiles, tileGrain); }

  /// Register tiles of the whole product, `repeats` times.
  SmallVector<TileWork, 4> tileWork(int64_t repeats) const;

  /// Emits `body(group, groups, columns)` for the panels of a part, the first
  /// of whose groups is `group`; sizes are static and `columns` exist in the
  /// result.
  void panelLoop(StageFunction &f, Value part,
                 function_ref<void(Value, int64_t, int64_t)> body) const;
  /// Emits `body(row, rows)` for the tiles of a part.
  void rowLoop(StageFunction &f, Value part,
               function_ref<void(Value, int64_t)> body) const;
  /// Emits `tile(row, group, rows, groups, columns)` for all tiles of a chunk,
  /// in the schedule's order.
  void
  emit(StageFunction &f, Value panelPart, Value rowPart,
       function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile) const;

  int64_t rows, depth, columns, groups;
  int64_t tileRows, vectors, panels, panelGrain, tiles, tileGrain;
  LoopOrder order;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_PRODUCTLOOPS_H
