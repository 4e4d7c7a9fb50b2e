// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/WinogradSizes.h"
#include "compiler/versions/families/LayerOperands.h"
#include "dialects/onnx/Elements.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::Winograd;

std::optional<Winograd> veltair::winogradOfSize(LayerOp layer, int64_t size) {
  ArrayRef<int64_t> filter = layerRoot<kernel::Conv2DOp>(layer)
                                 .getFilter()
                                 .getType()
                                 .getShape()
                                 .take_back(2);
  int64_t taps = filter[0], outputs = size - taps + 1;
  if (filter[1] != taps || !Winograd::isSupported(outputs, taps))
    return std::nullopt;
  return Winograd(outputs, taps);
}

Type veltair::winogradElement(LayerOp layer, int64_t size) {
  Type element =
      layerRoot<kernel::Conv2DOp>(layer).getInput().getType().getElementType();
  return size == 4 ? element : Float32Type::get(layer.getContext());
}

/// Dimensions of scratch memory are made odd, so that what is used together
/// does not share few sets of the cache.
static int64_t odd(int64_t size) { return size | 1; }

/// Tiles in a row or column of results.
static int64_t tilesAlong(int64_t results, int64_t outputs, int64_t dilation) {
  return dilation * llvm::divideCeil(results, outputs * dilation);
}

/// Elements of the window that meet the input, over all results.
static int64_t countTaps(int64_t taps, int64_t results, int64_t extent,
                         int64_t dilation, int64_t before) {
  int64_t count = 0;
  for (int64_t result = 0; result < results; ++result)
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t position = result - before + tap * dilation;
      count += position >= 0 && position < extent;
    }
  return count;
}

TiledConvolution::TiledConvolution(LayerOp layer, int64_t size)
    : g(convGeometry(layer, layerRoot<kernel::Conv2DOp>(layer))),
      winograd(*winogradOfSize(layer, size)),
      tileRows(tilesAlong(g.rows(), winograd.outputs(), g.dilations[0])),
      tileColumns(tilesAlong(g.columns(), winograd.outputs(), g.dilations[1])),
      tiles(g.images() * tileRows * tileColumns), inputGroups(g.input[1]),
      depth(inputGroups == 1 ? g.channels : inputGroups * channelGroup),
      element(winogradElement(layer, size)), pairs(element.isBF16()),
      elementBytes(onnx::elementBytes(element)) {}

int64_t TiledConvolution::directProducts() const {
  int64_t taps = winograd.taps();
  return g.images() *
         countTaps(taps, g.rows(), g.input[2], g.dilations[0], g.pads[0]) *
         countTaps(taps, g.columns(), g.input[3], g.dilations[1], g.pads[1]);
}

WinogradSizes::WinogradSizes(LayerOp layer, int64_t size, ScheduleAttr schedule)
    : TiledConvolution(layer, size), rows(schedule.getRows()),
      vectors(schedule.getVectors()), grain(schedule.getGrain()),
      group(rows * grain), tileGroups(llvm::divideCeil(tiles, group)),
      panels(g.groups() / vectors),
      panelGrain(schedule.getGroups() ? schedule.getGroups() : panels),
      outputParts(panels / panelGrain) {}

SmallVector<int64_t> WinogradSizes::transformedShape() const {
  return {winograd.positions(), odd(inputGroups), odd(group), channelGroup};
}

SmallVector<int64_t> WinogradSizes::productShape() const {
  return {winograd.positions(), odd(group),
          odd(panelGrain * vectors) * channelGroup};
}
