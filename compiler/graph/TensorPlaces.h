// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which memory the tensors between layers show: views and the parts of joins
// have none of their own.

#ifndef VELTAIR_COMPILER_GRAPH_TENSORPLACES_H
#define VELTAIR_COMPILER_GRAPH_TENSORPLACES_H

#include "dialects/veltair/VeltairDialect.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace mlir::veltair {

/// The bytes of a tensor.
int64_t byteSize(Value tensor);

/// A tensor with memory of its own, and where in it another one begins.
struct TensorPlace {
  Value buffer;
  int64_t offset; // bytes
};

/// The places of a program's tensors, for the joins that it was told of.
class TensorPlaces {
public:
  explicit TensorPlaces(ProgramOp program);

  /// Whether a tensor that a layer writes lies outside of the arena: outputs
  /// lie in the caller's memory, their extents in the query's table.
  bool isOutsideArena(Value tensor) const { return outside.contains(tensor); }

  /// Whether the parts can lie one after the other in the memory of `result`:
  /// layers or joins write them and the result in the arena, each part is in no
  /// other join, and begins at a multiple of the arena's alignment.
  bool canJoin(ValueRange parts, Value result) const;
  /// From now on the parts lie in `result`, which is no view. They must be able
  /// to.
  void join(ValueRange parts, Value result);

  /// Looks through views and out of all joins.
  TensorPlace lookup(Value tensor) const;

private:
  llvm::DenseSet<Value> outside;
  llvm::DenseMap<Value, TensorPlace> partOf; // the join that holds a tensor
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_TENSORPLACES_H
