// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// The sizes of the result: [B..., M, N].
static ArrayRef<int64_t> shapeOf(LayerOp layer) {
  return layerRoot<kernel::BatchMatMulOp>(layer)
      .getResult()
      .getType()
      .getShape();
}

static int64_t batchOf(LayerOp layer) {
  return ShapedType::getNumElements(shapeOf(layer).drop_back(2));
}

/// The loops of one product.
static ProductLoops loopsOf(LayerOp layer, ScheduleAttr schedule) {
  ArrayRef<int64_t> shape = shapeOf(layer).take_back(2);
  return ProductLoops(
      shape[0],
      layerRoot<kernel::BatchMatMulOp>(layer).getLhsView().getSizes().back(),
      shape[1], schedule);
}

/// Whether vectors of the right operand can be read where it is.
static bool hasContiguousRows(LayerOp layer) {
  kernel::StridedViewAttr view =
      layerRoot<kernel::BatchMatMulOp>(layer).getRhsView();
  return view.getStrides().back() == 1 || view.getSizes().back() == 1;
}

namespace {

/// Products of computed matrices. Chunks are the products x parts of panels x
/// parts of rows. A right operand whose columns are contiguous is transposed
/// into the worker's memory, a panel at a time.
class BatchMatMulFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    ArrayRef<int64_t> shape = shapeOf(layer).take_back(2);
    ScheduleBuilder builder(layer.getContext(), isa);
    int64_t stride = layerRoot<kernel::BatchMatMulOp>(layer)
                         .getLhsView()
                         .getStrides()
                         .end()[-2];
    builder.addProduct("direct", shape[0], stride * int64_t(sizeof(float)),
                       llvm::divideCeil(shape[1], channelGroup));
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ProductLoops loops = loopsOf(layer, schedule);
    return {batchOf(layer) * loops.panelParts() * loops.rowParts()};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    if (hasContiguousRows(layer))
      return {};
    ProductLoops loops = loopsOf(layer, schedule);
    return {loops.depth * loops.vectors * channelGroup * int64_t(sizeof(float)),
            0};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

LayerModel BatchMatMulFamily::model(LayerOp layer,
                                    ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  ProductLoops loops = loopsOf(layer, schedule);
  int64_t depth = model.depth = loops.depth;
  int64_t batch = batchOf(layer);
  nest.extents = {batch, loops.groups, loops.rows, 1};
  addDirectLoops(nest, schedule, loops.vectors, loops.tileRows, 1);
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[0] * e[2] * depth * 4; },
       {true, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[0] * e[1] * channelGroup * depth * 4; },
       {true, true, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot(layer));
  model.tiles = loops.tileWork(batch);
  model.flops = 2 * batch * depth * loops.rows * loops.columns;
  model.chunks = stages(layer, schedule).front();
  return model;
}

/// `size` columns of `matrix` from `first`, which are contiguous one by one, as
/// rows of the worker's memory.
static Value transposePanel(StageFunction &f, Value matrix, Value first,
                            int64_t size) {
  int64_t depth = cast<MemRefType>(matrix.getType()).getDimSize(0);
  Value panel =
      f.workerScratch(0, MemRefType::get({depth, size}, f.b.getF32Type()));
  f.loop(size, [&](Value lane) {
    Value column = arith::AddIOp::create(f.b, first, lane);
    f.loop(depth, [&](Value k) {
      Value element =
          memref::LoadOp::create(f.b, matrix, ValueRange{k, column});
      memref::StoreOp::create(f.b, element, panel, ValueRange{k, lane});
    });
  });
  return panel;
}

void BatchMatMulFamily::emit(StageFunction &f, LayerOp layer,
                             ScheduleAttr schedule, unsigned) const {
  kernel::BatchMatMulOp op = layerRoot<kernel::BatchMatMulOp>(layer);
  ProductLoops loops = loopsOf(layer, schedule);
  ArrayRef<int64_t> shape = shapeOf(layer);
  Value lhs = bindView(f, layer, op.getLhs(), op.getLhsView());
  Value rhs = bindView(f, layer, op.getRhs(), op.getRhsView());
  Value result = bindResult(f, layer, 0, shape);
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(type.getShape(), type.getElementType());
  });

  SmallVector<int64_t> extents(shape.drop_back(2));
  extents.append({loops.panelParts(), loops.rowParts()});
  SmallVector<Value> position = f.delinearizeChunk(extents);
  ArrayRef<Value> batch = ArrayRef(position).drop_back(2);
  lhs = sliceMatrix(f, lhs, batch);
  rhs = sliceMatrix(f, rhs, batch);
  result = sliceMatrix(f, result, batch);
  SmallVector<Value> extras;
  for (Value extra : epilogue.getExtras())
    extras.push_back(sliceMatrix(f, extra, batch));

  auto emitTile = [&](Value rhs, Value result, ValueRange extras, Value row,
                      Value group, int64_t rows, int64_t groups,
                      int64_t columns) {
    auto tile = kernel::MatMulTileOp::create(f.b, lhs, rhs, result, extras, row,
                                             group, rows, groups, columns);
    epilogue.cloneInto(tile.getEpilogue());
  };
  Value part[] = {position.end()[-2], position.end()[-1]};
  if (hasContiguousRows(layer))
    return loops.emit(f, part[0], part[1],
                      [&](Value row, Value group, int64_t rows, int64_t groups,
                          int64_t columns) {
                        emitTile(rhs, result, extras, row, group, rows, groups,
                                 columns);
                      });
  // The panel's columns are the first ones of what its tiles see.
  loops.panelLoop(
      f, part[0], [&](Value group, int64_t groups, int64_t columns) {
        Value first = arith::MulIOp::create(f.b, group, f.index(channelGroup));
        Value panel = transposePanel(f, rhs, first, columns);
        Value panelResult = sliceColumns(f, result, first, columns);
        SmallVector<Value> panelExtras;
        for (Value extra : extras)
          panelExtras.push_back(sliceColumns(f, extra, first, columns));
        loops.rowLoop(f, part[1], [&](Value row, int64_t rows) {
          emitTile(panel, panelResult, panelExtras, row, f.index(0), rows,
                   groups, columns);
        });
      });
}

const LayerFamily &veltair::batchMatMulFamily() {
  static const BatchMatMulFamily family;
  return family;
}
