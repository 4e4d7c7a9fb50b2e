// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "dialects/kernel/KernelDialect.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::veltair;

SmallVector<PackingAttr> LayerFamily::packings(LayerOp layer,
                                               ScheduleAttr) const {
  return SmallVector<PackingAttr>(
      layer.getConstants().size(),
      PackingAttr::get(layer.getContext(), {}, {}, {}, {}));
}

const LayerFamily &veltair::familyOf(LayerOp layer) {
  Operation *root = layerRoot(layer);
  if (!root)
    return generalFamily();
  return *llvm::TypeSwitch<Operation *, const LayerFamily *>(root)
              .Case<kernel::Conv2DOp>(
                  [](Operation *) { return &convolutionFamily(); })
              .Case<kernel::DepthwiseConv2DOp>(
                  [](Operation *) { return &depthwiseFamily(); })
              .Case<kernel::MaxPoolOp>(
                  [](Operation *) { return &maxPoolFamily(); })
              .Case<kernel::MatMulOp>(
                  [](Operation *) { return &matMulFamily(); })
              .Case<kernel::BatchMatMulOp>(
                  [](Operation *) { return &batchMatMulFamily(); })
              .Case<kernel::AttentionOp>(
                  [](Operation *) { return &attentionFamily(); })
              .Case<kernel::NormalizeRowsOp, kernel::SoftmaxRowsOp>(
                  [](Operation *) { return &rowsFamily(); })
              .Case<kernel::GatherChannelsOp>(
                  [](Operation *) { return &gatherChannelsFamily(); })
              .Case<kernel::RecurrentOp>(
                  [](Operation *) { return &recurrentFamily(); });
}
