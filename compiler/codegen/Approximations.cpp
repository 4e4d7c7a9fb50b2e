// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Approximations.h"
#include "compiler/codegen/FloatBuilder.h"

using namespace mlir;
using mlir::veltair::FloatBuilder;

namespace {

/// exp without infinities (`ninf`): arguments beyond the range of normal
/// results count as its ends. exp(x) = 2^n 2^r with n + r = x / ln 2. Adding
/// 1.5 * 2^23 leaves n in the low bits of the sum, from where it is added to
/// the exponent of 2^r, a minimax polynomial. Within 4e-7 of the true value for
/// |x| <= 10, 1.4e-6 at the ends of the range. The low bits of a NaN may be
/// any: those of a number beyond all sums, which are 0, take their place, so
/// that 2^r, a NaN as well, stays one.
struct ExpandFiniteExp : OpRewritePattern<math::ExpOp> {
  explicit ExpandFiniteExp(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/3) {}

  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32() ||
        !bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::ninf))
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    Value x = b.limit(arith::CmpFPredicate::OGT, -87.3f, op.getOperand());
    x = b.limit(arith::CmpFPredicate::OLT, 88.0f, x);
    constexpr float log2e = 1.44269504f, rounding = 0x1.8p23f;
    Value rounded = b.fma(x, b.number(log2e), b.number(rounding));
    Value n = arith::SubFOp::create(b, rounded, b.number(rounding));
    Value r = b.fma(x, b.number(log2e), arith::NegFOp::create(b, n));
    Value power = b.polynomial(r, {1.3276472e-3f, 9.675541e-3f, 5.550713e-2f,
                                   2.402212e-1f, 6.9314694e-1f, 1.0000001f});
    auto bits = [&](Value value) {
      return arith::BitcastOp::create(b, b.integerType(), value);
    };
    Value reached = b.number(rounding + 512);
    Value ordered =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, rounded, reached);
    Value sum = arith::SelectOp::create(b, ordered, rounded, reached);
    Value exponent = arith::ShLIOp::create(b, bits(sum), b.integer(23));
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(
        op, op.getType(), arith::AddIOp::create(b, bits(power), exponent));
    return success();
  }
};

/// exp(x) = 2^n exp(r), n the integer nearest to x / ln 2. exp(r) is a minimax
/// polynomial, 2^n is put together from bits: 0 for the least n. There is no
/// 2^128, so the last results, and infinity, come from a larger r.
struct ExpandExp : OpRewritePattern<math::ExpOp> {
  explicit ExpandExp(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(math::ExpOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    // So that n stays in [-127, 127].
    Value x = b.limit(arith::CmpFPredicate::OGT, -88.02f, op.getOperand());
    x = b.limit(arith::CmpFPredicate::OLT, 89.5f, x);
    Value n = math::RoundEvenOp::create(
        b, arith::MulFOp::create(b, x, b.number(1.44269504f)));
    n = b.limit(arith::CmpFPredicate::OLT, 127, n);
    // ln 2 in two parts, the first of few bits.
    Value r = b.fma(n, b.number(-0.693145751953125f), x);
    r = b.fma(n, b.number(-1.42860682e-6f), r);
    Value power =
        b.polynomial(r, {1.3836794532835484e-3f, 8.374856784939766e-3f,
                         4.1668228805065155e-2f, 0.16666419804096222f,
                         0.49999991059303284f, 1.0f, 1.0f});
    Value exponent = arith::AddIOp::create(
        b, arith::FPToSIOp::create(b, b.integerType(), n), b.integer(127));
    Value scale = arith::BitcastOp::create(
        b, op.getType(), arith::ShLIOp::create(b, exponent, b.integer(23)));
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, power, scale);
    return success();
  }
};

/// erf as a quotient of polynomials, which needs no cases: within 5e-7 of the
/// true value. (The coefficients are those that XLA and Eigen use.)
struct ExpandErf : OpRewritePattern<math::ErfOp> {
  explicit ExpandErf(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    // Beyond this erf rounds to 1.
    constexpr float limit = 3.832506856900711f;
    Value x = b.limit(arith::CmpFPredicate::OGT, -limit, op.getOperand());
    x = b.limit(arith::CmpFPredicate::OLT, limit, x);
    Value square = arith::MulFOp::create(b, x, x);
    Value numerator =
        b.polynomial(square, {2.2905065861350646e-4f, 3.4082910107109506e-3f,
                              5.0955695062380861e-2f, 1.8520832239976145e-1f,
                              1.128379143519084f});
    Value denominator = b.polynomial(
        square, {-1.1791602954361697e-7f, 2.3547966471313185e-5f,
                 1.0179625278914885e-3f, 1.4070470171167667e-2f,
                 1.1098505178285362e-1f, 4.9746925110067538e-1f, 1.0f});
    numerator = arith::MulFOp::create(b, x, numerator);
    rewriter.replaceOpWithNewOp<arith::DivFOp>(op, numerator, denominator);
    return success();
  }
};

/// erf as one polynomial, without a division: within 1.3e-4 of the true value,
/// and exactly 1 from 3.1 on, so that 1 + erf(x) vanishes far to the left.
struct ExpandErfForBf16 : OpRewritePattern<math::ErfOp> {
  explicit ExpandErfForBf16(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/3) {}

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF32())
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    constexpr float limit = 3.1f;
    Value x = b.limit(arith::CmpFPredicate::OGT, -limit, op.getOperand());
    x = b.limit(arith::CmpFPredicate::OLT, limit, x);
    Value square = arith::MulFOp::create(b, x, x);
    Value quotient =
        b.polynomial(square, {-3.1975494607650035e-7f, 1.4399319297808688e-5f,
                              -2.793205785565078e-4f, 3.0911946669220924e-3f,
                              -2.1908529102802277e-2f, 0.10637350380420685f,
                              -0.37222450971603394f, 1.1276825666427612f});
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, x, quotient);
    return success();
  }
};

/// True for operations that make a step of a difference in the last place.
static bool roundsToInteger(Operation *op) {
  return isa<math::FloorOp, math::CeilOp, math::TruncOp, math::RoundEvenOp,
             arith::FPToSIOp, arith::FPToUIOp>(op);
}

/// Division by a constant as a product with its reciprocal.
struct MultiplyByReciprocal : OpRewritePattern<arith::DivFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::DivFOp op,
                                PatternRewriter &rewriter) const override {
    llvm::APFloat divisor(0.0f);
    if (!getElementTypeOrSelf(op.getType()).isF32() ||
        llvm::any_of(op->getUsers(), roundsToInteger) ||
        !matchPattern(op.getRhs(), m_ConstantFloat(&divisor)))
      return failure();
    float reciprocal = 1 / divisor.convertToFloat();
    if (!divisor.isNormal() || !std::isnormal(reciprocal))
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    rewriter.replaceOpWithNewOp<arith::MulFOp>(op, op.getLhs(),
                                               b.number(reciprocal));
    return success();
  }
};

} // namespace

void mlir::veltair::populateApproximations(RewritePatternSet &patterns,
                                           bool bf16) {
  patterns.add<ExpandExp, ExpandFiniteExp, ExpandErf>(patterns.getContext());
  if (bf16)
    patterns.add<ExpandErfForBf16, MultiplyByReciprocal>(patterns.getContext());
}
