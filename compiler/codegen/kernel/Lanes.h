// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar bodies on vectors: what the lowerings of nano-kernels share.

#ifndef VELTAIR_COMPILER_CODEGEN_KERNEL_LANES_H
#define VELTAIR_COMPILER_CODEGEN_KERNEL_LANES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/IRMapping.h"

namespace mlir::veltair {

/// Constant index.
Value constantIndex(OpBuilder &builder, Location loc, int64_t value);

/// `index + offset`; no operation for an offset of 0.
Value offsetIndex(OpBuilder &builder, Location loc, Value index,
                  int64_t offset);

/// `value`, broadcast to `lanes` lanes when it is a scalar.
Value broadcastLanes(OpBuilder &builder, Location loc, Value value,
                     int64_t lanes);

/// Emits `body` for the lanes of a group of channels, `lanes` at a time: once,
/// or in a loop.
void forLanes(OpBuilder &builder, Location loc, int64_t lanes,
              function_ref<void(Value lane)> body);

/// Clones `op`, which is elementwise or a constant, on vectors of `lanes`
/// lanes: operands are taken from `mapping`, results are added to it.
void cloneOnLanes(OpBuilder &builder, Operation &op, IRMapping &mapping,
                  int64_t lanes);

/// Loads `valid` elements from the innermost dimension of `memref` at
/// `indices`, as a vector of `lanes` >= `valid` lanes.
Value loadLanes(OpBuilder &builder, Location loc, Value memref,
                ValueRange indices, int64_t lanes, int64_t valid);
/// The same as numbers of f32; those of bf16 in memory are widened.
Value loadFloats(OpBuilder &builder, Location loc, Value memref,
                 ValueRange indices, int64_t lanes, int64_t valid);
/// Numbers of f32 from what was loaded of f32 or bf16.
Value widenLanes(OpBuilder &builder, Location loc, Value loaded);
/// Stores all lanes of `vector`, of f32, rounded where memory holds bf16.
void storeFloats(OpBuilder &builder, Location loc, Value vector, Value memref,
                 ValueRange indices);
/// Stores the first `valid` lanes of `vector`.
void storeLanes(OpBuilder &builder, Location loc, Value vector, Value memref,
                ValueRange indices, int64_t valid);

/// Emits the epilogue region of a tile on vectors. Loads of extra operands that
/// do not depend on the `invariantDim`th index (the columns or rows of the
/// tile) are emitted once for each distinct rest of the index.
class EpilogueEmitter {
public:
  EpilogueEmitter(Region &region, ValueRange extras, int64_t invariantDim,
                  int64_t lanes)
      : region(region), extras(extras), invariantDim(invariantDim),
        lanes(lanes) {}

  /// The results of `accumulator`, whose lanes begin at `index` of the result;
  /// `valid` lanes exist.
  Value emit(OpBuilder &builder, Location loc, Value accumulator,
             ArrayRef<Value> index, int64_t valid);

  /// Stores the results of accumulators of neighbours along the
  /// `invariantDim`th dimension of `memref`; `index` is that of the first lane
  /// of the first one.
  void store(OpBuilder &builder, Location loc, ValueRange accumulators,
             Value memref, ArrayRef<Value> index);

private:
  Value loadExtra(OpBuilder &builder, Location loc, unsigned number,
                  ArrayRef<Value> index, int64_t valid);

  Region &region;
  ValueRange extras;
  int64_t invariantDim;
  int64_t lanes;
  /// Loaded invariant extras: by number and the other indices.
  std::map<std::pair<unsigned, std::vector<void *>>, Value> invariant;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_KERNEL_LANES_H
