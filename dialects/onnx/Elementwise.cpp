// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Elementwise.cpp.inc"

Value ReluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.max(x[0], b.constantLike(x[0], 0));
}

Value AddOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.add(x[0], x[1]);
}
