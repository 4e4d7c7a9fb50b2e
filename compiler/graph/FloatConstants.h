// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constants of f32, whose bytes stay outside the IR.

#ifndef VELTAIR_COMPILER_GRAPH_FLOATCONSTANTS_H
#define VELTAIR_COMPILER_GRAPH_FLOATCONSTANTS_H

#include "mlir/IR/Builders.h"
#include <optional>
#include <vector>

namespace mlir::veltair {

/// The elements of a tensor that is a constant of f32, in row-major order;
/// nothing for others.
std::optional<std::vector<float>> readFloats(Value value);

/// A constant of f32. `values` has an element for each of the tensor's.
Value makeFloats(OpBuilder &builder, Location location, ArrayRef<int64_t> shape,
                 ArrayRef<float> values);

/// `value`, a constant of other floating-point numbers, as one of f32; null for
/// others.
Value constantInF32(OpBuilder &builder, Location location, Value value);

/// `value`, a constant that broadcasts along all dimensions of a tensor of
/// shape `shape` but dimension 1: its `shape[1]` numbers. Nothing when it is
/// none or has another rank than a scalar's or at most the tensor's.
std::optional<std::vector<float>> readChannels(Value value,
                                               ArrayRef<int64_t> shape);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_FLOATCONSTANTS_H
