// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How passes on a program replace operations and clean up behind themselves.

#ifndef VELTAIR_COMPILER_GRAPH_REWRITEOPS_H
#define VELTAIR_COMPILER_GRAPH_REWRITEOPS_H

#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {

/// Erases the operations whose results nothing needs.
void eraseDeadOps(ProgramOp program);

/// Visits the operations of the program in order; replaces each whose only
/// result `rewrite` gives another value for. Dead operations are erased in the
/// end. Returns how many were replaced.
int64_t rewriteOps(ProgramOp program,
                   function_ref<Value(Operation *op, OpBuilder &)> rewrite);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_REWRITEOPS_H
