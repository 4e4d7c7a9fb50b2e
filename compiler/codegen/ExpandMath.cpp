// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
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

/// Polynomials exist for f32: other float types go through it. Enough for the
/// tolerance of ONNX's own tests, which compare f64 with 1e-3, too.
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

/// erf as a quotient of polynomials, which needs no cases: within 5e-7 of the
/// true value. (The coefficients are those that XLA and Eigen use.)
struct RationalErf : OpRewritePattern<math::ErfOp> {
  explicit RationalErf(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32())
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto constant = [&](float value) -> Value {
      TypedAttr attribute = b.getF32FloatAttr(value);
      if (auto shaped = dyn_cast<ShapedType>(type))
        attribute = DenseElementsAttr::get(shaped, value);
      return arith::ConstantOp::create(b, attribute);
    };
    auto polynomial = [&](Value x, ArrayRef<float> coefficients) {
      Value sum = constant(coefficients.front());
      for (float coefficient : coefficients.drop_front())
        sum = math::FmaOp::create(b, sum, x, constant(coefficient));
      return sum;
    };
    // Beyond this erf rounds to 1. A NaN stays one.
    constexpr float limit = 3.832506856900711f;
    Value x = arith::MinimumFOp::create(b, op.getOperand(), constant(limit));
    x = arith::MaximumFOp::create(b, x, constant(-limit));
    Value square = arith::MulFOp::create(b, x, x);
    Value numerator =
        polynomial(square, {2.2905065861350646e-4f, 3.4082910107109506e-3f,
                            5.0955695062380861e-2f, 1.8520832239976145e-1f,
                            1.128379143519084f});
    Value denominator = polynomial(
        square, {-1.1791602954361697e-7f, 2.3547966471313185e-5f,
                 1.0179625278914885e-3f, 1.4070470171167667e-2f,
                 1.1098505178285362e-1f, 4.9746925110067538e-1f, 1.0f});
    numerator = arith::MulFOp::create(b, x, numerator);
    rewriter.replaceOpWithNewOp<arith::DivFOp>(op, numerator, denominator);
    return success();
  }
};

struct ExpandMath : veltair::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ThroughF32, RationalErf>(&getContext());
    math::populateExpansionPatterns(
        patterns, {"sinh", "cosh", "tan", "asinh", "acosh", "atanh", "powf",
                   "fpowi", "exp2", "round", "rsqrt", "clampf", "sincos"});
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
