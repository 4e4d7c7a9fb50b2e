// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The function of one stage of one version: its frame, its chunk loop and the
// memory it works on.

#ifndef VELTAIR_COMPILER_CODEGEN_STAGEFUNCTION_H
#define VELTAIR_COMPILER_CODEGEN_STAGEFUNCTION_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::veltair {

/// Builds `func.func @name(%args, %begin, %end, %scratch) -> i32` with the
/// signature of veltair_stage_function, whose body is a loop over the chunks
/// [begin, end).
class StageFunction {
public:
  /// Creates the function at the end of `module`. Afterwards `b` stands in the
  /// body of the chunk loop.
  StageFunction(ModuleOp module, StringRef name, Location loc);

  /// The number of the chunk.
  Value getChunk() const { return chunk; }

  /// Operand `number` of the layer, or constant `number` of the version, as a
  /// buffer of `type`.
  Value operand(unsigned number, MemRefType type);
  Value constant(unsigned number, MemRefType type);

  /// A buffer `offset` bytes into the worker's scratch memory, or into that
  /// which the layer's stages share.
  Value workerScratch(int64_t offset, MemRefType type);
  Value sharedScratch(int64_t offset, MemRefType type);

  /// Makes the function return `code` once a condition is false.
  void check(OpBuilder &builder, Value condition, int32_t code);

  /// The position of the chunk in a space of `extents` chunks, the last
  /// dimension the fastest.
  SmallVector<Value> delinearizeChunk(ArrayRef<int64_t> extents);

  /// A loop over [lower, upper) at the insertion point of `b`.
  void loop(Value lower, Value upper, function_ref<void(Value)> body);
  /// A loop over [0, extent); none for an extent of 1.
  void loop(int64_t extent, function_ref<void(Value)> body);
  /// A loop over part `part` of [0, extent) cut in parts of `grain`, as far as
  /// it lies before `end` when that is given.
  void loopPart(Value part, int64_t grain, int64_t extent,
                function_ref<void(Value)> body, Value end = {});

  /// if (condition) then else otherwise.
  void branch(Value condition, function_ref<void()> then,
              function_ref<void()> otherwise);

  Value index(int64_t value);

  ImplicitLocOpBuilder b;

private:
  func::FuncOp function;
  Value chunk;
  /// Where faults are recorded; null while no check was made.
  Value fault;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_STAGEFUNCTION_H
