// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/GeneralLoops.h"
#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/ScheduleBuilder.h"

using namespace mlir;
using namespace mlir::veltair;

/// Elements of the largest tensor of the layer: what its work grows with.
static int64_t largestTensor(LayerOp layer) {
  int64_t elements = 1;
  for (TypeRange types :
       {TypeRange(layer.getOperandTypes()), TypeRange(layer.getResultTypes())})
    for (Type type : types)
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        elements = std::max(elements, tensor.getNumElements());
  return elements;
}

/// Rows of the result, which chunks divide.
static int64_t rowsOf(LayerOp layer) {
  if (isSequential(layer))
    return 1;
  return std::max<int64_t>(
      1, ShapedType::getNumElements(ArrayRef(generalShape(layer)).drop_back()));
}

namespace {

/// Everything without a kernel of its own: chunks are parts of the rows of the
/// result, or one for a SequentialOp.
class GeneralFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    // About 16 K elements a chunk, at most 64 chunks.
    int64_t rows = rowsOf(layer);
    int64_t chunks = std::clamp<int64_t>(largestTensor(layer) >> 14, 1,
                                         std::min<int64_t>(rows, 64));
    ScheduleBuilder builder(layer.getContext(), isa);
    builder.add("general", 1, 1, LoopOrder::Rows,
                llvm::divideCeil(rows, chunks), 0);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return {int64_t(llvm::divideCeil(rowsOf(layer), schedule.getGrain()))};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override {
    emitGeneralLoops(f, layer, schedule);
  }
};

} // namespace

LayerModel GeneralFamily::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  int64_t rows = rowsOf(layer);
  int64_t columns = isSequential(layer)
                        ? 1
                        : std::max<int64_t>(1, generalShape(layer).back());
  nest.extents = {1, 1, rows, columns};
  nest.loops = {{Dim::Row, schedule.getGrain()}, {Dim::Row, 1}};
  nest.chunkLoops = 1;
  auto add = [&](Type type, bool written) {
    if (!isa<RankedTensorType>(type))
      return;
    int64_t bytes = bytesOf(type);
    nest.accesses.push_back(
        {[=](const Extents &e) { return bytes * e[2] / rows; },
         {true, true, true, true},
         written});
  };
  for (Type type : layer.getOperandTypes())
    add(type, /*written=*/false);
  int64_t elements = 0;
  for (Type type : layer.getResultTypes()) {
    add(type, /*written=*/true);
    elements += cast<RankedTensorType>(type).getNumElements();
  }
  model.flops = elements * (layer.getBody().front().getOperations().size() - 1);
  model.chunks = stages(layer, schedule).front();
  return model;
}

const LayerFamily &veltair::generalFamily() {
  static const GeneralFamily family;
  return family;
}
