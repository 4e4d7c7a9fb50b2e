// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/WinogradGroup.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ProductLoops.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

WinogradGroup::WinogradGroup(StageFunction &f, LayerOp layer,
                             const WinogradSizes &s, LoopOrder order)
    : f(f), layer(layer), op(layerRoot<kernel::Conv2DOp>(layer)), s(s),
      order(order) {}

void WinogradGroup::enter(Value group, Value transformed, Value slot) {
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

MemRefType WinogradGroup::transformedType(int64_t slots) const {
  SmallVector<int64_t> shape = s.transformedShape();
  shape.front() *= slots;
  return MemRefType::get(shape, s.element);
}

MemRefType WinogradGroup::productType() const {
  return MemRefType::get(s.productShape(), f.b.getF32Type());
}

void WinogradGroup::transformInput(Value part, int64_t grain) {
  Value input = bindArgument(
      f, layer, op.getInput(),
      MemRefType::get(s.g.input, op.getInput().getType().getElementType()));
  tileLoop([&](Value tile, Value image, Value row, Value column) {
    f.loopPart(part, grain, s.inputGroups, [&](Value channels) {
      kernel::WinogradInputTileOp::create(
          f.b, input, transformed, image, channels, row, column, tile,
          outputs(), s.winograd.taps(), op.getPads(), op.getDilations());
    });
  });
}

// Rows of the last register tile that no tile stands for hold anything, and so
// do their products; nobody reads them.
void WinogradGroup::multiply(Value part, Value products) {
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
                      {1, s.inputGroups, s.group, s.depth / s.inputGroups},
                      {s.inputGroups, s.group, s.depth / s.inputGroups});
    Value rhs = slice(f, filter, {firstGroup, position, zero, zero},
                      {groups, 1, depth, lanes}, {groups, depth, lanes});
    Value result = slice(f, products, {position, zero, zero},
                         {1, s.group, columns}, {s.group, columns});
    productLoop([&](Value row, Value group) {
      storeProducts(f, lhs, rhs, result, row, group, s.rows, s.vectors,
                    s.prefetch());
    });
  });
}

void WinogradGroup::transformOutput(Value part, Value products) {
  Value result = bindResult(f, layer, 0, s.g.result);
  Epilogue epilogue(f, layer, op,
                    [&](RankedTensorType type) { return s.g.viewExtra(type); });
  int64_t groups = s.panelGrain * s.vectors;
  Value firstGroup = arith::MulIOp::create(f.b, part, f.index(groups));
  tileLoop([&](Value tile, Value image, Value row, Value column) {
    f.loop(groups, [&](Value panel) {
      Value group = arith::AddIOp::create(f.b, firstGroup, panel);
      auto outputTile = kernel::WinogradOutputTileOp::create(
          f.b, products, result, epilogue.getExtras(), tile, panel, image,
          group, row, column, outputs(), s.winograd.taps(), op.getDilations());
      epilogue.cloneInto(outputTile.getEpilogue());
    });
  });
}

void WinogradGroup::tileLoop(
    function_ref<void(Value, Value, Value, Value)> body) {
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

Value WinogradGroup::firstResult(Value tile, int64_t dilation) {
  Value step = f.index(outputs() * dilation);
  if (dilation == 1)
    return arith::MulIOp::create(f.b, tile, step);
  Value phase = arith::RemUIOp::create(f.b, tile, f.index(dilation));
  Value place = arith::DivUIOp::create(f.b, tile, f.index(dilation));
  Value first = arith::MulIOp::create(f.b, place, step);
  return arith::AddIOp::create(f.b, first, phase);
}

void WinogradGroup::productLoop(
    function_ref<void(Value row, Value group)> body) {
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
    rowLoop(
        [&](Value row) { panelLoop([&](Value group) { body(row, group); }); });
}
