// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvGeometry.h"
#include "dialects/onnx/Elements.h"

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

template <typename OpTy> static ConvGeometry windowGeometry(OpTy op) {
  ConvGeometry g;
  g.input = llvm::to_vector(op.getInput().getType().getShape());
  g.result = llvm::to_vector(op.getResult().getType().getShape());
  g.strides = llvm::to_vector(op.getStrides());
  g.dilations = llvm::to_vector(op.getDilations());
  g.pads = llvm::to_vector(op.getPads());
  return g;
}

/// The filter is not packed yet.
template <typename OpTy> static ConvGeometry filterGeometry(OpTy op) {
  ConvGeometry g = windowGeometry(op);
  g.filter = llvm::to_vector(op.getFilter().getType().getShape());
  g.outputs = g.filter[0];
  g.channels = g.filter[1];
  return g;
}

ConvGeometry veltair::convGeometry(LayerOp layer, kernel::Conv2DOp op) {
  ConvGeometry g = filterGeometry(op);
  g.parts = op.getGroups();
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

ConvGeometry veltair::convGeometry(kernel::DepthwiseConv2DOp op) {
  ConvGeometry g = filterGeometry(op);
  g.parts = g.groups();
  g.filter = {(int64_t)llvm::divideCeil(g.filter[0], channelGroup), g.filter[2],
              g.filter[3], channelGroup};
  return g;
}

ConvGeometry veltair::poolGeometry(kernel::MaxPoolOp op) {
  ConvGeometry g = windowGeometry(op);
  g.parts = g.groups();
  g.channels = 1;
  g.outputs = g.groups() * channelGroup;
  return g;
}

MemRefType ConvGeometry::viewExtra(RankedTensorType type) const {
  return MemRefType::get(mergePixels(type.getShape(), mergedRows),
                         type.getElementType());
}

/// Cuts a row into tiles of `width` columns.
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

void veltair::emitRow(StageFunction &f, const ConvGeometry &g, int64_t width,
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

/// Input positions under `outputs` neighbouring results.
static int64_t reach(int64_t outputs, int64_t window, int64_t stride,
                     int64_t dilation, int64_t size) {
  return std::min(size, (outputs - 1) * stride + (window - 1) * dilation + 1);
}

Access veltair::inputAccess(const ConvGeometry &g, int64_t windowRows,
                            int64_t windowColumns, int64_t pixelBytes) {
  return {[=](const Extents &e) {
            int64_t pixels = reach(e[2], windowRows, g.strides[0],
                                   g.dilations[0], g.input[2]) *
                             reach(e[3], windowColumns, g.strides[1],
                                   g.dilations[1], g.input[3]);
            int64_t parts = llvm::divideCeil(e[1], g.partGroups());
            return e[0] * parts * pixels * pixelBytes;
          },
          {true, g.parts > 1, true, true}};
}

LayerModel veltair::modelDirect(LayerOp layer, Operation *root,
                                const ConvGeometry &g, ScheduleAttr schedule,
                                bool depthwise) {
  LayerModel model;
  LoopNest &nest = model.nest;
  int64_t windowRows = g.filter[depthwise ? 1 : 2];
  int64_t windowColumns = g.filter[depthwise ? 2 : 3];
  Type element =
      cast<RankedTensorType>(root->getOperand(0).getType()).getElementType();
  model.pairs = element.isBF16() && !depthwise;
  int64_t inputBytes = onnx::elementBytes(element);
  int64_t filterBytes = model.pairs ? inputBytes : sizeof(float);
  // Summed over; of pairs, of channels or else of columns, zeros fill the last.
  int64_t channels = g.channels, summedColumns = windowColumns;
  if (model.pairs) {
    int64_t &paired = g.input.size() == 5 ? channels : summedColumns;
    paired = llvm::alignTo(paired, 2);
  }
  int64_t partChannels = depthwise ? channelGroup : channels;
  nest.extents = {g.images(), g.groups(), g.rows(), g.columns()};
  addDirectLoops(nest, schedule, schedule.getVectors(), 1, schedule.getRows());

  nest.accesses.push_back(
      inputAccess(g, windowRows, windowColumns, partChannels * inputBytes));
  nest.accesses.push_back({[=](const Extents &e) {
                             return e[1] * channelGroup * channels *
                                    windowRows * summedColumns * filterBytes;
                           },
                           {false, true, false, false}});
  addEpilogueAccesses(nest, layer, root);

  model.depth = channels * windowRows * summedColumns;
  // The last tile of a row's channels may compute half a vector less.
  int64_t rows = g.images() * g.rows(), vectors = schedule.getVectors();
  model.tiles = rowTiles(g.columns(), schedule.getRows(), vectors,
                         rows * (g.groups() / vectors - 1));
  double missing =
      depthwise ? 0 : g.groups() - double(g.computedOutputs()) / channelGroup;
  llvm::append_range(model.tiles, rowTiles(g.columns(), schedule.getRows(),
                                           vectors - missing, rows));
  model.flops =
      2 * model.depth * g.images() * g.outputs * g.rows() * g.columns();
  return model;
}
