// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/LayerLoops.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// The fewest neighbouring rows of pixels that, seen as one, are wide enough
/// for whole register tiles; a divisor of the number of rows.
static int64_t mergedRows(ArrayRef<int64_t> shape) {
  constexpr int64_t wide = 28;
  int64_t rows = 1;
  while (rows < shape[2] && (shape[2] % rows != 0 || rows * shape[3] < wide))
    ++rows;
  return rows;
}

/// [N, G, H, W, 16] as [N, G, H / rows, rows * W, 16].
static SmallVector<int64_t> mergePixels(ArrayRef<int64_t> shape, int64_t rows) {
  if (shape[2] == 1 && shape[3] == 1)
    return llvm::to_vector(shape); // broadcast over all pixels
  return {shape[0], shape[1], shape[2] / rows, rows * shape[3], shape[4]};
}

/// Whether rows of pixels can be merged: all other tensors of the layer have
/// all pixels or a single one.
static bool pixelsMerge(LayerOp layer, Operation *root) {
  ArrayRef<int64_t> result =
      cast<RankedTensorType>(root->getResult(0).getType()).getShape();
  for (BlockArgument argument : layer.getBody().getArguments()) {
    auto type = cast<RankedTensorType>(argument.getType());
    if (llvm::is_contained(root->getOperands(), argument) &&
        argument.hasOneUse())
      continue;
    bool all =
        type.getDimSize(2) == result[2] && type.getDimSize(3) == result[3];
    bool one = type.getDimSize(2) == 1 && type.getDimSize(3) == 1;
    if (!all && !one)
      return false;
  }
  return true;
}

template <typename OpTy>
static ConvGeometry windowGeometry(LayerOp layer, OpTy op) {
  ConvGeometry g;
  g.input = llvm::to_vector(op.getInput().getType().getShape());
  g.filter = llvm::to_vector(op.getFilter().getType().getShape());
  g.result = llvm::to_vector(op.getResult().getType().getShape());
  g.strides = llvm::to_vector(op.getStrides());
  g.dilations = llvm::to_vector(op.getDilations());
  g.pads = llvm::to_vector(op.getPads());
  return g;
}

ConvGeometry veltair::convGeometry(LayerOp layer, kernel::Conv2DOp op) {
  ConvGeometry g = windowGeometry(layer, op);
  bool pointwise = g.filter[2] == 1 && g.filter[3] == 1 && g.strides[0] == 1 &&
                   g.strides[1] == 1 &&
                   llvm::all_of(g.pads, [](int64_t p) { return p == 0; });
  if (pointwise && g.input.size() == 5 && pixelsMerge(layer, op)) {
    g.mergedRows = mergedRows(g.result);
    g.input = mergePixels(g.input, g.mergedRows);
    g.result = mergePixels(g.result, g.mergedRows);
  }
  // The packed filter.
  int64_t outputs = llvm::divideCeil(g.filter[0], channelGroup);
  if (g.input.size() == 5)
    g.filter = {
        outputs,      (int64_t)llvm::divideCeil(g.filter[1], channelGroup),
        g.filter[2],  g.filter[3],
        channelGroup, channelGroup};
  else
    g.filter = {outputs, g.filter[1], g.filter[2], g.filter[3], channelGroup};
  return g;
}

ConvGeometry veltair::convGeometry(LayerOp layer,
                                   kernel::DepthwiseConv2DOp op) {
  ConvGeometry g = windowGeometry(layer, op);
  g.filter = {(int64_t)llvm::divideCeil(g.filter[0], channelGroup), g.filter[2],
              g.filter[3], channelGroup};
  return g;
}

namespace {
/// A run of tiles along a row: `count` tiles of `width` columns from `first`.
struct TileRun {
  int64_t first, width, count;
  bool interior;
};
} // namespace

/// Cuts a row into tiles of `width` columns. Tiles that touch the left or right
/// padding stand alone, the others form runs.
static SmallVector<TileRun> cutColumns(const ConvGeometry &g, int64_t width,
                                       int64_t kernelColumns) {
  SmallVector<TileRun> runs;
  for (int64_t first = 0; first < g.columns(); first += width) {
    int64_t columns = std::min(width, g.columns() - first);
    int64_t left = first * g.strides[1] - g.pads[1];
    int64_t right = (first + columns - 1) * g.strides[1] - g.pads[1] +
                    (kernelColumns - 1) * g.dilations[1];
    bool interior = left >= 0 && right < g.input[3];
    TileRun *last = runs.empty() ? nullptr : &runs.back();
    if (interior && last && last->interior && last->width == columns)
      ++last->count;
    else
      runs.push_back({first, columns, 1, interior});
  }
  return runs;
}

