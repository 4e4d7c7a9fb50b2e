// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of one number as patterns.

#ifndef VELTAIR_COMPILER_CODEGEN_EXPANDFUNCTION_H
#define VELTAIR_COMPILER_CODEGEN_EXPANDFUNCTION_H

#include "compiler/codegen/FloatBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace mlir::veltair {

/// A pattern for `Op` of floats of `widths` bits, from a function that builds
/// its value.
template <typename Op, unsigned... widths>
struct ExpandFunction : OpRewritePattern<Op> {
  using BuildFn = Value (*)(FloatBuilder &b, Value x);
  /// Preferred to what goes through f32, too.
  ExpandFunction(MLIRContext *context, BuildFn build)
      : OpRewritePattern<Op>(context, /*benefit=*/3), build(build) {}

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    unsigned width = getElementTypeOrSelf(op.getType()).getIntOrFloatBitWidth();
    if (!((width == widths) || ...))
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    rewriter.replaceOp(op, build(b, op.getOperand()));
    return success();
  }

  BuildFn build;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_EXPANDFUNCTION_H
