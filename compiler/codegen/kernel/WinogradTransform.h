// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Winograd's transforms of vectors, each lane a channel.

#ifndef VELTAIR_COMPILER_CODEGEN_KERNEL_WINOGRADTRANSFORM_H
#define VELTAIR_COMPILER_CODEGEN_KERNEL_WINOGRADTRANSFORM_H

#include "dialects/kernel/Winograd.h"
#include "mlir/IR/Builders.h"

namespace mlir::veltair {

/// Emits the product of a constant matrix with a column of vectors. What the
/// two rows, or columns, of a pair of points have in common is computed once.
class WinogradTransform {
public:
  WinogradTransform(OpBuilder &builder, Location loc, VectorType type)
      : builder(builder), loc(loc), type(type) {}

  /// B^T `column`.
  SmallVector<Value> input(const kernel::Winograd &winograd,
                           ArrayRef<Value> column);
  /// A^T `column`.
  SmallVector<Value> output(const kernel::Winograd &winograd,
                            ArrayRef<Value> column);

private:
  Value constant(double value);
  Value add(Value a, Value b);
  Value subtract(Value a, Value b);
  /// accumulator + factor * value.
  Value multiplyAdd(double factor, Value value, Value accumulator);
  /// The sum of factors[i] / factors[last] * column[i] over i = last, last - 2,
  /// last - 4 and so on.
  Value alternateSum(ArrayRef<double> factors, ArrayRef<Value> column,
                     size_t last);

  OpBuilder &builder;
  Location loc;
  VectorType type;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_KERNEL_WINOGRADTRANSFORM_H
