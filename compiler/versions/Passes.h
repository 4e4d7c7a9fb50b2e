// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_COMPILER_VERSIONS_PASSES_H
#define VELTAIR_COMPILER_VERSIONS_PASSES_H

#include "dialects/veltair/VeltairDialect.h"
#include "mlir/Pass/Pass.h"

namespace mlir::veltair {

#define GEN_PASS_DECL
#include "compiler/versions/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/versions/Passes.h.inc"

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_PASSES_H
