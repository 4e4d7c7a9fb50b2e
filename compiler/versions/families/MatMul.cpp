// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/MatMulAlgorithms.h"

using namespace mlir;
using namespace mlir::veltair;

/// The algorithm that a schedule names.
static const LayerFamily &algorithmOf(ScheduleAttr schedule) {
  return schedule.getAlgorithm() == "strassen" ? strassenMatMul()
                                               : directMatMul();
}

namespace {

/// Products with a constant matrix, by the algorithm of the schedule.
class MatMulFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    SmallVector<ScheduleAttr> all = directMatMul().schedules(layer, isa);
    llvm::append_range(all, strassenMatMul().schedules(layer, isa));
    return all;
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    return algorithmOf(schedule).model(layer, schedule);
  }

  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr schedule) const override {
    return algorithmOf(schedule).packings(layer, schedule);
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return algorithmOf(schedule).stages(layer, schedule);
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    return algorithmOf(schedule).scratch(layer, schedule);
  }

  int32_t numericsClass(ScheduleAttr schedule) const override {
    return algorithmOf(schedule).numericsClass(schedule);
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned stage) const override {
    algorithmOf(schedule).emit(f, layer, schedule, stage);
  }
};

} // namespace

const LayerFamily &veltair::matMulFamily() {
  static const MatMulFamily family;
  return family;
}
