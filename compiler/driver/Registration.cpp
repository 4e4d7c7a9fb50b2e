// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/driver/Registration.h"
#include "compiler/codegen/Passes.h"
#include "compiler/codegen/general/Passes.h"
#include "compiler/graph/Passes.h"
#include "compiler/versions/Passes.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

using namespace mlir;

void mlir::veltair::registerAllVeltairDialects(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<onnx::OnnxDialect, VeltairDialect, kernel::KernelDialect>();
}

void mlir::veltair::registerAllVeltairPasses() {
  registerGeneralPasses();
  registerGraphPasses();
  registerGraphPipelines();
  registerVersionsPasses();
  registerVeltairCodegenPasses();
  registerCodegenPipelines();
}
