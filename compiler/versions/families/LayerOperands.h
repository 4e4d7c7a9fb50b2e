// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a layer's loops read and write: its operands as buffers, and the
// elementwise operations that follow its root.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYEROPERANDS_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYEROPERANDS_H

#include "compiler/codegen/StageFunction.h"
#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {
namespace kernel {
class StridedViewAttr;
} // namespace kernel
namespace onnx {
class ElementBuilder;
} // namespace onnx

/// The kernel operation at the root of a layer's body; null on the general
/// path.
Operation *layerRoot(LayerOp layer);

/// The same for a family of layers whose root is an `Op`.
template <typename Op> Op layerRoot(LayerOp layer) {
  return cast<Op>(layerRoot(layer));
}

/// The buffer, of type `type`, behind an argument of the layer's body: an
/// operand of the layer or a packed constant of the version.
Value bindArgument(StageFunction &f, LayerOp layer, Value argument,
                   MemRefType type);
/// The buffer of a result of the layer.
Value bindResult(StageFunction &f, LayerOp layer, unsigned result,
                 MemRefType type);
/// The same with the element type of the result and the shape `shape`.
Value bindResult(StageFunction &f, LayerOp layer, unsigned result,
                 ArrayRef<int64_t> shape);

/// The elements that `view` takes of an argument of the layer's body, in place.
Value bindView(StageFunction &f, LayerOp layer, Value argument,
               kernel::StridedViewAttr view);

/// The part of `sizes` elements at `offsets` as a buffer of `shape`, which
/// leaves out dimensions of 1.
Value slice(StageFunction &f, Value buffer, ArrayRef<OpFoldResult> offsets,
            ArrayRef<int64_t> sizes, ArrayRef<int64_t> shape);

/// The last dimensions of a buffer at an index of those before them, where
/// dimensions of 1 are repeated.
Value sliceAt(StageFunction &f, Value buffer, ArrayRef<Value> index);
/// The same, of a buffer with two more dimensions than the index.
Value sliceMatrix(StageFunction &f, Value buffer, ArrayRef<Value> index);

/// `size` columns of a matrix from `first`; a single column is repeated.
Value sliceColumns(StageFunction &f, Value matrix, Value first, int64_t size);

/// Emits `memory[index..., lane] = element(builder, lane)` for all lanes of the
/// last dimension.
void mapRow(StageFunction &f, Value memory, ValueRange index,
            function_ref<Value(OpBuilder &builder, Value lane)> element);

/// The only element of `splat`, in the compute type of its element type.
Value splatElement(onnx::ElementBuilder &b, DenseElementsAttr splat);

/// The elementwise operations behind a layer's root, as the epilogue of a tile.
class Epilogue {
public:
  /// Binds the buffers that the epilogue reads, in the shape that `viewAs`
  /// gives them.
  Epilogue(StageFunction &f, LayerOp layer, Operation *root,
           function_ref<MemRefType(RankedTensorType)> viewAs);

  ValueRange getExtras() const { return extras; }
  /// Copies the epilogue into the region of a tile.
  void cloneInto(Region &tile);
  /// Emits the epilogue of one element, at `index` of the result and of
  /// `extras`, where dimensions of 1 are repeated; returns what to store.
  Value apply(OpBuilder &builder, Value element, ValueRange extras,
              ArrayRef<Value> index);

private:
  Region region;
  SmallVector<Value> extras;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYEROPERANDS_H
