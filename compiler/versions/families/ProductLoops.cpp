// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ProductLoops.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

SmallVector<int64_t> veltair::asMatrix(ArrayRef<int64_t> shape) {
  return {ShapedType::getNumElements(shape.drop_back()), shape.back()};
}

ProductLoops::ProductLoops(int64_t rows, int64_t depth, int64_t columns,
                           ScheduleAttr schedule)
    : rows(rows), depth(depth), columns(columns),
      groups(llvm::divideCeil(columns, channelGroup)),
      tileRows(schedule.getRows()), vectors(schedule.getVectors()),
      panels(llvm::divideCeil(groups, vectors)),
      panelGrain(schedule.getGroups() ? schedule.getGroups() : panels),
      tiles(llvm::divideCeil(rows, tileRows)), tileGrain(schedule.getGrain()),
      order(schedule.getOrder()) {}

SmallVector<TileWork, 4> ProductLoops::tileWork(int64_t repeats) const {
  SmallVector<TileWork, 4> work;
  // Panels are cut as rows are: their width is `vectors`.
  for (const TileWork &panel : rowTiles(groups, vectors, 1, repeats))
    llvm::append_range(work, rowTiles(rows, tileRows, panel.rows, panel.count));
  return work;
}

// A full tile where the loops are in full tiles, and, statically, the last row
// tile and the last panel where they are smaller.

void ProductLoops::emitRows(StageFunction &f, Value tile,
                            function_ref<void(Value, int64_t)> body) const {
  int64_t last = rows - (tiles - 1) * tileRows;
  Value row = arith::MulIOp::create(f.b, tile, f.index(tileRows));
  if (last == tileRows)
    return body(row, last);
  Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, tile,
                                       f.index(tiles - 1));
  f.branch(
      isLast, [&] { body(f.index((tiles - 1) * tileRows), last); },
      [&] { body(row, tileRows); });
}

void ProductLoops::emitPanel(
    StageFunction &f, Value panel,
    function_ref<void(Value, int64_t, int64_t)> body) const {
  int64_t lastGroups = groups - (panels - 1) * vectors;
  Value group = arith::MulIOp::create(f.b, panel, f.index(vectors));
  if (lastGroups == vectors && columns % channelGroup == 0)
    return body(group, vectors, vectors * channelGroup);
  int64_t first = (panels - 1) * vectors;
  Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, panel,
                                       f.index(panels - 1));
  f.branch(
      isLast,
      [&] { body(f.index(first), lastGroups, columns - first * channelGroup); },
      [&] { body(group, vectors, vectors * channelGroup); });
}

void ProductLoops::emit(
    StageFunction &f, Value panelPart, Value rowPart,
    function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile,
    function_ref<void(Value, int64_t)> panel) const {
  auto panelLoop = [&](function_ref<void(Value, int64_t, int64_t)> body) {
    f.loopPart(panelPart, panelGrain, panels,
               [&](Value number) { emitPanel(f, number, body); });
  };
  auto rowLoop = [&](function_ref<void(Value, int64_t)> body) {
    f.loopPart(rowPart, tileGrain, tiles,
               [&](Value number) { emitRows(f, number, body); });
  };
  if (order == LoopOrder::Rows || panel)
    panelLoop([&](Value group, int64_t tileGroups, int64_t tileColumns) {
      if (panel)
        panel(group, tileColumns);
      rowLoop([&](Value row, int64_t rows) {
        tile(row, group, rows, tileGroups, tileColumns);
      });
    });
  else
    rowLoop([&](Value row, int64_t rows) {
      panelLoop([&](Value group, int64_t tileGroups, int64_t tileColumns) {
        tile(row, group, rows, tileGroups, tileColumns);
      });
    });
}
