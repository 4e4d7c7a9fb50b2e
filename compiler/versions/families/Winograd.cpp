// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/Winograd.h"
#include "compiler/versions/families/ConvAlgorithms.h"
#include "compiler/versions/families/ConvGeometry.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/onnx/Elements.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::Winograd;

static kernel::Conv2DOp rootOf(LayerOp layer) {
  return cast<kernel::Conv2DOp>(layerRoot(layer));
}

/// Dimensions of scratch memory are made odd, so that what is used together
/// does not share few sets of the cache.
static int64_t odd(int64_t size) { return size | 1; }

/// In what the products of F(outputs x outputs, 3x3) are. The sums of F(2x2,
/// 3x3) bear to be rounded to bf16 again; those of F(4x4, 3x3) do not.
static Type elementOf(LayerOp layer, int64_t outputs) {
  Type element = rootOf(layer).getInput().getType().getElementType();
  return outputs == 2 ? element : Float32Type::get(layer.getContext());
}

namespace {

/// A convolution cut into tiles of outputs x outputs results, those of all
/// images in one sequence. Results of a tile are as far apart as the window's
/// elements: with a dilation of d there are d phases of tiles, one after the
/// other in each tile's place.
struct TiledConvolution {
  TiledConvolution(LayerOp layer, int64_t outputs)
      : g(convGeometry(layer, rootOf(layer))), winograd(outputs),
        tileRows(tilesAlong(g.rows(), g.dilations[0])),
        tileColumns(tilesAlong(g.columns(), g.dilations[1])),
        tiles(g.images() * tileRows * tileColumns), inputGroups(g.input[1]),
        depth(inputGroups * channelGroup), element(elementOf(layer, outputs)),
        pairs(element.isBF16()), elementBytes(onnx::elementBytes(element)) {}

  /// Products of a channel, in the transformed tiles and without.
  int64_t products() const { return tiles * winograd.positions(); }
  int64_t directProducts() const {
    return g.images() * taps(g.rows(), g.input[2], g.dilations[0], g.pads[0]) *
           taps(g.columns(), g.input[3], g.dilations[1], g.pads[1]);
  }

  ConvGeometry g;
  Winograd winograd;
  int64_t tileRows, tileColumns, tiles;
  int64_t inputGroups, depth; ///< input channels, in groups and padded
  Type element;               ///< what is multiplied
  bool pairs;                 ///< of bf16
  int64_t elementBytes;

private:
  int64_t tilesAlong(int64_t results, int64_t dilation) const {
    return dilation * llvm::divideCeil(results, winograd.outputs() * dilation);
  }
  /// Elements of the window that meet the input, over all results.
  static int64_t taps(int64_t results, int64_t extent, int64_t dilation,
                      int64_t before) {
    int64_t count = 0;
    for (int64_t result = 0; result < results; ++result)
      for (int64_t tap = 0; tap < Winograd::filterSize; ++tap) {
        int64_t position = result - before + tap * dilation;
        count += position >= 0 && position < extent;
      }
    return count;
  }
};

/// The same under a schedule: groups of tiles are transformed together, their
/// products are matrix products, one a position.
struct Sizes : TiledConvolution {
  Sizes(LayerOp layer, int64_t outputs, ScheduleAttr schedule)
      : TiledConvolution(layer, outputs), rows(schedule.getRows()),
        vectors(schedule.getVectors()), grain(schedule.getGrain()),
        group(rows * grain), tileGroups(llvm::divideCeil(tiles, group)),
        panels(g.groups() / vectors),
        panelGrain(schedule.getGroups() ? schedule.getGroups() : panels),
        outputParts(panels / panelGrain) {}

  /// With all output channels in a chunk, nobody else needs its transformed
  /// input: one stage does everything. Else the first stage transforms it for
  /// all.
  bool isFused() const { return outputParts == 1; }

  /// Input channel groups in a chunk of the first of two stages: about 64
  /// transforms.
  int64_t inputGrain() const {
    return std::min<int64_t>(inputGroups, llvm::divideCeil(64, group));
  }
  int64_t inputParts() const {
    return llvm::divideCeil(inputGroups, inputGrain());
  }

