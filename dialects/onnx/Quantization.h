// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What quantization and products of quantized tensors share.

#ifndef VELTAIR_DIALECTS_ONNX_QUANTIZATION_H
#define VELTAIR_DIALECTS_ONNX_QUANTIZATION_H

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/Inference.h"

namespace mlir::veltair::onnx {

inline bool isSingle(Value value) { return elementCount(shapeOf(value)) == 1; }

/// Constraint (C2) of a zero point: it is of its tensor's type. Of others,
/// differences would be larger than what products hold exactly.
LogicalResult checkZeroPoint(const Inference &infer, Value x, Value zero);

/// `x`, of whole numbers in f32, moved by the zero point (null: 0) and limited
/// to what `type` holds.
Value moveAndLimit(Composer &c, Value x, Value zero, Type type);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_QUANTIZATION_H