/// Emits the tiles of one output row.
static void emitRow(StageFunction &f, const ConvGeometry &g, int64_t width,
                    int64_t kernelColumns,
                    function_ref<void(Value column, const TileRun &)> tile) {
  for (const TileRun &run : cutColumns(g, width, kernelColumns))
    f.loop(run.count, [&](Value number) {
      if (run.count == 1)
        return tile(f.index(run.first), run);
      Value offset = arith::MulIOp::create(f.b, number, f.index(run.width));
      tile(arith::AddIOp::create(f.b, offset, f.index(run.first)), run);
    });
}

/// [N, G or 1, H or 1, W or 1, 16 or 1] as the result's loops see it.
static MemRefType viewExtra(const ConvGeometry &g, RankedTensorType type) {
  return MemRefType::get(mergePixels(type.getShape(), g.mergedRows),
                         type.getElementType());
}

void veltair::emitConvLoops(StageFunction &f, LayerOp layer,
                            kernel::Conv2DOp op, ScheduleAttr schedule) {
  ConvGeometry g = convGeometry(layer, op);
  Type f32 = f.b.getF32Type();
  int64_t groups = g.groups() / schedule.getVectors(); // of `vectors` groups
  int64_t groupGrain = schedule.getGroups() ? schedule.getGroups() : groups;
  int64_t rowParts = llvm::divideCeil(g.rows(), schedule.getGrain());

  Value input =
      f.operand(layerOperand(layer, cast<BlockArgument>(op.getInput())).number,
                MemRefType::get(g.input, f32));
  Value filter = f.constant(
      layerOperand(layer, cast<BlockArgument>(op.getFilter())).number,
      MemRefType::get(g.filter, f32));
  auto resultType = cast<RankedTensorType>(layer.getResult(0).getType());
  Value result =
      f.operand(resultOperand(layer, 0),
                MemRefType::get(g.result, resultType.getElementType()));
  Region epilogue;
  SmallVector<Value> extras;
  buildEpilogue(
      f, layer, op, [&](RankedTensorType type) { return viewExtra(g, type); },
      extras, epilogue);

  SmallVector<Value> position = f.delinearizeChunk(
      {g.images(), (int64_t)llvm::divideCeil(groups, groupGrain), rowParts});
  auto tileRow = [&](Value group, Value row) {
    Value firstGroup =
        arith::MulIOp::create(f.b, group, f.index(schedule.getVectors()));
    emitRow(f, g, schedule.getRows(), g.filter[3],
            [&](Value column, const TileRun &run) {
              auto tile = kernel::ConvTileOp::create(
                  f.b, input, filter, result, extras, position[0], firstGroup,
                  row, column, run.width, g.strides, g.dilations, g.pads,
                  run.interior, schedule.getVectors());
              IRMapping mapping;
              epilogue.cloneInto(&tile.getEpilogue(), mapping);
            });
  };
  auto groupLoop = [&](function_ref<void(Value)> body) {
    f.loopPart(position[1], groupGrain, groups, body);
  };
  auto rowLoop = [&](function_ref<void(Value)> body) {
    f.loopPart(position[2], schedule.getGrain(), g.rows(), body);
  };
  if (schedule.getOrder() == LoopOrder::Rows)
    groupLoop(
        [&](Value group) { rowLoop([&](Value row) { tileRow(group, row); }); });
  else
    rowLoop([&](Value row) {
      groupLoop([&](Value group) { tileRow(group, row); });
    });
}

void veltair::emitDepthwiseLoops(StageFunction &f, LayerOp layer,
                                 kernel::DepthwiseConv2DOp op,
                                 ScheduleAttr schedule) {
  ConvGeometry g = convGeometry(layer, op);
  Type f32 = f.b.getF32Type();
  Value input =
      f.operand(layerOperand(layer, cast<BlockArgument>(op.getInput())).number,
                MemRefType::get(g.input, f32));
  Value filter = f.constant(
      layerOperand(layer, cast<BlockArgument>(op.getFilter())).number,
      MemRefType::get(g.filter, f32));
  auto resultType = cast<RankedTensorType>(layer.getResult(0).getType());
  Value result =
      f.operand(resultOperand(layer, 0),
                MemRefType::get(g.result, resultType.getElementType()));
  Region epilogue;
  SmallVector<Value> extras;
  buildEpilogue(
      f, layer, op, [&](RankedTensorType type) { return viewExtra(g, type); },
      extras, epilogue);

  SmallVector<Value> position = f.delinearizeChunk(
      {g.images(), g.groups(),
       (int64_t)llvm::divideCeil(g.rows(), schedule.getGrain())});
  f.loopPart(position[2], schedule.getGrain(), g.rows(), [&](Value row) {
    emitRow(f, g, schedule.getRows(), g.filter[2],
            [&](Value column, const TileRun &run) {
              auto tile = kernel::DepthwiseTileOp::create(
                  f.b, input, filter, result, extras, position[0], position[1],
                  row, column, run.width, g.strides, g.dilations, g.pads,
                  run.interior);
              IRMapping mapping;
              epilogue.cloneInto(&tile.getEpilogue(), mapping);
            });
  });
}
