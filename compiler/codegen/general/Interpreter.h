// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An interpreter of scalar code and loops on buffers.

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H
#define VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/FunctionExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>
#include <vector>

namespace mlir::veltair {

/// Executes blocks of scalar operations, of scf.for and scf.if, and of reads
/// and writes of memrefs that stand for byte buffers.
///
/// A block is translated once, into actions on a table of scalars. No value
/// becomes an attribute, which would stay in the context for good, but those of
/// operations that have no action here: these are left to their folders.
class Interpreter {
public:
  /// Stops, with a failure, after about `maxSteps` operations.
  explicit Interpreter(int64_t maxSteps) : stepsLeft(maxSteps) {}

  /// Lets `memref` stand for read-only `bytes`: the elements in row-major
  /// order, or one that all of them are. The caller keeps the bytes alive.
  void bind(Value memref, ArrayRef<char> bytes) { constants[memref] = bytes; }
  /// Lets `memref` stand for `bytes`.
  void bind(Value memref, MutableArrayRef<char> bytes) {
    constants[memref] = bytes;
    buffers[memref] = bytes;
  }

  /// Executes a block once. Fails for anything that cannot be executed and for
  /// a false cf.assert; and at once where loops of constant bounds take more
  /// steps than there are.
  LogicalResult run(Block &block);

  /// What is left of `maxSteps`; less than 0 where they did not suffice.
  int64_t getStepsLeft() const { return stepsLeft; }

private:
  /// The bits of a scalar: an integer is extended by zeros, an index one of 64
  /// bits.
  using Word = uint64_t;
  /// A step, on the table of scalars. False: it cannot be done.
  using Action = llvm::unique_function<bool(Word *)>;
  using Slots = SmallVector<unsigned, 4>; // places in the table

  /// What a block becomes.
  struct Code {
    std::vector<Action> actions;
    int64_t steps = 0;  // of one execution, without those of inner blocks
    uint64_t least = 0; // of one execution, with inner loops of known bounds
  };

  static unsigned widthOf(Type type);

  bool execute(Code &code);

  // Translation. False where something has no meaning here.
  bool translate(Block &block, Code &code);
  bool translate(Operation &op, Code &code);
  bool addLoop(Operation &op, Code &code);
  bool addBranch(Operation &op, Code &code);
  bool addLoad(Operation &op, Code &code);
  bool addStore(Operation &op, Code &code);
  bool addAssertion(Operation &op, Code &code);
  bool addConversion(Operation &op, Code &code);
  bool addOnIntegers(Operation &op, Code &code);
  bool addOnFloats(Operation &op, Code &code);
  bool addFolder(Operation &op, Code &code);
  /// Adds the action that computes the result of `op` from the words of its
  /// operands by `fn`, which gives a Word or, where there is none, nothing.
  template <unsigned arity, typename Fn>
  bool add(Operation &op, Code &code, Fn fn);
  /// The same by a function of floats or of doubles.
  template <unsigned arity, typename Fn>
  bool addFloats(Operation &op, Code &code, Fn fn);

  unsigned define(Value value);
  Slots defineAll(ValueRange values);
  std::optional<unsigned> find(Value value) const;
  std::optional<Slots> findAll(ValueRange values) const;

  int64_t stepsLeft;
  llvm::DenseMap<Value, ArrayRef<char>> constants;
  llvm::DenseMap<Value, MutableArrayRef<char>> buffers;
  llvm::DenseMap<Value, unsigned> slots;
  std::vector<Word> table;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_INTERPRETER_H
