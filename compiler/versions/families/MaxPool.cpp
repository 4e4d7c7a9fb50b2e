// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvGeometry.h"
#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/onnx/Elements.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

namespace {

/// Maxima over windows. Chunks are images x channel groups x rows.
class MaxPoolFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    ConvGeometry g = geometry(layer);
    ScheduleBuilder builder(layer.getContext(), isa);
    int64_t widest = widestTile(root(layer), builder.getRegisters());
    for (int64_t columns : ScheduleBuilder::balancedRows(g.columns(), widest))
      for (int64_t grain : ScheduleBuilder::grains(g.rows(), 16))
        for (int64_t groups : ScheduleBuilder::grains(g.groups(), 64))
          builder.add("direct", columns, 1, LoopOrder::Rows, grain,
                      groups == g.groups() ? 0 : groups);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ConvGeometry g = geometry(layer);
    return {g.images() * g.groupParts(schedule) * g.rowParts(schedule)};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;

private:
  static kernel::MaxPoolOp root(LayerOp layer) {
    return layerRoot<kernel::MaxPoolOp>(layer);
  }
  static ConvGeometry geometry(LayerOp layer) {
    return poolGeometry(root(layer));
  }
  static bool isUnrolled(kernel::MaxPoolOp op) {
    return op.getWindow()[1] <= kernel::maxUnrolledColumns;
  }
  /// Input columns that a tile of so many result columns reads.
  static int64_t columnsOf(kernel::MaxPoolOp op, int64_t results) {
    return kernel::columnsUnder(results, op.getWindow()[1], op.getStrides()[1],
                                op.getDilations()[1])
        .size();
  }
  /// The most columns of a tile whose maxima, a loaded vector and a mask stay
  /// in `registers`.
  static int64_t widestTile(kernel::MaxPoolOp op, int64_t registers) {
    constexpr int64_t most = 16, enoughForLatency = 8, temporaries = 2;
    if (!isUnrolled(op))
      return enoughForLatency;
    int64_t width = 1;
    while (width < most && columnsOf(op, width + 1) <= registers - temporaries)
      ++width;
    return width;
  }
  /// Vectors that are compared for one tile.
  static int64_t maximaOf(kernel::MaxPoolOp op, int64_t results) {
    ArrayRef<int64_t> window = op.getWindow();
    if (!isUnrolled(op))
      return results * window[0] * window[1];
    return window[0] * columnsOf(op, results) + results * (window[1] - 1);
  }
};

} // namespace

LayerModel MaxPoolFamily::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  kernel::MaxPoolOp op = root(layer);
  ConvGeometry g = geometry(layer);
  ArrayRef<int64_t> window = op.getWindow();
  LoopNest &nest = model.nest;
  nest.extents = {g.images(), g.groups(), g.rows(), g.columns()};
  addDirectLoops(nest, schedule, /*groupStep=*/1, /*rowStep=*/1,
                 schedule.getRows());
  int64_t bytes = onnx::elementBytes(op.getInput().getType().getElementType());
  nest.accesses.push_back(
      inputAccess(g, window[0], window[1], channelGroup * bytes));
  addEpilogueAccesses(nest, layer, op);

  model.depth = 0;
  model.tiles = rowTiles(g.columns(), schedule.getRows(), /*vectors=*/1,
                         g.images() * g.groups() * g.rows());
  // The maximum, the search for NaNs and the selection.
  constexpr int64_t instructions = 3;
  for (const TileWork &tile : model.tiles)
    model.vectorOps += instructions * tile.count * maximaOf(op, tile.rows);
  model.flops =
      window[0] * window[1] * op.getResult().getType().getNumElements();
  model.chunks = stages(layer, schedule).front();
  return model;
}

void MaxPoolFamily::emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
                         unsigned) const {
  kernel::MaxPoolOp op = root(layer);
  ConvGeometry g = geometry(layer);
  Value input = bindArgument(
      f, layer, op.getInput(),
      MemRefType::get(g.input, op.getInput().getType().getElementType()));
  Value result = bindResult(f, layer, 0, g.result);
  Epilogue epilogue(f, layer, op,
                    [&](RankedTensorType type) { return g.viewExtra(type); });

  SmallVector<Value> position = f.delinearizeChunk(
      {g.images(), g.groupParts(schedule), g.rowParts(schedule)});
  auto emitTiles = [&](Value group, Value row) {
    emitRow(f, g, schedule.getRows(), op.getWindow()[1],
            [&](Value column, const TileRun &run) {
              auto tile = kernel::MaxPoolTileOp::create(
                  f.b, input, result, epilogue.getExtras(), position[0], group,
                  row, column, run.width, op.getWindow(), g.strides,
                  g.dilations, g.pads, run.interior);
              epilogue.cloneInto(tile.getEpilogue());
            });
  };
  f.loopPart(position[1], g.groupGrain(schedule), g.groups(), [&](Value group) {
    f.loopPart(position[2], schedule.getGrain(), g.rows(),
               [&](Value row) { emitTiles(group, row); });
  });
}

const LayerFamily &veltair::maxPoolFamily() {
  static const MaxPoolFamily family;
  return family;
}
