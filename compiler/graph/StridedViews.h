// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Follows operations that only move elements back to the tensor whose memory
// holds them.

#ifndef VELTAIR_COMPILER_GRAPH_STRIDEDVIEWS_H
#define VELTAIR_COMPILER_GRAPH_STRIDEDVIEWS_H

#include "dialects/kernel/KernelDialect.h"
#include <optional>

namespace mlir::veltair {

/// A tensor as part of the memory of another one. Sizes and strides are in
/// elements.
struct StridedView {
  Value memory;
  int64_t offset = 0;
  SmallVector<int64_t> sizes, strides;

  /// Dimensions of 1 and more are added in front up to the rank of `shape`,
  /// dimensions of 1 are repeated. False when that does not give `shape`.
  bool broadcastTo(ArrayRef<int64_t> shape);
  kernel::StridedViewAttr getAttr() const;
};

/// What is behind reshapes, transpositions, and parts of tensors (Slice, Split,
/// Gather of one index). With `factor`, products and quotients with a constant
/// number are passed, too: `value` is the view times `factor`.
StridedView traceView(Value value, float *factor = nullptr);

/// The number that `value` is a constant of, if all its elements are equal.
std::optional<float> getConstantNumber(Value value);

/// `op` as a product of one of its operands with a constant number: the operand
/// and the number. Nothing for operations but Mul and Div of f32.
std::optional<std::pair<Value, float>> asScaling(Operation *op);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_STRIDEDVIEWS_H
