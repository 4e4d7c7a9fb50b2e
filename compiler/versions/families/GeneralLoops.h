// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of layers without a kernel of their own.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_GENERALLOOPS_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_GENERALLOOPS_H

#include "compiler/codegen/StageFunction.h"
#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {

/// The shape of the result as the loops see it: dimensions that all tensors of
/// an elementwise layer traverse alike are merged. Rank at least 1.
SmallVector<int64_t> generalShape(LayerOp layer);

/// Whether the layer is computed by the loops of a SequentialOp, as one chunk.
bool isSequential(LayerOp layer);

/// Emits the body of the chunk loop.
void emitGeneralLoops(StageFunction &f, LayerOp layer, ScheduleAttr schedule);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_GENERALLOOPS_H
