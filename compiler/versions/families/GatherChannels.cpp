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

/// [N, Cb, H, W, 16] of the result.
static ArrayRef<int64_t> shapeOf(LayerOp layer) {
  return layerRoot<kernel::GatherChannelsOp>(layer)
      .getResult()
      .getType()
      .getShape();
}

/// Rows of pixels of all images.
static int64_t rowsOf(LayerOp layer) {
  return shapeOf(layer)[0] * shapeOf(layer)[2];
}

namespace {

/// Channels in another order. Chunks are parts of the rows of pixels.
class GatherChannelsFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    // About 16 K elements a chunk, at most 64 chunks.
    int64_t rows = std::max<int64_t>(1, rowsOf(layer));
    int64_t chunks =
        std::clamp<int64_t>(ShapedType::getNumElements(shapeOf(layer)) >> 14, 1,
                            std::min<int64_t>(rows, 64));
    ScheduleBuilder builder(layer.getContext(), isa);
    builder.add("direct", 1, 1, LoopOrder::Rows, llvm::divideCeil(rows, chunks),
                0);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    LayerModel model;
    LoopNest &nest = model.nest;
    nest.extents = {1, 1, std::max<int64_t>(1, rowsOf(layer)), 1};
    nest.loops = {{Dim::Row, schedule.getGrain()}, {Dim::Row, 1}};
    nest.chunkLoops = 1;
    // As many elements are read as written.
    int64_t elements = ShapedType::getNumElements(shapeOf(layer));
    int64_t bytes = elements * 4 / nest.extents[unsigned(Dim::Row)];
    nest.accesses.push_back({[=](const Extents &e) { return e[2] * bytes; },
                             {false, false, true, false}});
    addEpilogueAccesses(nest, layer, layerRoot(layer));
    model.vectorOps = elements / channelGroup;
    model.chunks = stages(layer, schedule).front();
    return model;
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return {std::max<int64_t>(
        1, llvm::divideCeil(rowsOf(layer), schedule.getGrain()))};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

void GatherChannelsFamily::emit(StageFunction &f, LayerOp layer,
                                ScheduleAttr schedule, unsigned) const {
  kernel::GatherChannelsOp op = layerRoot<kernel::GatherChannelsOp>(layer);
  ArrayRef<int64_t> shape = shapeOf(layer);
  if (ShapedType::getNumElements(shape) == 0)
    return;
  SmallVector<Value> sources;
  for (Value input : op.getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    sources.push_back(
        bindArgument(f, layer, input,
                     MemRefType::get(type.getShape(), type.getElementType())));
  }
  Value result = bindResult(f, layer, 0, shape);
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(type.getShape(), type.getElementType());
  });
  // The lanes of each group are known here. All groups of a pixel in one block
  // of code: neighbours read the same vectors, and nothing is left to unroll.
  auto emitPixel = [&](Value image, Value row, Value column) {
    for (int64_t group = 0; group < shape[1]; ++group) {
      SmallVector<int64_t> lanes(
          op.getChannels().drop_front(group * channelGroup));
      lanes.resize(channelGroup, -1);
      auto tile = kernel::GatherLanesOp::create(
          f.b, sources, result, epilogue.getExtras(), image, f.index(group),
          row, column, lanes);
      epilogue.cloneInto(tile.getEpilogue());
    }
  };
  f.loopPart(f.getChunk(), schedule.getGrain(), rowsOf(layer), [&](Value at) {
    Value image = arith::DivUIOp::create(f.b, at, f.index(shape[2]));
    Value row = arith::RemUIOp::create(f.b, at, f.index(shape[2]));
    f.loop(shape[3], [&](Value column) { emitPixel(image, row, column); });
  });
}

const LayerFamily &veltair::gatherChannelsFamily() {
  static const GatherChannelsFamily family;
  return family;
}
