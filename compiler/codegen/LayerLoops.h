// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of a layer under a schedule, down to nano-kernels.

#ifndef VELTAIR_COMPILER_CODEGEN_LAYERLOOPS_H
#define VELTAIR_COMPILER_CODEGEN_LAYERLOOPS_H

#include "compiler/codegen/StageFunction.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {
namespace onnx {
class ElementBuilder;
} // namespace onnx

/// Where a layer's block argument comes from: an operand of the layer, or, for
/// its last arguments, a constant of the version.
struct LayerOperand {
  bool isConstant;
  unsigned number;
};
LayerOperand layerOperand(LayerOp layer, BlockArgument argument);
/// The operand number of a layer's result.
unsigned resultOperand(LayerOp layer, unsigned result);

/// A convolution kernel as loops see it. A pointwise one of stride 1 has no
/// edges: its rows are merged until they are wide enough for register tiles.
struct ConvGeometry {
  SmallVector<int64_t> input, filter, result; // result: [N, groups, OH, OW, 16]
  SmallVector<int64_t> strides, dilations, pads;
  int64_t mergedRows = 1;

  int64_t images() const { return result[0]; }
  int64_t groups() const { return result[1]; }
  int64_t rows() const { return result[2]; }
  int64_t columns() const { return result[3]; }
};
ConvGeometry convGeometry(LayerOp layer, kernel::Conv2DOp op);
ConvGeometry convGeometry(LayerOp layer, kernel::DepthwiseConv2DOp op);

/// The kernel operation at the root of a layer's body; null on the general
/// path.
Operation *layerRoot(LayerOp layer);

/// Chunks of the layer under the schedule.
int64_t countChunks(LayerOp layer, ScheduleAttr schedule);

// Emit the body of the chunk loop.
void emitConvLoops(StageFunction &f, LayerOp layer, kernel::Conv2DOp op,
                   ScheduleAttr schedule);
void emitDepthwiseLoops(StageFunction &f, LayerOp layer,
                        kernel::DepthwiseConv2DOp op, ScheduleAttr schedule);
void emitMatMulLoops(StageFunction &f, LayerOp layer, kernel::MatMulOp op,
                     ScheduleAttr schedule);
void emitGeneralLoops(StageFunction &f, LayerOp layer, ScheduleAttr schedule);

/// The shape of the result as the loops of the general path see it: dimensions
/// that all tensors of an elementwise layer traverse alike are merged.
SmallVector<int64_t> generalShape(LayerOp layer);
/// Whether the layer is computed by the loops of a SequentialOp, as one chunk.
bool isSequential(LayerOp layer);

/// The only element of `splat`, in the compute type of its element type.
Value splatElement(onnx::ElementBuilder &b, DenseElementsAttr splat);

/// Fills the epilogue region of a tile from the elementwise operations that
/// follow `root`; appends the buffers that it reads, in the shape that
/// `viewAs` gives them, to `extras`.
void buildEpilogue(StageFunction &f, LayerOp layer, Operation *root,
                   function_ref<MemRefType(RankedTensorType)> viewAs,
                   SmallVectorImpl<Value> &extras, Region &region);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_LAYERLOOPS_H
