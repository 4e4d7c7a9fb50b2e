// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluation of operations on constants.

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_EVALUATE_H
#define VELTAIR_COMPILER_CODEGEN_GENERAL_EVALUATE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/Operation.h"
#include <optional>

namespace mlir::veltair {

/// Evaluates an onnx operation whose operands are all constant (or absent): one
/// constant for each result. It interprets the operation's own lowering.
/// Nothing when an operand is no constant, a result has more than `maxElements`
/// elements, the computation faults, or it takes more than about 4e6 scalar
/// operations: then the program computes it when it runs. That many take some
/// hundredths of a second. `stepsLeft`, where given, is what is left to many
/// evaluations together: the operations are taken off it. When it is used up,
/// no more than arithmetic on shapes is evaluated. The IR is not changed. The
/// context must have loaded the dialects that loadEvaluationDialects names.
std::optional<SmallVector<ElementsAttr>>
evaluateOnConstants(Operation *op, int64_t maxElements,
                    int64_t *stepsLeft = nullptr);

/// What the results of an onnx operation are known to be: by its own folder,
/// which may also name other values, or else by evaluation.
std::optional<SmallVector<OpFoldResult>>
foldOrEvaluate(Operation *op, int64_t maxElements,
               int64_t *stepsLeft = nullptr);

/// Loads the dialects that evaluation builds its scalar code from. Not to be
/// called inside passes, which declare them.
void loadEvaluationDialects(MLIRContext &context);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_EVALUATE_H
