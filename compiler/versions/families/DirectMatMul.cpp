// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/MatMulAlgorithms.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Elements.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// The type of the numbers that are multiplied.
static Type elementOf(LayerOp layer) {
  return layerRoot<kernel::MatMulOp>(layer).getLhs().getType().getElementType();
}

static ProductLoops loopsOf(LayerOp layer, ScheduleAttr schedule) {
  kernel::MatMulOp op = layerRoot<kernel::MatMulOp>(layer);
  SmallVector<int64_t> result = asMatrix(op.getResult().getType().getShape());
  return ProductLoops(result[0], op.getLhs().getType().getShape().back(),
                      result[1], schedule);
}

namespace {

/// Products with a constant matrix. Chunks are parts of the panels x parts of
/// the rows.
class DirectMatMul : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    kernel::MatMulOp op = layerRoot<kernel::MatMulOp>(layer);
    SmallVector<int64_t> shape = asMatrix(op.getResult().getType().getShape());
    int64_t depth = op.getLhs().getType().getShape().back();
    ScheduleBuilder builder(layer.getContext(), isa);
    builder.addProduct("direct", shape[0],
                       depth * onnx::elementBytes(elementOf(layer)),
                       llvm::divideCeil(shape[1], channelGroup));
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// [K, N] to [N/16][K][16], or to [N/16][K/2][16][2] of bf16.
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    SmallVector<int64_t> permutation;
    if (!layerRoot<kernel::MatMulOp>(layer).getTransposeRhs())
      permutation = {1, 0};
    Type element = elementOf(layer);
    if (element.isBF16())
      return {PackingAttr::get(layer.getContext(), {}, permutation, {0, 1},
                               {channelGroup, 2}, element)};
    return {PackingAttr::get(layer.getContext(), {}, permutation, {0},
                             {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    ProductLoops loops = loopsOf(layer, schedule);
    return {loops.panelParts() * loops.rowParts()};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

LayerModel DirectMatMul::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  ProductLoops loops = loopsOf(layer, schedule);
  int64_t depth = model.depth = loops.depth;
  nest.extents = {1, loops.groups, loops.rows, 1};
  addDirectLoops(nest, schedule, loops.vectors, loops.tileRows, 1);
  int64_t bytes = onnx::elementBytes(elementOf(layer));
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[2] * depth * bytes; },
       {false, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[1] * channelGroup * depth * bytes; },
       {false, true, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot(layer));
  model.pairs = elementOf(layer).isBF16();
  model.tiles = loops.tileWork(1);
  model.flops = 2 * depth * loops.rows * loops.columns;
  model.chunks = loops.panelParts() * loops.rowParts();
  return model;
}

void DirectMatMul::emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
                        unsigned) const {
  kernel::MatMulOp op = layerRoot<kernel::MatMulOp>(layer);
  ProductLoops loops = loopsOf(layer, schedule);
  Type element = elementOf(layer);
  Value lhs = bindArgument(f, layer, op.getLhs(),
                           MemRefType::get({loops.rows, loops.depth}, element));
  SmallVector<int64_t> packed = {loops.groups, loops.depth, channelGroup};
  if (element.isBF16())
    packed = {loops.groups, loops.depth / 2, 2 * channelGroup};
  Value rhs =
      bindArgument(f, layer, op.getRhs(), MemRefType::get(packed, element));
  Value result = bindResult(f, layer, 0, {loops.rows, loops.columns});
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(asMatrix(type.getShape()), type.getElementType());
  });
  SmallVector<Value> part =
      f.delinearizeChunk({loops.panelParts(), loops.rowParts()});
  // Products of bf16 outrun the prefetcher of the hardware: weights are fetched
  // 4 KiB ahead, unless a tile has so few rows that it waits for them anyway.
  int64_t prefetch = element.isBF16() && loops.tileRows >= 6 ? 64 : 0;
  loops.emit(f, part[0], part[1],
             [&](Value row, Value group, int64_t rows, int64_t groups,
                 int64_t columns) {
               auto tile = kernel::MatMulTileOp::create(
                   f.b, lhs, rhs, result, epilogue.getExtras(), row, group,
                   rows, groups, columns, prefetch);
               epilogue.cloneInto(tile.getEpilogue());
             });
}

const LayerFamily &veltair::directMatMul() {
  static const DirectMatMul algorithm;
  return algorithm;
}
