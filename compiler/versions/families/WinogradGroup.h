// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a chunk of Winograd's algorithm does, for one group of tiles.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADGROUP_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADGROUP_H

#include "compiler/codegen/StageFunction.h"
#include "compiler/versions/families/WinogradSizes.h"

namespace mlir::veltair {

/// Emits the three steps for a group of tiles into a stage function: the
/// transforms of its input, a matrix product a position, and the transforms
/// back.
class WinogradGroup {
public:
  WinogradGroup(StageFunction &f, LayerOp layer, const WinogradSizes &s,
                LoopOrder order);

  /// Enters group number `group`, whose transformed input is that of number
  /// `slot` in `transformed`.
  void enter(Value group, Value transformed, Value slot);

  /// The transformed inputs of `slots` groups.
  MemRefType transformedType(int64_t slots) const;
  /// The products of one group.
  MemRefType productType() const;

  /// Transforms part `part` of the input channel groups, cut in parts of
  /// `grain`.
  void transformInput(Value part, int64_t grain);
  /// Multiplies with the filters of part `part` of the output channels.
  void multiply(Value part, Value products);
  /// Stores the results of part `part` of the output channels.
  void transformOutput(Value part, Value products);

private:
  int64_t positions() const { return s.winograd.positions(); }
  int64_t outputs() const { return s.winograd.outputs(); }

  /// The tiles of the group: their numbers in it, and the image, row and column
  /// of the first of their results.
  void
  tileLoop(function_ref<void(Value tile, Value image, Value row, Value column)>
               body);
  /// The first row or column of tile number `tile` along that dimension.
  Value firstResult(Value tile, int64_t dilation);
  /// The register tiles of a matrix product, in the schedule's order.
  void productLoop(function_ref<void(Value row, Value group)> body);

  StageFunction &f;
  LayerOp layer;
  kernel::Conv2DOp op;
  const WinogradSizes &s;
  LoopOrder order;
  Value first, count; ///< tiles of the group
  Value rowTiles;     ///< register tiles along its tiles
  Value transformed;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_WINOGRADGROUP_H
