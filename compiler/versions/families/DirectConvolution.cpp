// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvAlgorithms.h"
#include "compiler/versions/families/ConvGeometry.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

namespace {

/// The sums of products as they are defined. Chunks are images x channel groups
/// x rows.
class DirectConvolution : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    ConvGeometry g = geometry(layer);
    ScheduleBuilder builder(layer.getContext(), isa);
    for (int64_t vectors = 1; vectors <= 8; ++vectors) {
      if (g.partGroups() % vectors != 0)
        continue;
      for (int64_t rows : ScheduleBuilder::balancedRows(
               g.columns(), builder.maxRows(vectors, 1)))
        builder.addCuts(rows, vectors, g.rows(), g.groups() / vectors);
    }
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    LayerModel model = modelDirect(layer, layerRoot(layer), geometry(layer),
                                   schedule, /*depthwise=*/false);
    model.chunks = stages(layer, schedule).front();
    return model;
  }

  /// OIHW to [O/16][I/16][H][W][16i][16o], or, for an input that is not
  /// blocked, [O/16][I][H][W][16o]; of bf16 to [O/16][H][W][I/2][16o][2i], or
  /// [O/16][I][H][W/2][16o][2w].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    Type element = root(layer).getInput().getType().getElementType();
    bool blocked = root(layer).getInput().getType().getRank() == 5;
    if (element.isBF16()) {
      SmallVector<int64_t> permutation;
      if (blocked)
        permutation = {0, 2, 3, 1};
      return {PackingAttr::get(layer.getContext(), {}, permutation, {0, 3},
                               {channelGroup, 2}, element)};
    }
    SmallVector<int64_t> inner = {1, 0};
    if (!blocked)
      inner = {0};
    SmallVector<int64_t> tiles(inner.size(), channelGroup);
    return {PackingAttr::get(layer.getContext(), {}, {}, inner, tiles)};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ConvGeometry g = geometry(layer);
    return {g.images() * g.groupParts(schedule) * g.rowParts(schedule)};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;

private:
  /// Channels of weights between their fetch from memory and their use: 4 KiB.
  static constexpr int64_t prefetchChannels = 64;

  static kernel::Conv2DOp root(LayerOp layer) {
    return layerRoot<kernel::Conv2DOp>(layer);
  }
  static ConvGeometry geometry(LayerOp layer) {
    return convGeometry(layer, root(layer));
  }
};

/// The channels of a register tile: its first group and how many to compute.
struct Tile {
  Value group;
  int64_t outputs;
};

} // namespace

void DirectConvolution::emit(StageFunction &f, LayerOp layer,
                             ScheduleAttr schedule, unsigned) const {
  kernel::Conv2DOp op = root(layer);
  ConvGeometry g = geometry(layer);
  Type element = op.getInput().getType().getElementType();
  Value input =
      bindArgument(f, layer, op.getInput(), MemRefType::get(g.input, element));
  SmallVector<int64_t> packed = g.filter;
  IntegerAttr pairedColumns;
  if (element.isBF16()) {
    ArrayRef<int64_t> shape = op.getFilter().getType().getShape();
    SmallVector<int64_t> inner = {shape[2], shape[3], shape[1]};
    if (g.input.size() == 4) {
      inner = {shape[1], shape[2], shape[3]};
      pairedColumns = f.b.getI64IntegerAttr(shape[3]);
    }
    packed = {g.filter[0], inner[0], inner[1],
              (int64_t)llvm::divideCeil(inner[2], 2), 2 * channelGroup};
  }
  Value filter =
      bindArgument(f, layer, op.getFilter(), MemRefType::get(packed, element));
  Value result = bindResult(f, layer, 0, g.result);
  Epilogue epilogue(f, layer, op,
                    [&](RankedTensorType type) { return g.viewExtra(type); });

  SmallVector<Value> position = f.delinearizeChunk(
      {g.images(), g.groupParts(schedule), g.rowParts(schedule)});
  int64_t width = schedule.getVectors() * channelGroup;
  int64_t lastWidth = width - (g.groups() * channelGroup - g.computedOutputs());
  auto tileRow = [&](Tile tile, Value row) {
    emitRow(f, g, schedule.getRows(), g.filter[3],
            [&](Value column, const TileRun &run) {
              auto op = kernel::ConvTileOp::create(
                  f.b, input, filter, result, epilogue.getExtras(), position[0],
                  tile.group, row, column, run.width, g.strides, g.dilations,
                  g.pads, run.interior, schedule.getVectors(), g.channels,
                  tile.outputs, prefetchChannels, pairedColumns);
              epilogue.cloneInto(op.getEpilogue());
            });
  };
  auto groupLoop = [&](function_ref<void(Tile)> body) {
    int64_t tiles = g.tileGroups(schedule);
    f.loopPart(position[1], g.groupGrain(schedule), tiles, [&](Value number) {
      Value group =
          arith::MulIOp::create(f.b, number, f.index(schedule.getVectors()));
      if (tiles == 1 || lastWidth == width)
        return body({group, lastWidth});
      Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq,
                                           number, f.index(tiles - 1));
      f.branch(
          isLast, [&] { body({group, lastWidth}); },
          [&] { body({group, width}); });
    });
  };
  auto rowLoop = [&](function_ref<void(Value)> body) {
    f.loopPart(position[2], schedule.getGrain(), g.rows(), body);
  };
  if (schedule.getOrder() == LoopOrder::Rows)
    groupLoop(
        [&](Tile tile) { rowLoop([&](Value row) { tileRow(tile, row); }); });
  else
    rowLoop(
        [&](Value row) { groupLoop([&](Tile tile) { tileRow(tile, row); }); });
}

const LayerFamily &veltair::directConvolution() {
  static const DirectConvolution algorithm;
  return algorithm;
}
