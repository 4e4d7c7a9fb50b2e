// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/LayerModel.h"
#include "dialects/onnx/ElementBuilder.h"

using namespace mlir;
using namespace mlir::veltair;

int64_t veltair::bytesOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  Type memory = onnx::memoryType(tensor.getElementType());
  return tensor.getNumElements() *
         llvm::divideCeil(memory.getIntOrFloatBitWidth(), 8);
}

void veltair::addDirectLoops(LoopNest &nest, ScheduleAttr schedule,
                             int64_t groupStep, int64_t rowStep,
                             int64_t columnStep) {
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

void veltair::addEpilogueAccesses(LoopNest &nest, LayerOp layer,
                                  Operation *root) {
  auto box = [](const Extents &e) { return e[0] * e[1] * e[2] * e[3]; };
  int64_t whole = std::max<int64_t>(1, box(nest.extents));
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

SmallVector<TileWork, 4> veltair::rowTiles(int64_t columns, int64_t width,
                                           double vectors, int64_t repeats) {
  SmallVector<TileWork, 4> tiles;
  if (columns >= width)
    tiles.push_back({width, vectors, columns / width * repeats});
  if (columns % width)
    tiles.push_back({columns % width, vectors, repeats});
  return tiles;
}
