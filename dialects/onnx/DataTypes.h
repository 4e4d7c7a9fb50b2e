// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX's numbering of element types (TensorProto.DataType).

#ifndef VELTAIR_DIALECTS_ONNX_DATATYPES_H
#define VELTAIR_DIALECTS_ONNX_DATATYPES_H

#include "mlir/IR/Types.h"
#include <string>

namespace mlir::veltair::onnx {

/// The element type with ONNX's number `code`; null for strings, complex
/// numbers and unknown codes.
Type typeOfDataType(MLIRContext *context, int64_t code);

/// The name for messages, e.g. "STRING" or "number 77".
std::string nameOfDataType(int64_t code);

/// ONNX's number of an element type of the dialect.
int64_t dataTypeOf(Type elementType);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_DATATYPES_H
