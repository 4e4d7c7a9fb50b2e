// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ConvAlgorithms.h"

using namespace mlir;
using namespace mlir::veltair;

namespace {

struct Algorithm {
  StringLiteral name; ///< in schedules
  const LayerFamily &(*family)();
};

// The place of an algorithm is the numerics class of its versions.
constexpr Algorithm algorithms[] = {{"direct", directConvolution},
                                    {"winograd4", winograd4Convolution},
                                    {"winograd2", winograd2Convolution}};

/// Dense convolutions: each schedule is left to its algorithm.
class ConvolutionFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    SmallVector<ScheduleAttr> all;
    for (const Algorithm &algorithm : algorithms)
      llvm::append_range(all, algorithm.family().schedules(layer, isa));
    return all;
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override {
    return algorithmOf(schedule).family().model(layer, schedule);
  }

  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr schedule) const override {
    return algorithmOf(schedule).family().packings(layer, schedule);
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return algorithmOf(schedule).family().stages(layer, schedule);
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    return algorithmOf(schedule).family().scratch(layer, schedule);
  }

  int32_t numericsClass(ScheduleAttr schedule) const override {
    return &algorithmOf(schedule) - algorithms;
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned stage) const override {
    algorithmOf(schedule).family().emit(f, layer, schedule, stage);
  }

private:
  static const Algorithm &algorithmOf(ScheduleAttr schedule) {
    const Algorithm *found =
        llvm::find_if(algorithms, [&](const Algorithm &algorithm) {
          return algorithm.name == schedule.getAlgorithm();
        });
    assert(found != std::end(algorithms) && "no algorithm of a convolution");
    return *found;
  }
};

} // namespace

const LayerFamily &veltair::convolutionFamily() {
  static const ConvolutionFamily family;
  return family;
}
