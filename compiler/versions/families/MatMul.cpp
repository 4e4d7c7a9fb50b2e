// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// [..., M, N] as a matrix: the product of all dimensions but the last.
static SmallVector<int64_t> asMatrix(ArrayRef<int64_t> shape) {
  return {ShapedType::getNumElements(shape.drop_back()), shape.back()};
}

static kernel::MatMulOp rootOf(LayerOp layer) {
  return cast<kernel::MatMulOp>(layerRoot(layer));
}

namespace {

/// The sizes of a product: [rows, depth] times [depth, columns], where columns
/// lie in groups of 16.
struct Product {
  explicit Product(LayerOp layer) {
    kernel::MatMulOp op = rootOf(layer);
    SmallVector<int64_t> result = asMatrix(op.getResult().getType().getShape());
    rows = result[0];
    columns = result[1];
    depth = op.getLhs().getType().getShape().back();
    groups = llvm::divideCeil(columns, channelGroup);
  }

  int64_t rows, columns, depth, groups;
};

/// The same under a schedule: panels of `vectors` groups, tiles of rows.
struct Sizes : Product {
  Sizes(LayerOp layer, ScheduleAttr schedule)
      : Product(layer), tileRows(schedule.getRows()),
        vectors(schedule.getVectors()),
        panels(llvm::divideCeil(groups, vectors)),
        panelGrain(schedule.getGroups() ? schedule.getGroups() : panels),
        tiles(llvm::divideCeil(rows, tileRows)),
        tileGrain(schedule.getGrain()) {}

  int64_t panelParts() const { return llvm::divideCeil(panels, panelGrain); }
  int64_t rowParts() const { return llvm::divideCeil(tiles, tileGrain); }

  int64_t tileRows, vectors, panels, panelGrain, tiles, tileGrain;
};

/// Products with a constant matrix. Chunks are parts of the panels x parts of
/// the rows.
class MatMulFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    Product p(layer);
    ScheduleBuilder builder(layer.getContext(), isa);
    for (int64_t vectors = 1; vectors <= std::min<int64_t>(8, p.groups);
         ++vectors) {
      // A single row uses each weight once, straight from memory.
      int64_t most = p.rows == 1 ? 1 : builder.maxRows(vectors, 1);
      for (int64_t rows : ScheduleBuilder::balancedRows(p.rows, most))
        builder.addCuts(rows, vectors, llvm::divideCeil(p.rows, rows),
                        llvm::divideCeil(p.groups, vectors));
    }
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// [K, N] to [N/16][K][16].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    SmallVector<int64_t> permutation;
    if (!rootOf(layer).getTransposeRhs())
      permutation = {1, 0};
    return {PackingAttr::get(layer.getContext(), {}, permutation, {0},
                             {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    Sizes s(layer, schedule);
    return {s.panelParts() * s.rowParts()};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

LayerModel MatMulFamily::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  Sizes s(layer, schedule);
  int64_t depth = model.depth = s.depth;
  nest.extents = {1, s.groups, s.rows, 1};
  addDirectLoops(nest, schedule, schedule.getVectors(), schedule.getRows(), 1);
  nest.accesses.push_back({[=](const Extents &e) { return e[2] * depth * 4; },
                           {false, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[1] * channelGroup * depth * 4; },
       {false, true, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot(layer));
  for (const TileWork &tile : rowTiles(s.groups, schedule.getVectors(), 1,
                                       1)) // panels: width = vectors
    for (const TileWork &rowTile :
         rowTiles(s.rows, schedule.getRows(), tile.rows, tile.count))
      model.tiles.push_back(rowTile);
  model.flops = 2 * depth * s.rows * s.columns;
  model.chunks = s.panelParts() * s.rowParts();
  return model;
}

void MatMulFamily::emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
                        unsigned) const {
  kernel::MatMulOp op = rootOf(layer);
  Sizes s(layer, schedule);
  int64_t rows = s.rows, columns = s.columns, groups = s.groups;
  int64_t vectors = s.vectors, panels = s.panels, tiles = s.tiles;
  Type f32 = f.b.getF32Type();
  Value lhs = bindArgument(f, layer, op.getLhs(),
                           MemRefType::get({rows, s.depth}, f32));
  Value rhs =
      bindArgument(f, layer, op.getRhs(),
                   MemRefType::get({groups, s.depth, channelGroup}, f32));
  Value result = bindResult(f, layer, 0, {rows, columns});
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(asMatrix(type.getShape()), type.getElementType());
  });

  auto emitTile = [&](Value row, Value group, int64_t tileRows,
                      int64_t tileGroups) {
    // The last group may have fewer columns than 16.
    int64_t tileColumns = tileGroups * channelGroup;
    APInt first;
    if (matchPattern(group, m_ConstantInt(&first)))
      tileColumns =
          std::min(tileColumns, columns - first.getSExtValue() * channelGroup);
    auto tile = kernel::MatMulTileOp::create(f.b, lhs, rhs, result,
                                             epilogue.getExtras(), row, group,
                                             tileRows, tileGroups, tileColumns);
    epilogue.cloneInto(tile.getEpilogue());
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
      {s.panelParts(), (int64_t)llvm::divideCeil(tiles, schedule.getGrain())});
  auto panelLoop = [&](function_ref<void(Value, int64_t)> body) {
    f.loopPart(position[0], s.panelGrain, panels,
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

const LayerFamily &veltair::matMulFamily() {
  static const MatMulFamily family;
  return family;
}
