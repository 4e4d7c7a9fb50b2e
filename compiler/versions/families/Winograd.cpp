// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvAlgorithms.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "compiler/versions/families/WinogradGroup.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::Winograd;

namespace {

class WinogradConvolution : public LayerFamily {
public:
  /// By tiles of `size` x `size` elements.
  WinogradConvolution(StringRef name, int64_t size) : name(name), size(size) {}

  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override;
  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// OIHW to [O/16][positions][I][16], several groups of I padded to 16 each:
  /// what a chunk of few output channels reads is one stream. Of bf16, to
  /// [O/16][positions][I/2][16o][2i].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    TiledConvolution c(layer, size);
    int64_t outputs = c.winograd.outputs();
    if (c.pairs)
      return {PackingAttr::get(layer.getContext(), outputs, {}, {0, 2, 3, 1},
                               {0, 3}, {channelGroup, 2}, c.element)};
    return {PackingAttr::get(layer.getContext(), outputs, {}, {0, 2, 3, 1},
                             {3, 0}, {c.depth / c.inputGroups, channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    WinogradSizes s(layer, size, schedule);
    if (s.isFused())
      return {s.tileGroups};
    return {s.tileGroups * s.inputParts(), s.outputParts * s.tileGroups};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    WinogradSizes s(layer, size, schedule);
    if (s.isFused())
      return {s.transformedBytes() + s.productBytes(), 0};
    return {s.productBytes(), s.tileGroups * s.transformedBytes()};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned stage) const override;

private:
  StringRef name;
  int64_t size;
};

} // namespace

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static bool isApplicable(LayerOp layer, int64_t size) {
  kernel::Conv2DOp op = layerRoot<kernel::Conv2DOp>(layer);
  auto isOne = [](int64_t value) { return value == 1; };
  // Packed pairs do not fill the last group of channels.
  if (winogradElement(layer, size).isBF16() &&
      op.getFilter().getType().getDimSize(1) % channelGroup != 0)
    return false;
  return op.getInput().getType().getRank() == 5 && op.getGroups() == 1 &&
         winogradOfSize(layer, size) && llvm::all_of(op.getStrides(), isOne);
}

/// Rows of register tiles that cut the tiles evenly: the most, half of them and
/// so on, for maps of few tiles that several cores share.
static SmallVector<int64_t> tileRows(int64_t tiles, int64_t most) {
  // With fewer rows a tile waits for its weights.
  int64_t least = std::min<int64_t>(tiles, 4);
  llvm::SmallSetVector<int64_t, 8> rows;
  for (int64_t height = std::min(most, tiles); height >= least; height /= 2)
    for (int64_t balanced : ScheduleBuilder::balancedRows(tiles, height))
      rows.insert(balanced);
  return rows.takeVector();
}

SmallVector<ScheduleAttr>
WinogradConvolution::schedules(LayerOp layer, const TargetIsa &isa) const {
  if (!isApplicable(layer, size))
    return {};
  // Scratch memory above this is slower than what it saves.
  constexpr int64_t mostScratch = 8 << 20;
  TiledConvolution c(layer, size);
  // With wide dilation most of a window may lie in the padding, which only
  // direct convolutions leave out.
  if (c.products() >= c.directProducts())
    return {};
  ScheduleBuilder builder(layer.getContext(), isa);
  auto add = [&](int64_t rows, int64_t vectors, int64_t grain, int64_t groups) {
    for (LoopOrder order : {LoopOrder::Rows, LoopOrder::Channels}) {
      auto schedule = ScheduleAttr::get(layer.getContext(), name, rows, vectors,
                                        order, grain, groups);
      Scratch needed = scratch(layer, schedule);
      if (needed.worker + needed.shared <= mostScratch)
        builder.add(name, rows, vectors, order, grain, groups);
    }
  };
  for (int64_t vectors = 1; vectors <= 8; ++vectors) {
    if (c.g.groups() % vectors != 0)
      continue;
    int64_t panels = c.g.groups() / vectors;
    for (int64_t rows : tileRows(c.tiles, builder.maxRows(vectors, 1)))
      for (int64_t grain = 1, tiles = llvm::divideCeil(c.tiles, rows);
           grain < 2 * tiles; grain *= 2)
        for (int64_t parts = 1; parts <= panels; ++parts)
          if (panels % parts == 0)
            add(rows, vectors, std::min(grain, tiles),
                parts == 1 ? 0 : panels / parts);
  }
  return builder.take();
}

//===----------------------------------------------------------------------===//
// Model
//===----------------------------------------------------------------------===//

/// Instructions of a transform to `to` x `to` elements from `from` x `from` (or
/// back) by sums of two and multiply-adds, with its loads and stores.
static int64_t transformOps(int64_t from, int64_t to) {
  int64_t small = std::min(from, to), large = std::max(from, to);
  int64_t each = (large - 2) * large / 2; // one row or column
  bool widens = from == large;
  int64_t rowsAndColumns = widens ? large + small : 2 * large;
  return each * rowsAndColumns + (from * from + to * to) / 2;
}

LayerModel WinogradConvolution::model(LayerOp layer,
                                      ScheduleAttr schedule) const {
  WinogradSizes s(layer, size, schedule);
  int64_t positions = s.winograd.positions();
  int64_t inputBytes =
      bytesOf(layerRoot<kernel::Conv2DOp>(layer).getInput().getType());
  int64_t depth = s.depth, group = s.group, tiles = s.tiles;
  int64_t elementBytes = s.elementBytes;
  int64_t inputOps = transformOps(s.winograd.size(), s.winograd.size()) *
                     s.inputGroups * tiles;

  // The nest of the products: positions stand in the place of images, tiles in
  // that of rows. Input and result, which the products do not touch, are spread
  // over the positions.
  LayerModel model;
  LoopNest &nest = model.nest;
  nest.extents = {positions, s.g.groups(), tiles, 1};
  nest.loops = {{Dim::Group, s.panelGrain * s.vectors},
                {Dim::Row, group},
                {Dim::Image, 1}};
  nest.chunkLoops = 2;
  Loop panels = {Dim::Group, s.vectors}, rows = {Dim::Row, s.rows};
  if (schedule.getOrder() == LoopOrder::Rows)
    nest.loops.append({panels, rows});
  else
    nest.loops.append({rows, panels});

  nest.accesses.push_back({[=](const Extents &e) {
                             return e[0] * e[1] * channelGroup * depth *
                                    elementBytes;
                           },
                           {true, true, false, false}});
  // A worker's scratch memory is the same in each chunk.
  bool fused = s.isFused();
  nest.accesses.push_back({[=](const Extents &e) {
                             int64_t kept =
                                 fused ? std::min(e[2], group) : e[2];
                             return e[0] * kept * depth * elementBytes;
                           },
                           {true, false, !fused, false}});
  nest.accesses.push_back({[=](const Extents &e) {
                             return e[0] * std::min(e[2], group) * e[1] *
                                    channelGroup * 4;
                           },
                           {true, true, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot<kernel::Conv2DOp>(layer));

  model.depth = depth;
  model.pairs = s.pairs;
  for (const TileWork &tile : rowTiles(tiles, group, s.vectors, 1))
    model.tiles.push_back({s.rows, double(s.vectors),
                           positions * s.panels * tile.count *
                               int64_t(llvm::divideCeil(tile.rows, s.rows))});
  model.vectorOps = transformOps(s.winograd.size(), s.winograd.outputs()) *
                    s.g.groups() * tiles;
  model.flops = 2 * s.winograd.taps() * s.winograd.taps() * depth *
                s.g.images() * s.g.groups() * channelGroup * s.g.rows() *
                s.g.columns();
  model.chunks = stages(layer, schedule).back();

  Access input = {[=](const Extents &e) {
                    return inputBytes * e[0] * e[2] / (positions * tiles);
                  },
                  {true, false, true, false}};
  if (fused) {
    nest.accesses.push_back(input);
    model.vectorOps += inputOps;
    return model;
  }
  LayerModel first;
  first.nest.extents = {positions, s.inputGroups, tiles, 1};
  first.nest.loops = {{Dim::Row, group}, {Dim::Group, s.inputGrain()}};
  first.nest.chunkLoops = 2;
  int64_t inputGroups = s.inputGroups;
  first.nest.accesses = {
      {[=](const Extents &e) {
         return inputBytes * e[1] * e[2] / (inputGroups * tiles);
       },
       {true, true, true, false}},
      {[=](const Extents &e) {
         return e[0] * e[1] * channelGroup * e[2] * elementBytes;
       },
       {true, true, true, false},
       /*written=*/true}};
  first.vectorOps = inputOps;
  first.chunks = stages(layer, schedule).front();
  model.earlier.push_back(std::move(first));
  return model;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void WinogradConvolution::emit(StageFunction &f, LayerOp layer,
                               ScheduleAttr schedule, unsigned stage) const {
  WinogradSizes s(layer, size, schedule);
  WinogradGroup group(f, layer, s, schedule.getOrder());
  Value zero = f.index(0);
  if (s.isFused()) {
    Value transformed = f.workerScratch(0, group.transformedType(1));
    Value products = f.workerScratch(s.transformedBytes(), group.productType());
    group.enter(f.getChunk(), transformed, zero);
    group.transformInput(zero, s.inputGroups);
    group.multiply(zero, products);
    group.transformOutput(zero, products);
    return;
  }
  Value transformed = f.sharedScratch(0, group.transformedType(s.tileGroups));
  if (stage == 0) {
    SmallVector<Value> position =
        f.delinearizeChunk({s.tileGroups, s.inputParts()});
    group.enter(position[0], transformed, position[0]);
    group.transformInput(position[1], s.inputGrain());
    return;
  }
  Value products = f.workerScratch(0, group.productType());
  SmallVector<Value> position =
      f.delinearizeChunk({s.outputParts, s.tileGroups});
  group.enter(position[1], transformed, position[1]);
  group.multiply(position[0], products);
  group.transformOutput(position[0], products);
}

const LayerFamily &veltair::winograd4Convolution() {
  static const WinogradConvolution algorithm("winograd4", 6);
  return algorithm;
}

const LayerFamily &veltair::winograd2Convolution() {
  static const WinogradConvolution algorithm("winograd2", 4);
  return algorithm;
}
