// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Approximations.h"
#include "compiler/codegen/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_EXPANDMATH
#include "compiler/codegen/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;

/// Functions that x86 computes by instructions: LLVM does not call a library.
static bool hasInstruction(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::FloorOp,
             math::TruncOp, math::RoundEvenOp, math::SqrtOp, math::FmaOp,
             math::CopySignOp, math::IsNaNOp, math::IsInfOp, math::IsFiniteOp,
             math::IsNormalOp, math::CountLeadingZerosOp,
             math::CountTrailingZerosOp, math::CtPopOp>(op);
}

namespace {

/// Polynomials exist for f32: other float types go through it. Of f64, only
/// functions that no operator uses: the others have patterns of more benefit.
struct ThroughF32 : RewritePattern {
  explicit ThroughF32(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 2, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_nonnull<math::MathDialect>(op->getDialect()) ||
        hasInstruction(op) || op->getNumResults() != 1)
      return failure();
    Type type = op->getResult(0).getType();
    Type element = getElementTypeOrSelf(type);
    if (!isa<FloatType>(element) || element.isF32())
      return failure();
    auto convert = [&](Value value, Type to) -> Value {
      Type from = getElementTypeOrSelf(value.getType());
      if (!isa<FloatType>(from) || from == to)
        return value;
      Type result = to;
      if (auto vector = dyn_cast<VectorType>(value.getType()))
        result = vector.clone(to);
      if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth())
        return arith::ExtFOp::create(rewriter, op->getLoc(), result, value);
      return arith::TruncFOp::create(rewriter, op->getLoc(), result, value);
    };
    Type f32 = rewriter.getF32Type();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(convert(operand, f32));
    Type resultType = f32;
    if (auto vector = dyn_cast<VectorType>(type))
      resultType = vector.clone(f32);
    OperationState state(op->getLoc(), op->getName(), operands, resultType,
                         op->getAttrs());
    Value result = rewriter.create(state)->getResult(0);
    rewriter.replaceOp(op, convert(result, element));
    return success();
  }
};

struct ExpandMath : veltair::impl::ExpandMathBase<ExpandMath> {
  using ExpandMathBase::ExpandMathBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ThroughF32>(&getContext());
    veltair::populateApproximations(patterns, bf16);
    veltair::populateCircularFunctions(patterns);
    veltair::populateF64Functions(patterns);
    math::populateExpansionPatterns(patterns,
                                    {"cosh", "tan", "powf", "fpowi", "exp2",
                                     "round", "rsqrt", "clampf", "sincos"});
    populateMathPolynomialApproximationPatterns(patterns,
                                                [](StringRef) { return true; });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation().walk([&](Operation *op) {
      if (isa<math::MathDialect>(op->getDialect()) && !hasInstruction(op)) {
        op->emitError("has no expansion");
        signalPassFailure();
      }
    });
  }
};

} // namespace
