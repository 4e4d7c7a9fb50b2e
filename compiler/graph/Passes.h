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

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_PASSES_H
