// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes between import and the choice of versions.

#ifndef VELTAIR_COMPILER_GRAPH_PASSES_H
#define VELTAIR_COMPILER_GRAPH_PASSES_H

#include "dialects/veltair/VeltairDialect.h"
#include "mlir/Pass/Pass.h"

namespace mlir::veltair {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/graph/Passes.h.inc"

/// Appends to a pass manager of programs what makes layers of the operations
/// that import leaves; with `bf16`, kernels compute products of bf16.
/// `plan-memory` belongs behind the choice of versions,
/// which may need memory too.
void addGraphPasses(OpPassManager &programs, bool bf16 = false);

/// Registers `graph`, these passes on a module, with the pass manager's textual
/// form.
void registerGraphPipelines();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_PASSES_H
