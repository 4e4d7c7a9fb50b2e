// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over the vectors of one row.

#ifndef VELTAIR_COMPILER_CODEGEN_KERNEL_ROWLOOP_H
#define VELTAIR_COMPILER_CODEGEN_KERNEL_ROWLOOP_H

#include "mlir/IR/Builders.h"

namespace mlir::veltair {

/// Walks `extent` elements in vectors of `lanes`; the last vector may have
/// fewer valid ones.
class RowLoop {
public:
  RowLoop(OpBuilder &builder, Location loc, int64_t extent, int64_t lanes)
      : builder(builder), loc(loc), extent(extent), lanes(lanes) {}

  /// Calls `body` with the first element and the valid lanes of each vector.
  void forEach(function_ref<void(Value, int64_t)> body);

  /// Folds vectors that `body` makes, given the first element and the valid
  /// lanes, by `combine`; several chains hide the latency. All lanes begin as
  /// `initial`. The result is a vector.
  Value fold(float initial, function_ref<Value(Value, int64_t)> body,
             function_ref<Value(Value, Value)> combine);

private:
  OpBuilder &builder;
  Location loc;
  int64_t extent, lanes;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_KERNEL_ROWLOOP_H
