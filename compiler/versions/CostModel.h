// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a version costs in a situation: pure functions.

#ifndef VELTAIR_COMPILER_VERSIONS_COSTMODEL_H
#define VELTAIR_COMPILER_VERSIONS_COSTMODEL_H

#include "compiler/codegen/backend/MachineModel.h"
#include "compiler/codegen/backend/Target.h"
#include "compiler/versions/LayerModel.h"

namespace mlir::veltair {

/// A state of the machine in which a version runs.
struct Situation {
  int64_t cores;   ///< of the team
  int64_t l3Bytes; ///< share of the last-level cache
};

/// Estimated cycles of a layer in a situation.
double estimateCycles(const LayerModel &model, const TargetIsa &isa,
                      const MachineModel &machine, Situation situation);

/// How well a team can share the chunks: 1 where there are enough for teams
/// whose size changes, or the layer is short; less where there are fewer; 0
/// where they are too short to be worth handing out.
double evenness(const LayerModel &model, const TargetIsa &isa,
                const MachineModel &machine);

/// The cache usage that artifacts carry.
CacheUsageAttr cacheUsage(MLIRContext *context, const LayerModel &model);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_COSTMODEL_H
