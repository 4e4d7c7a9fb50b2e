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

void veltair::storeProducts(StageFunction &f, Value lhs, Value rhs,
                            Value result, Value row, Value group, int64_t rows,
                            int64_t groups, int64_t prefetch) {
  auto tile = kernel::MatMulTileOp::create(f.b, lhs, rhs, result, ValueRange(),
                                           row, group, rows, groups,
                                           groups * channelGroup, prefetch);
  OpBuilder::InsertionGuard guard(f.b);
  Block *body = f.b.createBlock(&tile.getEpilogue());
  kernel::YieldOp::create(f.b,
                          body->addArgument(f.b.getF32Type(), f.b.getLoc()));
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

// A full tile where the loops are in full tiles, and, statically, the last
// panel and the last row tile where they are smaller.

void ProductLoops::panelLoop(
    StageFunction &f, Value part,
    function_ref<void(Value, int64_t, int64_t)> body) const {
  int64_t first = (panels - 1) * vectors, last = groups - first;
  int64_t width = vectors * channelGroup;
  f.loopPart(part, panelGrain, panels, [&](Value panel) {
    Value group = arith::MulIOp::create(f.b, panel, f.index(vectors));
    if (last == vectors && columns % channelGroup == 0)
      return body(group, vectors, width);
    Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, panel,
                                         f.index(panels - 1));
    f.branch(
        isLast,
        [&] { body(f.index(first), last, columns - first * channelGroup); },
        [&] { body(group, vectors, width); });
  });
}

void ProductLoops::rowLoop(StageFunction &f, Value part,
                           function_ref<void(Value, int64_t)> body) const {
  int64_t first = (tiles - 1) * tileRows, last = rows - first;
  f.loopPart(part, tileGrain, tiles, [&](Value tile) {
    Value row = arith::MulIOp::create(f.b, tile, f.index(tileRows));
    if (last == tileRows)
      return body(row, last);
    Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, tile,
                                         f.index(tiles - 1));
    f.branch(
        isLast, [&] { body(f.index(first), last); },
        [&] { body(row, tileRows); });
  });
}

void ProductLoops::emit(
    StageFunction &f, Value panelPart, Value rowPart,
    function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile) const {
  if (order == LoopOrder::Rows)
    panelLoop(f, panelPart, [&](Value group, int64_t groups, int64_t columns) {
      rowLoop(f, rowPart, [&](Value row, int64_t rows) {
        tile(row, group, rows, groups, columns);
      });
    });
  else
    rowLoop(f, rowPart, [&](Value row, int64_t rows) {
      panelLoop(f, panelPart,
                [&](Value group, int64_t groups, int64_t columns) {
                  tile(row, group, rows, groups, columns);
                });
    });
}
