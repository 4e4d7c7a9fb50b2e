// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family of layers is what one kind of root operation needs on its way from a
// graph to code: the schedules worth estimating, what one of them costs, how
// its constants are laid out, and its loops. A new kind of layer is a new
// family and a line in familyOf.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYERFAMILY_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYERFAMILY_H

#include "compiler/codegen/StageFunction.h"
#include "compiler/codegen/backend/Target.h"
#include "compiler/versions/LayerModel.h"

namespace mlir::veltair {

/// Memory that a version needs besides its operands, in bytes.
struct Scratch {
  int64_t worker = 0; ///< for each worker, undefined at a chunk's start
  int64_t shared = 0; ///< for the layer, kept from stage to stage
};

/// Stateless; all members may be called from any thread.
class LayerFamily {
public:
  virtual ~LayerFamily() = default;

  /// Every schedule worth estimating on this instruction set; never none.
  virtual SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                              const TargetIsa &isa) const = 0;

  /// The work and the loop nest of the layer under a schedule.
  virtual LayerModel model(LayerOp layer, ScheduleAttr schedule) const = 0;

  /// How each of the layer's constants is packed.
  virtual SmallVector<PackingAttr> packings(LayerOp layer,
                                            ScheduleAttr schedule) const;

  /// The number of chunks of each stage, in order; each at least 1.
  virtual SmallVector<int64_t> stages(LayerOp layer,
                                      ScheduleAttr schedule) const = 0;

  virtual Scratch scratch(LayerOp layer, ScheduleAttr schedule) const {
    return {};
  }

  /// Versions of one class give bit-identical results.
  virtual int32_t numericsClass(ScheduleAttr schedule) const { return 0; }

  /// Emits the body of the chunk loop of one stage.
  virtual void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
                    unsigned stage) const = 0;
};

/// The family of a layer, told by the operation at its root.
const LayerFamily &familyOf(LayerOp layer);

// One a file of this folder.
const LayerFamily &convolutionFamily();
const LayerFamily &depthwiseFamily();
const LayerFamily &maxPoolFamily();
const LayerFamily &matMulFamily();
const LayerFamily &batchMatMulFamily();
const LayerFamily &attentionFamily();
const LayerFamily &rowsFamily();
const LayerFamily &recurrentFamily();
const LayerFamily &gatherChannelsFamily();
const LayerFamily &generalFamily();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_LAYERFAMILY_H
