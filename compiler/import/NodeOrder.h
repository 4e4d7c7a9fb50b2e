// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order in which the nodes of a graph are imported.

#ifndef VELTAIR_COMPILER_IMPORT_NODEORDER_H
#define VELTAIR_COMPILER_IMPORT_NODEORDER_H

#include "compiler/import/Program.h"
#include <string>

namespace mlir::veltair::importer {

/// Appends the nodes of `model.graph` to `model.order` so that what a node, or
/// a graph inside of it, reads comes first. The order of the file is kept where
/// possible. Values must have unique names. Returns what forbids it (a cycle),
/// or "".
std::string sortNodes(ModelContext &model);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_NODEORDER_H
