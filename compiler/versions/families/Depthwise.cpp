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

  /// [C, 1, H, W] to [C/16][H][W][16].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    ArrayRef<int64_t> shape = root(layer).getFilter().getType().getShape();
    SmallVector<int64_t> viewed = {shape[0], shape[2], shape[3]};
    return {
        PackingAttr::get(layer.getContext(), viewed, {}, {0}, {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ConvGeometry g = geometry(layer);
    return {g.images() * g.groups() *
            int64_t(llvm::divideCeil(g.rows(), schedule.getGrain()))};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;

private:
  static kernel::DepthwiseConv2DOp root(LayerOp layer) {
    return cast<kernel::DepthwiseConv2DOp>(layerRoot(layer));
  }
  static ConvGeometry geometry(LayerOp layer) {
    return convGeometry(layer, root(layer));
  }
};

} // namespace

void DepthwiseFamily::emit(StageFunction &f, LayerOp layer,
                           ScheduleAttr schedule, unsigned) const {
  kernel::DepthwiseConv2DOp op = root(layer);
  ConvGeometry g = geometry(layer);
  Type f32 = f.b.getF32Type();
  Value input = bindArgument(
      f, layer, op.getInput(),
      MemRefType::get(g.input, op.getInput().getType().getElementType()));
  Value filter =
      bindArgument(f, layer, op.getFilter(), MemRefType::get(g.filter, f32));
  Value result = bindResult(f, layer, 0, g.result);
  Epilogue epilogue(f, layer, op,
                    [&](RankedTensorType type) { return g.viewExtra(type); });

  SmallVector<Value> position = f.delinearizeChunk(
      {g.images(), g.groups(),
       (int64_t)llvm::divideCeil(g.rows(), schedule.getGrain())});
  f.loopPart(position[2], schedule.getGrain(), g.rows(), [&](Value row) {
    emitRow(f, g, schedule.getRows(), g.filter[2],
            [&](Value column, const TileRun &run) {
              auto tile = kernel::DepthwiseTileOp::create(
                  f.b, input, filter, result, epilogue.getExtras(), position[0],
                  position[1], row, column, run.width, g.strides, g.dilations,
                  g.pads, run.interior);
              epilogue.cloneInto(tile.getEpilogue());
            });
  });
}

const LayerFamily &veltair::depthwiseFamily() {
  static const DepthwiseFamily family;
  return family;
}
