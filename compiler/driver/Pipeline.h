// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The passes from an imported model to functions in the LLVM dialect.

#ifndef VELTAIR_COMPILER_DRIVER_PIPELINE_H
#define VELTAIR_COMPILER_DRIVER_PIPELINE_H

#include "compiler/driver/Driver.h"
#include "mlir/Pass/PassManager.h"

namespace mlir::veltair {

/// Appends the passes up to the level that `options` asks for.
void buildPipeline(OpPassManager &manager, const DriverOptions &options);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_DRIVER_PIPELINE_H
