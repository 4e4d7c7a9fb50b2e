// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The texts of a model that go into artifacts.

#ifndef VELTAIR_COMPILER_IMPORT_TEXTS_H
#define VELTAIR_COMPILER_IMPORT_TEXTS_H

#include <string>

namespace onnx {
class ModelProto;
} // namespace onnx

namespace mlir::veltair::importer {

/// Checks names and metadata: artifacts hold them as texts, which end at the
/// first zero; in a file they may be any bytes. Returns which one is no text in
/// UTF-8 or has zeros (the first), or "".
std::string checkTexts(const ::onnx::ModelProto &model);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_TEXTS_H