  /// Of one group: [positions, channel groups, tiles, 16] and
  /// [positions, tiles, channels].
  SmallVector<int64_t> transformedShape() const {
    return {winograd.positions(), odd(inputGroups), odd(group), channelGroup};
  }
  SmallVector<int64_t> productShape() const {
    return {winograd.positions(), odd(group),
            odd(panelGrain * vectors) * channelGroup};
  }
  /// Weights are fetched 4 KiB ahead, unless a tile has so few rows that it
  /// reads them as fast as memory gives: prefetches then only compete.
  int64_t prefetch() const { return rows < 6 ? 0 : 64; }

  int64_t transformedBytes() const {
    return ShapedType::getNumElements(transformedShape()) * elementBytes;
  }
  int64_t productBytes() const {
    return ShapedType::getNumElements(productShape()) * 4;
  }

  int64_t rows, vectors, grain;
  int64_t group; ///< tiles
  int64_t tileGroups, panels, panelGrain, outputParts;
};

class WinogradConvolution : public LayerFamily {
public:
  WinogradConvolution(StringRef name, int64_t outputs)
      : name(name), outputs(outputs) {}

  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override;
  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// OIHW to [O/16][positions][I][16], I padded to groups of 16: what a chunk
  /// of few output channels reads is one stream. Of bf16, to
  /// [O/16][positions][I/2][16o][2i].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    Type element = elementOf(layer, outputs);
    if (element.isBF16())
      return {PackingAttr::get(layer.getContext(), outputs, {}, {0, 2, 3, 1},
                               {0, 3}, {channelGroup, 2}, element)};
    return {PackingAttr::get(layer.getContext(), outputs, {}, {0, 2, 3, 1},
                             {3, 0}, {channelGroup, channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    Sizes s(layer, outputs, schedule);
    if (s.isFused())
      return {s.tileGroups};
    return {s.tileGroups * s.inputParts(), s.outputParts * s.tileGroups};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    Sizes s(layer, outputs, schedule);
    if (s.isFused())
      return {s.transformedBytes() + s.productBytes(), 0};
    return {s.productBytes(), s.tileGroups * s.transformedBytes()};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned stage) const override;

private:
  StringRef name;
  int64_t outputs;
};

} // namespace

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static bool isApplicable(LayerOp layer, int64_t outputs) {
  kernel::Conv2DOp op = rootOf(layer);
  auto isOne = [](int64_t value) { return value == 1; };
  // Packed pairs do not fill the last group of channels.
  if (elementOf(layer, outputs).isBF16() &&
      op.getFilter().getType().getDimSize(1) % channelGroup != 0)
    return false;
  return op.getInput().getType().getRank() == 5 && op.getGroups() == 1 &&
         op.getFilter().getType().getDimSize(2) == Winograd::filterSize &&
         op.getFilter().getType().getDimSize(3) == Winograd::filterSize &&
         llvm::all_of(op.getStrides(), isOne);
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
  if (!isApplicable(layer, outputs))
    return {};
  // Scratch memory above this is slower than what it saves.
  constexpr int64_t mostScratch = 8 << 20;
  TiledConvolution c(layer, outputs);
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
        for (int64_t parts = 1; parts <= panels; parts *= 2)
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
  Sizes s(layer, outputs, schedule);
  int64_t positions = s.winograd.positions();
  int64_t inputBytes = bytesOf(rootOf(layer).getInput().getType());
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
  addEpilogueAccesses(nest, layer, rootOf(layer));

  model.depth = depth;
  model.pairs = s.pairs;
  for (const TileWork &tile : rowTiles(tiles, group, s.vectors, 1))
    model.tiles.push_back({s.rows, double(s.vectors),
                           positions * s.panels * tile.count *
                               int64_t(llvm::divideCeil(tile.rows, s.rows))});
  model.vectorOps =
      transformOps(s.winograd.size(), outputs) * s.g.groups() * tiles;
  model.flops = 2 * Winograd::filterSize * Winograd::filterSize * depth *
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

namespace {

/// The three steps for one group of tiles.
class GroupEmitter {
public:
  GroupEmitter(StageFunction &f, LayerOp layer, const Sizes &s, LoopOrder order)
      : f(f), layer(layer), op(rootOf(layer)), s(s), order(order),
        f32(f.b.getF32Type()) {}

  /// Enters group number `group`, whose transformed input is that of number
  /// `slot` in `transformed`.
  void enter(Value group, Value transformed, Value slot) {
    first = arith::MulIOp::create(f.b, group, f.index(s.group));
    count = f.index(s.group);
    rowTiles = f.index(s.grain);
    if (s.tiles % s.group != 0) {
      Value left = arith::SubIOp::create(f.b, f.index(s.tiles), first);
      count = arith::MinUIOp::create(f.b, count, left);
      rowTiles = arith::CeilDivUIOp::create(f.b, count, f.index(s.rows));
    }
    SmallVector<int64_t> shape = s.transformedShape();
    OpFoldResult zero = f.b.getIndexAttr(0);
    Value begin = arith::MulIOp::create(f.b, slot, f.index(positions()));
    this->transformed =
        slice(f, transformed, {begin, zero, zero, zero}, shape, shape);
  }

  /// The transformed inputs of `slots` groups.
  MemRefType transformedType(int64_t slots) const {
    SmallVector<int64_t> shape = s.transformedShape();
    shape.front() *= slots;
    return MemRefType::get(shape, s.element);
  }
  MemRefType productType() const {
    return MemRefType::get(s.productShape(), f32);
  }

  void transformInput(Value part, int64_t grain) {
    Value input = bindArgument(
        f, layer, op.getInput(),
        MemRefType::get(s.g.input, op.getInput().getType().getElementType()));
    tileLoop([&](Value tile, Value image, Value row, Value column) {
      f.loopPart(part, grain, s.inputGroups, [&](Value channels) {
        kernel::WinogradInputTileOp::create(
            f.b, input, transformed, image, channels, row, column, tile,
            outputs(), op.getPads(), op.getDilations());
      });
    });
  }

  /// Rows of the last register tile that no tile stands for hold anything, and
  /// so do their products; nobody reads them.
  void multiply(Value part, Value products) {
    // Channels, or pairs of them.
    int64_t depth = s.pairs ? s.depth / 2 : s.depth;
    int64_t lanes = s.pairs ? 2 * channelGroup : channelGroup;
    Value filter = bindArgument(
        f, layer, op.getFilter(),
        MemRefType::get({s.g.groups(), positions(), depth, lanes}, s.element));
    int64_t groups = s.panelGrain * s.vectors, columns = groups * channelGroup;
    Value firstGroup = arith::MulIOp::create(f.b, part, f.index(groups));
    OpFoldResult zero = f.b.getIndexAttr(0);
    f.loop(positions(), [&](Value position) {
      Value lhs = slice(f, transformed, {position, zero, zero, zero},
                        {1, s.inputGroups, s.group, channelGroup},
                        {s.inputGroups, s.group, channelGroup});
      Value rhs = slice(f, filter, {firstGroup, position, zero, zero},
                        {groups, 1, depth, lanes}, {groups, depth, lanes});
      Value result = slice(f, products, {position, zero, zero},
                           {1, s.group, columns}, {s.group, columns});
      tilesLoop([&](Value row, Value group) {
        storeProducts(f, lhs, rhs, result, row, group, s.rows, s.vectors,
                      s.prefetch());
      });
    });
  }

  void transformOutput(Value part, Value products) {
    Value result = bindResult(f, layer, 0, s.g.result);
    Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
      return s.g.viewExtra(type);
    });
    int64_t groups = s.panelGrain * s.vectors;
    Value firstGroup = arith::MulIOp::create(f.b, part, f.index(groups));
    tileLoop([&](Value tile, Value image, Value row, Value column) {
      f.loop(groups, [&](Value panel) {
        Value group = arith::AddIOp::create(f.b, firstGroup, panel);
        auto outputTile = kernel::WinogradOutputTileOp::create(
            f.b, products, result, epilogue.getExtras(), tile, panel, image,
            group, row, column, outputs(), op.getDilations());
        epilogue.cloneInto(outputTile.getEpilogue());
      });
    });
  }

private:
  int64_t positions() const { return s.winograd.positions(); }
  int64_t outputs() const { return s.winograd.outputs(); }

  /// The tiles of the group: their numbers in it, and the first of their
  /// results.
  void tileLoop(function_ref<void(Value, Value, Value, Value)> body) {
    f.loop(f.index(0), count, [&](Value tile) {
      Value rest = arith::AddIOp::create(f.b, first, tile);
      Value image = f.index(0);
      if (s.g.images() > 1) {
        Value each = f.index(s.tileRows * s.tileColumns);
        image = arith::DivUIOp::create(f.b, rest, each);
        rest = arith::RemUIOp::create(f.b, rest, each);
      }
      Value columns = f.index(s.tileColumns);
      Value row = arith::DivUIOp::create(f.b, rest, columns);
      Value column = arith::RemUIOp::create(f.b, rest, columns);
      body(tile, image, firstResult(row, s.g.dilations[0]),
           firstResult(column, s.g.dilations[1]));
    });
  }

  /// The first row or column of tile number `tile` along that dimension.
  Value firstResult(Value tile, int64_t dilation) {
    Value step = f.index(outputs() * dilation);
    if (dilation == 1)
      return arith::MulIOp::create(f.b, tile, step);
    Value phase = arith::RemUIOp::create(f.b, tile, f.index(dilation));
    Value place = arith::DivUIOp::create(f.b, tile, f.index(dilation));
    Value first = arith::MulIOp::create(f.b, place, step);
    return arith::AddIOp::create(f.b, first, phase);
  }

  /// The register tiles of a matrix product, in the schedule's order.
  void tilesLoop(function_ref<void(Value row, Value group)> body) {
    auto rowLoop = [&](function_ref<void(Value)> inner) {
      f.loop(f.index(0), rowTiles, [&](Value tile) {
        inner(arith::MulIOp::create(f.b, tile, f.index(s.rows)));
      });
    };
    auto panelLoop = [&](function_ref<void(Value)> inner) {
      f.loop(s.panelGrain, [&](Value panel) {
        inner(arith::MulIOp::create(f.b, panel, f.index(s.vectors)));
      });
    };
    if (order == LoopOrder::Rows)
      panelLoop(
          [&](Value group) { rowLoop([&](Value row) { body(row, group); }); });
    else
      rowLoop([&](Value row) {
        panelLoop([&](Value group) { body(row, group); });
      });
  }

  StageFunction &f;
  LayerOp layer;
  kernel::Conv2DOp op;
  const Sizes &s;
  LoopOrder order;
  Type f32;
  Value first, count; ///< tiles of the group
  Value rowTiles;     ///< register tiles along its tiles
  Value transformed;
};

} // namespace

void WinogradConvolution::emit(StageFunction &f, LayerOp layer,
                               ScheduleAttr schedule, unsigned stage) const {
  Sizes s(layer, outputs, schedule);
  GroupEmitter emitter(f, layer, s, schedule.getOrder());
  Value zero = f.index(0);
  if (s.isFused()) {
    Value transformed = f.workerScratch(0, emitter.transformedType(1));
    Value products =
        f.workerScratch(s.transformedBytes(), emitter.productType());
    emitter.enter(f.getChunk(), transformed, zero);
    emitter.transformInput(zero, s.inputGroups);
    emitter.multiply(zero, products);
    emitter.transformOutput(zero, products);
    return;
  }
  Value transformed = f.sharedScratch(0, emitter.transformedType(s.tileGroups));
  if (stage == 0) {
    SmallVector<Value> position =
        f.delinearizeChunk({s.tileGroups, s.inputParts()});
    emitter.enter(position[0], transformed, position[0]);
    emitter.transformInput(position[1], s.inputGrain());
    return;
  }
  Value products = f.workerScratch(0, emitter.productType());
  SmallVector<Value> position =
      f.delinearizeChunk({s.outputParts, s.tileGroups});
  emitter.enter(position[1], transformed, position[1]);
  emitter.multiply(position[0], products);
  emitter.transformOutput(position[0], products);
}

const LayerFamily &veltair::winograd4Convolution() {
  static const WinogradConvolution algorithm("winograd4", 4);
  return algorithm;
}

const LayerFamily &veltair::winograd2Convolution() {
  static const WinogradConvolution algorithm("winograd2", 2);
  return algorithm;
}
