// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands twice in a model and may stand there once.

#ifndef VELTAIR_COMPILER_IMPORT_REPETITIONS_H
#define VELTAIR_COMPILER_IMPORT_REPETITIONS_H

#include <string>

namespace onnx {
class ModelProto;
} // namespace onnx

namespace mlir::veltair::importer {

/// Checks that names are unique: of a node's attributes; of the inputs, of the
/// initializers and of all values of a graph or function; of the outputs of the
/// model and of functions. An initializer may be called like an input, and a
/// graph inside may use the names around it anew. Returns what stands twice
/// (one of all), or "".
std::string checkRepetitions(const ::onnx::ModelProto &model);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_REPETITIONS_H
