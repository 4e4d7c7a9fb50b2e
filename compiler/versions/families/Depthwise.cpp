// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvGeometry.h"
#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

namespace {

/// Convolutions with a filter a channel. Chunks are images x channel groups x
/// rows.
class DepthwiseFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    ConvGeometry g = geometry(layer);
    ScheduleBuilder builder(layer.getContext(), isa);
    // One half of a group at a time; the weights of a window row are kept.
    int64_t most =
        std::max<int64_t>(1, builder.getRegisters() - 1 - g.filter[2]);
    for (int64_t rows : ScheduleBuilder::balancedRows(
             g.columns(), std::min<int64_t>(most, 16)))
      for (int64_t grain : ScheduleBuilder::grains(g.rows(), 16))
        builder.add("direct", rows, 1, LoopOrder::Rows, grain, 1);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    LayerModel model = modelDirect(layer, layerRoot(layer), geometry(layer),
                                   schedule, /*depthwise=*/true);
    model.chunks = stages(layer, schedule).front();
    return model;
  }

  /// [C, 1, H, W] to [C/16][H][W][16], or, in pairs of bf16, to
  /// [C/16][H][W/2][16][2].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    ArrayRef<int64_t> shape = root(layer).getFilter().getType().getShape();
    SmallVector<int64_t> viewed = {shape[0], shape[2], shape[3]};
    if (multipliesPairs(layer))
      return {PackingAttr::get(
          layer.getContext(), viewed, {}, {0, 2}, {channelGroup, 2},
          root(layer).getInput().getType().getElementType())};
    return {
        PackingAttr::get(layer.getContext(), viewed, {}, {0}, {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ConvGeometry g = geometry(layer);
    return {g.images() * g.groups() * g.rowParts(schedule)};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;

private:
  static kernel::DepthwiseConv2DOp root(LayerOp layer) {
    return layerRoot<kernel::DepthwiseConv2DOp>(layer);
  }
  static ConvGeometry geometry(LayerOp layer) {
    return convGeometry(root(layer));
  }
  /// Whether neighbouring columns of the window are multiplied in pairs of
  /// bf16.
  static bool multipliesPairs(LayerOp layer) {
    kernel::DepthwiseConv2DOp op = root(layer);
    return op.getInput().getType().getElementType().isBF16() &&
           op.getDilations()[1] == 1 &&
           op.getFilter().getType().getDimSize(3) > 1;
  }
};

} // namespace

void DepthwiseFamily::emit(StageFunction &f, LayerOp layer,
                           ScheduleAttr schedule, unsigned) const {
  kernel::DepthwiseConv2DOp op = root(layer);
  ConvGeometry g = geometry(layer);
  Type element = op.getInput().getType().getElementType();
  Value input =
      bindArgument(f, layer, op.getInput(), MemRefType::get(g.input, element));
  auto packed = MemRefType::get(g.filter, f.b.getF32Type());
  IntegerAttr pairedColumns;
  if (multipliesPairs(layer)) {
    pairedColumns = f.b.getI64IntegerAttr(g.filter[2]);
    packed = MemRefType::get({g.filter[0], g.filter[1],
                              (int64_t)llvm::divideCeil(g.filter[2], 2),
                              2 * channelGroup},
                             element);
  }
  Value filter = bindArgument(f, layer, op.getFilter(), packed);
  Value result = bindResult(f, layer, 0, g.result);
  Epilogue epilogue(f, layer, op,
                    [&](RankedTensorType type) { return g.viewExtra(type); });

  SmallVector<Value> position =
      f.delinearizeChunk({g.images(), g.groups(), g.rowParts(schedule)});
  f.loopPart(position[2], schedule.getGrain(), g.rows(), [&](Value row) {
    emitRow(f, g, schedule.getRows(), g.filter[2],
            [&](Value column, const TileRun &run) {
              auto tile = kernel::DepthwiseTileOp::create(
                  f.b, input, filter, result, epilogue.getExtras(), position[0],
                  position[1], row, column, run.width, g.strides, g.dilations,
                  g.pads, run.interior, pairedColumns);
              epilogue.cloneInto(tile.getEpilogue());
            });
  });
}

const LayerFamily &veltair::depthwiseFamily() {
  static const DepthwiseFamily family;
  return family;
}
