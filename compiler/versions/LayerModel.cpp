// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/LayerModel.h"
#include "compiler/codegen/LayerLoops.h"
#include "dialects/onnx/ElementBuilder.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

static int64_t bytesOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type memory = onnx::memoryType(tensor.getElementType());
  return tensor.getNumElements() *
         llvm::divideCeil(memory.getIntOrFloatBitWidth(), 8);
}

/// The loops that all kernels share: chunks of images, groups and rows, then
/// groups and rows of one chunk in the schedule's order, then columns.
static void addLoops(LoopNest &nest, ScheduleAttr schedule, int64_t groupStep,
                     int64_t rowStep, int64_t columnStep) {
  int64_t groupGrain = schedule.getGroups()
                           ? schedule.getGroups() * groupStep
                           : nest.extents[unsigned(Dim::Group)];
  int64_t rowGrain = schedule.getGrain() * rowStep;
  nest.loops = {
      {Dim::Image, 1}, {Dim::Group, groupGrain}, {Dim::Row, rowGrain}};
  nest.chunkLoops = 3;
  Loop groups = {Dim::Group, groupStep}, rows = {Dim::Row, rowStep};
  if (schedule.getOrder() == LoopOrder::Rows)
    nest.loops.append({groups, rows});
  else
    nest.loops.append({rows, groups});
  nest.loops.push_back({Dim::Column, columnStep});
}

/// The result and the other inputs of a layer, which are touched like the
/// result. `bytes` is the result's bytes for one element of the extents.
static void addEpilogue(LoopNest &nest, LayerOp layer, Operation *root,
                        int64_t elements) {
  auto box = [](const Extents &e) { return e[0] * e[1] * e[2] * e[3]; };
  int64_t whole = box(nest.extents);
  auto add = [&](int64_t bytes, bool written) {
    nest.accesses.push_back(
        {[=](const Extents &e) { return bytes * box(e) / whole; },
         {true, true, true, true},
         written});
  };
  add(bytesOf(layer.getResult(0).getType()), /*written=*/true);
  for (BlockArgument argument : layer.getBody().getArguments())
    if (!llvm::is_contained(root->getOperands(), argument) &&
        isa<RankedTensorType>(argument.getType()))
      add(bytesOf(argument.getType()), /*written=*/false);
}

/// Input positions under `outputs` neighbouring results.
static int64_t reach(int64_t outputs, int64_t window, int64_t stride,
                     int64_t dilation, int64_t size) {
  return std::min(size, (outputs - 1) * stride + (window - 1) * dilation + 1);
}

/// Tiles of one row: full ones and the narrower last one.
static SmallVector<TileWork, 4> rowTiles(int64_t columns, int64_t width,
                                         int64_t vectors, int64_t repeats) {
  SmallVector<TileWork, 4> tiles;
  if (columns >= width)
    tiles.push_back({width, vectors, columns / width * repeats});
  if (columns % width)
    tiles.push_back({columns % width, vectors, repeats});
  return tiles;
}

/// `depthwise`: each group of channels has its own input and filter.
static LayerModel modelConv(LayerOp layer, Operation *root,
                            const ConvGeometry &g, ScheduleAttr schedule,
                            bool depthwise) {
  LayerModel model;
  LoopNest &nest = model.nest;
  bool blocked = g.input.size() == 5;
  int64_t lanes = blocked ? channelGroup : 1;
  int64_t windowRows = g.filter[depthwise ? 1 : 2];
  int64_t windowColumns = g.filter[depthwise ? 2 : 3];
  int64_t channels = depthwise ? 1 : g.input[1] * lanes; // summed over
  nest.extents = {g.images(), g.groups(), g.rows(), g.columns()};
  addLoops(nest, schedule, schedule.getVectors(), 1, schedule.getRows());

  nest.accesses.push_back(
      {[=](const Extents &e) {
         int64_t pixels =
             reach(e[2], windowRows, g.strides[0], g.dilations[0], g.input[2]) *
             reach(e[3], windowColumns, g.strides[1], g.dilations[1],
                   g.input[3]);
         int64_t depth = depthwise ? e[1] * channelGroup : channels;
         return e[0] * depth * pixels * 4;
       },
       {true, depthwise, true, true}});
  nest.accesses.push_back({[=](const Extents &e) {
                             return e[1] * channelGroup * channels *
                                    windowRows * windowColumns * 4;
                           },
                           {false, true, false, false}});
  addEpilogue(nest, layer, root, 0);

  model.depth = channels * windowRows * windowColumns;
  model.tiles =
      rowTiles(g.columns(), schedule.getRows(), schedule.getVectors(),
               g.images() * g.rows() * g.groups() / schedule.getVectors());
  model.flops = 2 * model.depth * g.images() * g.groups() * channelGroup *
                g.rows() * g.columns();
  return model;
}

