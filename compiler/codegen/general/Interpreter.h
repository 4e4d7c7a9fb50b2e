// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An interpreter of scalar code and loops on buffers.

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H
#define VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace mlir::veltair {

/// Writes an integer or float attribute of whole bytes, in its own width.
void storeScalar(Attribute value, char *target);

/// Executes blocks of operations that have folders, of scf.for and
/// scf.if, and of reads and writes of tensors and memrefs that stand for byte
/// buffers.
class Interpreter {
public:
  /// Stops, with a failure, after about `maxSteps` operations.
  explicit Interpreter(int64_t maxSteps) : stepsLeft(maxSteps) {}

  /// Lets `tensor` stand for read-only `bytes` in row-major order; the caller
  /// keeps them alive.
  void bind(Value tensor, ArrayRef<char> bytes) { constants[tensor] = bytes; }
  /// Lets `memref` stand for `bytes`.
  void bind(Value memref, MutableArrayRef<char> bytes) {
    constants[memref] = bytes;
    buffers[memref] = bytes;
  }
  void set(Value scalar, Attribute value) { scalars[scalar] = value; }

  /// Executes a block and returns the operands of its terminator. Fails for
  /// anything that cannot be executed, and for a false cf.assert.
  FailureOr<SmallVector<Attribute>> run(Block &block);

private:
  LogicalResult execute(Operation &op);
  LogicalResult executeFor(Operation &op);
  LogicalResult executeIf(Operation &op);
  LogicalResult fold(Operation &op);
  FailureOr<Attribute> read(Value buffer, ValueRange index);
  LogicalResult write(Value buffer, ValueRange index, Value value);
  /// The byte offset of an element, bounds checked.
  FailureOr<size_t> offset(Value buffer, ValueRange index);
  LogicalResult assign(ValueRange targets, ArrayRef<Attribute> values);
  FailureOr<int64_t> integer(Value value);

  int64_t stepsLeft;
  llvm::DenseMap<Value, Attribute> scalars;
  llvm::DenseMap<Value, ArrayRef<char>> constants;
  llvm::DenseMap<Value, MutableArrayRef<char>> buffers;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H
