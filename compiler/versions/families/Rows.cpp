// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;

/// [..., N] as a matrix of rows.
static SmallVector<int64_t> asRows(ArrayRef<int64_t> shape) {
  return {ShapedType::getNumElements(shape.drop_back()), shape.back()};
}

static SmallVector<int64_t> rowsOf(LayerOp layer) {
  return asRows(
      cast<RankedTensorType>(layer.getResult(0).getType()).getShape());
}

namespace {

/// Operations on each row of a tensor. Chunks are parts of the rows.
class RowsFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    // About 16 K elements a chunk, at most 64 chunks.
    SmallVector<int64_t> shape = rowsOf(layer);
    int64_t chunks = std::clamp<int64_t>((shape[0] * shape[1]) >> 14, 1,
                                         std::clamp<int64_t>(shape[0], 1, 64));
    ScheduleBuilder builder(layer.getContext(), isa);
    builder.add("direct", 1, 1, LoopOrder::Rows,
                std::max<int64_t>(1, llvm::divideCeil(shape[0], chunks)), 0);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    LayerModel model;
    LoopNest &nest = model.nest;
    SmallVector<int64_t> shape = rowsOf(layer);
    nest.extents = {1, 1, std::max<int64_t>(shape[0], 1), shape[1]};
    nest.loops = {{Dim::Row, schedule.getGrain()}, {Dim::Row, 1}};
    nest.chunkLoops = 1;
    int64_t columns = shape[1];
    nest.accesses.push_back(
        {[=](const Extents &e) { return e[2] * columns * 4; },
         {false, false, true, false}});
    addEpilogueAccesses(nest, layer, layerRoot(layer));
    // Two passes of about four operations an element.
    model.flops = 8 * shape[0] * shape[1];
    model.chunks = stages(layer, schedule).front();
    return model;
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return {std::max<int64_t>(
        1, llvm::divideCeil(rowsOf(layer)[0], schedule.getGrain()))};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr) const override {
    if (isa<kernel::SoftmaxRowsOp>(layerRoot(layer)))
      return {rowsOf(layer)[1] * int64_t(sizeof(float)), 0};
    return {};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

void RowsFamily::emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
                      unsigned) const {
  Operation *root = layerRoot(layer);
  SmallVector<int64_t> shape = rowsOf(layer);
  if (shape[0] == 0 || shape[1] == 0)
    return;
  Type f32 = f.b.getF32Type();
  Value input =
      bindArgument(f, layer, root->getOperand(0), MemRefType::get(shape, f32));
  Value result = bindResult(f, layer, 0, shape);
  Epilogue epilogue(f, layer, root, [&](RankedTensorType type) {
    return MemRefType::get(asRows(type.getShape()), type.getElementType());
  });
  f.loopPart(f.getChunk(), schedule.getGrain(), shape[0], [&](Value row) {
    if (auto normalize = dyn_cast<kernel::NormalizeRowsOp>(root)) {
      auto op = kernel::NormalizeRowOp::create(
          f.b, input, result, normalize.getEpsilonAttr(),
          normalize.getUncenteredAttr(), epilogue.getExtras(), row);
      return epilogue.cloneInto(op.getEpilogue());
    }
    Value scratch = f.workerScratch(0, MemRefType::get(shape[1], f32));
    auto op = kernel::SoftmaxRowOp::create(f.b, input, result, scratch,
                                           epilogue.getExtras(), row);
    epilogue.cloneInto(op.getEpilogue());
  });
}

const LayerFamily &veltair::rowsFamily() {
  static const RowsFamily family;
  return family;
}