static LayerModel modelMatMul(LayerOp layer, kernel::MatMulOp op,
                              ScheduleAttr schedule) {
  LayerModel model;
  LoopNest &nest = model.nest;
  RankedTensorType type = op.getResult().getType();
  int64_t columns = type.getShape().back();
  int64_t rows = type.getNumElements() / columns;
  int64_t groups = llvm::divideCeil(columns, channelGroup);
  model.depth = op.getLhs().getType().getShape().back();
  int64_t depth = model.depth;
  nest.extents = {1, groups, rows, 1};
  addLoops(nest, schedule, schedule.getVectors(), schedule.getRows(), 1);
  nest.accesses.push_back({[=](const Extents &e) { return e[2] * depth * 4; },
                           {false, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[1] * channelGroup * depth * 4; },
       {false, true, false, false}});
  addEpilogue(nest, layer, op, 0);
  for (const TileWork &tile :
       rowTiles(groups, schedule.getVectors(), 1, 1)) // panels: width = vectors
    for (const TileWork &rowTile :
         rowTiles(rows, schedule.getRows(), tile.rows, tile.count))
      model.tiles.push_back(rowTile);
  model.flops = 2 * depth * rows * columns;
  return model;
}

static LayerModel modelGeneral(LayerOp layer, ScheduleAttr schedule) {
  LayerModel model;
  LoopNest &nest = model.nest;
  int64_t rows = 1, columns = 1;
  if (!isSequential(layer)) {
    SmallVector<int64_t> shape = generalShape(layer);
    columns = std::max<int64_t>(1, shape.back());
    rows = std::max<int64_t>(
        1, ShapedType::getNumElements(ArrayRef(shape).drop_back()));
  }
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
  return model;
}

LayerModel veltair::modelLayer(LayerOp layer, ScheduleAttr schedule) {
  Operation *root = layerRoot(layer);
  LayerModel model;
  if (auto conv = dyn_cast_or_null<kernel::Conv2DOp>(root))
    model = modelConv(layer, root, convGeometry(layer, conv), schedule, false);
  else if (auto conv = dyn_cast_or_null<kernel::DepthwiseConv2DOp>(root))
    model = modelConv(layer, root, convGeometry(layer, conv), schedule, true);
  else if (auto product = dyn_cast_or_null<kernel::MatMulOp>(root))
    model = modelMatMul(layer, product, schedule);
  else
    model = modelGeneral(layer, schedule);
  model.chunks = countChunks(layer, schedule);
  return model;
}

SmallVector<PackingAttr> veltair::constantPackings(LayerOp layer) {
  MLIRContext *context = layer.getContext();
  Operation *root = layerRoot(layer);
  PackingAttr packing;
  auto pack = [&](ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation,
                  ArrayRef<int64_t> inner) {
    SmallVector<int64_t> tiles(inner.size(), channelGroup);
    return PackingAttr::get(context, shape, permutation, inner, tiles);
  };
  if (auto conv = dyn_cast_or_null<kernel::Conv2DOp>(root)) {
    // OIHW to [O/16][I/16][H][W][16i][16o], or [O/16][I][H][W][16o].
    bool blocked = conv.getInput().getType().getRank() == 5;
    packing = blocked ? pack({}, {}, {1, 0}) : pack({}, {}, {0});
  } else if (auto conv = dyn_cast_or_null<kernel::DepthwiseConv2DOp>(root)) {
    ArrayRef<int64_t> shape = conv.getFilter().getType().getShape();
    packing = pack({shape[0], shape[2], shape[3]}, {}, {0});
  } else if (auto product = dyn_cast_or_null<kernel::MatMulOp>(root)) {
    // [K, N] to [N/16][K][16].
    packing =
        product.getTransposeRhs() ? pack({}, {}, {0}) : pack({}, {1, 0}, {0});
  } else {
    packing = pack({}, {}, {});
  }
  return SmallVector<PackingAttr>(layer.getConstants().size(), packing);
}
