// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/LayerLoops.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// [..., M, N] as a matrix: the product of all dimensions but the last.
static SmallVector<int64_t> asMatrix(ArrayRef<int64_t> shape) {
  int64_t rows = 1;
  for (int64_t size : shape.drop_back())
    rows *= size;
  return {rows, shape.back()};
}

void veltair::emitMatMulLoops(StageFunction &f, LayerOp layer,
                              kernel::MatMulOp op, ScheduleAttr schedule) {
  Type f32 = f.b.getF32Type();
  SmallVector<int64_t> lhsShape = asMatrix(op.getLhs().getType().getShape());
  SmallVector<int64_t> shape = asMatrix(op.getResult().getType().getShape());
  int64_t rows = shape[0], columns = shape[1];
  int64_t groups = llvm::divideCeil(columns, channelGroup);
  int64_t vectors = schedule.getVectors();
  int64_t panels = llvm::divideCeil(groups, vectors);
  int64_t panelGrain = schedule.getGroups() ? schedule.getGroups() : panels;
  int64_t tiles = llvm::divideCeil(rows, schedule.getRows());

  Value lhs =
      f.operand(layerOperand(layer, cast<BlockArgument>(op.getLhs())).number,
                MemRefType::get(lhsShape, f32));
  Value rhs =
      f.constant(layerOperand(layer, cast<BlockArgument>(op.getRhs())).number,
                 MemRefType::get({groups, lhsShape[1], channelGroup}, f32));
  auto resultType = cast<RankedTensorType>(layer.getResult(0).getType());
  Value result = f.operand(resultOperand(layer, 0),
                           MemRefType::get(shape, resultType.getElementType()));
  Region epilogue;
  SmallVector<Value> extras;
  buildEpilogue(
      f, layer, op,
      [&](RankedTensorType type) {
        return MemRefType::get(asMatrix(type.getShape()),
                               type.getElementType());
      },
      extras, epilogue);

  auto emitTile = [&](Value row, Value group, int64_t tileRows,
                      int64_t tileGroups) {
    // The last group may have fewer columns than 16.
    int64_t tileColumns = tileGroups * channelGroup;
    APInt first;
    if (matchPattern(group, m_ConstantInt(&first)))
      tileColumns =
          std::min(tileColumns, columns - first.getSExtValue() * channelGroup);
    auto tile =
        kernel::MatMulTileOp::create(f.b, lhs, rhs, result, extras, row, group,
                                     tileRows, tileGroups, tileColumns);
    IRMapping mapping;
    epilogue.cloneInto(&tile.getEpilogue(), mapping);
  };
  // A full tile where the loops are in full tiles, and, statically, the last
  // row tile and the last panel where they are smaller.
  auto emitRows = [&](Value tileNumber,
                      function_ref<void(Value, int64_t)> body) {
    int64_t last = rows - (tiles - 1) * schedule.getRows();
    Value row =
        arith::MulIOp::create(f.b, tileNumber, f.index(schedule.getRows()));
    if (last == schedule.getRows())
      return body(row, last);
    Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq,
                                         tileNumber, f.index(tiles - 1));
    f.branch(
        isLast, [&] { body(f.index((tiles - 1) * schedule.getRows()), last); },
        [&] { body(row, schedule.getRows()); });
  };
  auto emitPanel = [&](Value panel, function_ref<void(Value, int64_t)> body) {
    int64_t lastGroups = groups - (panels - 1) * vectors;
    Value group = arith::MulIOp::create(f.b, panel, f.index(vectors));
    if (lastGroups == vectors && columns % channelGroup == 0)
      return body(group, vectors);
    Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, panel,
                                         f.index(panels - 1));
    f.branch(
        isLast, [&] { body(f.index((panels - 1) * vectors), lastGroups); },
        [&] { body(group, vectors); });
  };

  SmallVector<Value> position = f.delinearizeChunk(
      {(int64_t)llvm::divideCeil(panels, panelGrain),
       (int64_t)llvm::divideCeil(tiles, schedule.getGrain())});
  auto panelLoop = [&](function_ref<void(Value, int64_t)> body) {
    f.loopPart(position[0], panelGrain, panels,
               [&](Value panel) { emitPanel(panel, body); });
  };
  auto rowLoop = [&](function_ref<void(Value, int64_t)> body) {
    f.loopPart(position[1], schedule.getGrain(), tiles,
               [&](Value tile) { emitRows(tile, body); });
  };
  if (schedule.getOrder() == LoopOrder::Rows)
    panelLoop([&](Value group, int64_t tileGroups) {
      rowLoop([&](Value row, int64_t tileRows) {
        emitTile(row, group, tileRows, tileGroups);
      });
    });
  else
    rowLoop([&](Value row, int64_t tileRows) {
      panelLoop([&](Value group, int64_t tileGroups) {
        emitTile(row, group, tileRows, tileGroups);
      });
    });
}
