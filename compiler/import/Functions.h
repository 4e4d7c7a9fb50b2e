// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that a model brings along.

#ifndef VELTAIR_COMPILER_IMPORT_FUNCTIONS_H
#define VELTAIR_COMPILER_IMPORT_FUNCTIONS_H

#include <string>

namespace onnx {
class ModelProto;
} // namespace onnx

namespace mlir::veltair::importer {

/// Replaces the calls of the model's functions by their nodes, whose names and
/// values get the prefix of a call. Returns what is wrong with them, or "".
std::string inlineFunctions(::onnx::ModelProto &model);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_FUNCTIONS_H
