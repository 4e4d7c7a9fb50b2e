// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators on sequences, resolved during import.

#ifndef VELTAIR_COMPILER_IMPORT_SEQUENCES_H
#define VELTAIR_COMPILER_IMPORT_SEQUENCES_H

#include "compiler/import/Node.h"

namespace mlir::veltair::importer {

/// True for the operators that resolveSequence understands.
bool isSequenceOperator(StringRef op);

/// Replaces a node of such an operator by values or an operation on tensors:
/// sets `result`, or rewrites the node into another operator and leaves
/// `result` null. Sets node.problem when it cannot be resolved.
void resolveSequence(Node &node, Value &result);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_SEQUENCES_H
