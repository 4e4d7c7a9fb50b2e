// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Elementwise.cpp.inc"

/// An attribute as a number of the type of `like`.
static Value number(ElementBuilder &b, Value like, const APFloat &value) {
  return b.constantLike(like, value.convertToFloat());
}

/// log(1 + exp(x)) without overflow.
static Value softplus(ElementBuilder &b, Value x) {
  Value exp = math::ExpOp::create(b, b.neg(b.abs(x)));
  Value log = math::Log1pOp::create(b, exp);
  return b.add(b.max(x, b.constantLike(x, 0)), log);
}

Value AbsOp::emitScalar(ElementBuilder &b, ValueRange x) { return b.abs(x[0]); }

Value AcosOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AcosOp::create(b, x[0]);
}

Value AcoshOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AcoshOp::create(b, x[0]);
}

Value AsinOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AsinOp::create(b, x[0]);
}

Value AsinhOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AsinhOp::create(b, x[0]);
}

Value AtanOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AtanOp::create(b, x[0]);
}

Value AtanhOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::AtanhOp::create(b, x[0]);
}

Value BitwiseNotOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return arith::XOrIOp::create(b, x[0], b.constantLike(x[0], -1));
}

Value CeilOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::CeilOp::create(b, x[0]);
}

Value CeluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value alpha = number(b, x[0], getAlpha()), zero = b.constantLike(x[0], 0);
  Value curve = math::ExpM1Op::create(b, b.div(x[0], alpha));
  return b.add(b.max(x[0], zero), b.min(b.mul(alpha, curve), zero));
}

Value CosOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::CosOp::create(b, x[0]);
}

Value CoshOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::CoshOp::create(b, x[0]);
}

Value EluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value negative =
      b.mul(number(b, x[0], getAlpha()), math::ExpM1Op::create(b, x[0]));
  return b.select(b.lt(x[0], b.constantLike(x[0], 0)), negative, x[0]);
}

Value ErfOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::ErfOp::create(b, x[0]);
}

Value ExpOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::ExpOp::create(b, x[0]);
}

Value FloorOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::FloorOp::create(b, x[0]);
}

Value GeluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value half = b.constantLike(x[0], 0.5), one = b.constantLike(x[0], 1);
  if (getApproximate() == "none") {
    Value scaled = b.mul(x[0], b.constantLike(x[0], M_SQRT1_2));
    Value erf = math::ErfOp::create(b, scaled);
    return b.mul(b.mul(half, x[0]), b.add(one, erf));
  }
  Value cube = b.mul(b.mul(x[0], x[0]), x[0]);
  Value inner = b.mul(b.constantLike(x[0], std::sqrt(2 / M_PI)),
                      b.add(x[0], b.mul(b.constantLike(x[0], 0.044715), cube)));
  Value tanh = math::TanhOp::create(b, inner);
  return b.mul(b.mul(half, x[0]), b.add(one, tanh));
}

Value HardSigmoidOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value line = b.add(b.mul(number(b, x[0], getAlpha()), x[0]),
                     number(b, x[0], getBeta()));
  return b.clamp(line, b.constantLike(x[0], 0), b.constantLike(x[0], 1));
}

Value HardSwishOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value line = b.add(b.mul(b.constantLike(x[0], 1.0 / 6), x[0]),
                     b.constantLike(x[0], 0.5));
  return b.mul(x[0],
               b.clamp(line, b.constantLike(x[0], 0), b.constantLike(x[0], 1)));
}

Value IsInfOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value infinity = b.highest(x[0].getType());
  Value isPositive =
      getDetectPositive() != 0 ? b.eq(x[0], infinity) : b.boolean(false);
  Value isNegative =
      getDetectNegative() != 0 ? b.eq(x[0], b.neg(infinity)) : b.boolean(false);
  return b.logicalOr(isPositive, isNegative);
}

Value IsNaNOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.ne(x[0], x[0]);
}

Value LeakyReluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value negative = b.mul(number(b, x[0], getAlpha()), x[0]);
  return b.select(b.lt(x[0], b.constantLike(x[0], 0)), negative, x[0]);
}

Value LogOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::LogOp::create(b, x[0]);
}

Value MishOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value tanh = math::TanhOp::create(b, softplus(b, x[0]));
  return b.mul(x[0], tanh);
}

Value NegOp::emitScalar(ElementBuilder &b, ValueRange x) { return b.neg(x[0]); }

Value NotOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.logicalNot(x[0]);
}

Value ReciprocalOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.div(b.constantLike(x[0], 1), x[0]);
}

Value ReluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.max(x[0], b.constantLike(x[0], 0));
}

Value RoundOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::RoundEvenOp::create(b, x[0]);
}

Value SeluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value negative =
      b.mul(number(b, x[0], getAlpha()), math::ExpM1Op::create(b, x[0]));
  Value value = b.select(b.le(x[0], b.constantLike(x[0], 0)), negative, x[0]);
  return b.mul(number(b, x[0], getGamma()), value);
}

Value ShrinkOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Type element = elementType(getX());
  // f32 does not hold the integers that lie next to each other beyond 2^24.
  Type real = isa<FloatType>(element) ? x[0].getType() : Type(b.getF64Type());
  Value value = b.convert(x[0], element, real);
  Value bias = number(b, value, getBias()),
        lambda = number(b, value, getLambd());
  Value above = b.select(b.gt(value, lambda), b.sub(value, bias),
                         b.constantLike(value, 0));
  Value result =
      b.select(b.lt(value, b.neg(lambda)), b.add(value, bias), above);
  return b.convert(result, real, isa<FloatType>(element) ? real : element);
}

Value SigmoidOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.sigmoid(x[0]);
}

Value SignOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value zero = b.constantLike(x[0], 0), one = b.constantLike(x[0], 1);
  Value negative = b.select(b.lt(x[0], zero), b.neg(one), zero);
  return b.select(b.gt(x[0], zero), one, negative);
}

Value SinOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::SinOp::create(b, x[0]);
}

Value SinhOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::SinhOp::create(b, x[0]);
}

Value SoftplusOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return softplus(b, x[0]);
}

Value SoftsignOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.div(x[0], b.add(b.constantLike(x[0], 1), b.abs(x[0])));
}

Value SqrtOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::SqrtOp::create(b, x[0]);
}

Value TanOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::TanOp::create(b, x[0]);
}

Value TanhOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return math::TanhOp::create(b, x[0]);
}

Value ThresholdedReluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.select(b.gt(x[0], number(b, x[0], getAlpha())), x[0],
                  b.constantLike(x[0], 0));
}

Value CastOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.convert(x[0], elementType(getX()), elementType(getOutput()));
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getX().getType() == getOutput().getType() ? OpFoldResult(getX())
                                                   : OpFoldResult();
}

LogicalResult CastLikeOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>, Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(tensorType(a.getX()).clone(elementType(a.getLike())));
  return success();
}

LogicalResult CastLikeOp::decompose(OpBuilder &b,
                                    SmallVectorImpl<Value> &results) {
  results.push_back(b.createOrFold<CastOp>(getLoc(), getX(), getSaturate(),
                                           dataTypeOf(elementType(getLike()))));
  return success();
}

Value AddOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.add(x[0], x[1]);
}

Value AndOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.logicalAnd(x[0], x[1]);
}

Value BitShiftOp::emitScalar(ElementBuilder &b, ValueRange x) {
  // Shifting by the width or more shifts everything out.
  Value width = b.constantLike(x[1], x[1].getType().getIntOrFloatBitWidth());
  Value zero = b.constantLike(x[0], 0);
  Value fits = b.lt(x[1], width);
  Value amount = b.select(fits, x[1], zero);
  Value shifted = getDirection() == "LEFT"
                      ? b.createOrFold<arith::ShLIOp>(x[0], amount)
                      : b.createOrFold<arith::ShRUIOp>(x[0], amount);
  return b.select(fits, shifted, zero);
}

Value BitwiseAndOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return arith::AndIOp::create(b, x[0], x[1]);
}

Value BitwiseOrOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return arith::OrIOp::create(b, x[0], x[1]);
}

Value BitwiseXorOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return arith::XOrIOp::create(b, x[0], x[1]);
}

Value DivOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.div(x[0], x[1]);
}

Value EqualOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.eq(x[0], x[1]);
}

Value GreaterOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.gt(x[0], x[1]);
}

Value GreaterOrEqualOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.ge(x[0], x[1]);
}

Value LessOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.lt(x[0], x[1]);
}

Value LessOrEqualOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.le(x[0], x[1]);
}

Value ModOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value remainder = b.rem(x[0], x[1]);
  if (getFmod() != 0 || b.isUnsigned())
    return remainder;
  Value zero = b.constantLike(x[0], 0);
  Value differ =
      arith::XOrIOp::create(b, b.lt(remainder, zero), b.lt(x[1], zero));
  Value wrong = b.logicalAnd(differ, b.ne(remainder, zero));
  return b.select(wrong, b.add(remainder, x[1]), remainder);
}

Value MulOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.mul(x[0], x[1]);
}

Value OrOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.logicalOr(x[0], x[1]);
}

Value PReluOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.select(b.lt(x[0], b.constantLike(x[0], 0)), b.mul(x[0], x[1]), x[0]);
}

/// a^n by repeated squaring; a negative power of an integer is 0 unless |a|
/// = 1. Of exponents from 64 on only the lowest bits count: what is neither 0
/// nor of magnitude 1 overflows, and even numbers leave no bit.
static Value integerPower(ElementBuilder &b, Value base, Value exponent) {
  Value zero = b.constantLike(base, 0), one = b.constantLike(base, 1);
  Value result = one, square = base;
  for (unsigned bit = 0; bit < 6; ++bit) {
    Value mask = b.constantLike(exponent, 1 << bit);
    Value isSet = b.ne(arith::AndIOp::create(b, exponent, mask),
                       b.constantLike(exponent, 0));
    result = b.select(isSet, b.mul(result, square), result);
    square = b.mul(square, square);
  }
  Value isUnit =
      b.logicalOr(b.eq(base, one), b.eq(base, b.constantLike(base, -1)));
  Value isOdd = b.ne(arith::AndIOp::create(b, base, one), zero);
  Value isSmall = b.lt(exponent, b.constantLike(exponent, 64));
  Value isPositive = b.ge(exponent, b.constantLike(exponent, 0));
  Value counts = b.logicalAnd(isPositive, b.logicalOr(isSmall, isOdd));
  return b.select(b.logicalOr(counts, isUnit), result, zero);
}

/// a^x of floats, also for negative a, -0 included, and integral x.
static Value realPower(ElementBuilder &b, Value base, Value exponent) {
  Value zero = b.constantLike(base, 0), one = b.constantLike(base, 1);
  Value absolute = b.abs(base);
  Value magnitude = math::PowFOp::create(b, absolute, exponent);
  // Also of a NaN, and of 1 by infinity.
  Value isOne = b.logicalOr(b.eq(exponent, zero), b.eq(absolute, one));
  magnitude = b.select(isOne, one, magnitude);
  Value half = b.mul(exponent, b.constantLike(exponent, 0.5));
  Value isIntegral = b.eq(math::FloorOp::create(b, exponent), exponent);
  Value isOdd =
      b.logicalAnd(isIntegral, b.ne(math::FloorOp::create(b, half), half));
  Value nan = b.div(zero, zero);
  Value signedValue =
      b.select(isOdd, math::CopySignOp::create(b, magnitude, base), magnitude);
  Value hasNone = b.logicalAnd(b.lt(base, zero), b.logicalNot(isIntegral));
  return b.select(hasNone, nan, signedValue);
}

Value PowOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Type base = elementType(getA()), exponent = elementType(getB());
  if (base.isInteger() && exponent.isInteger()) {
    // In the wider type: an exponent of 300 is none of 8 bits.
    bool isWider =
        exponent.getIntOrFloatBitWidth() > base.getIntOrFloatBitWidth();
    Type wide = isWider ? exponent : base;
    Value power = integerPower(b, b.convert(x[0], base, wide),
                               b.convert(x[1], exponent, wide));
    return b.convert(power, wide, base);
  }
  if (isa<FloatType>(base))
    return realPower(b, x[0], b.convert(x[1], exponent, x[0].getType()));
  // An integer is raised to an integral power exactly, to others as a float.
  // Larger powers than 2^53 are even, as that is.
  Type real = computeType(exponent), integer = b.getI64Type();
  Value limited =
      b.clamp(x[1], b.constant(real, -0x1p53), b.constant(real, 0x1p53));
  Value whole = integerPower(b, b.convert(x[0], base, integer),
                             b.convert(limited, real, integer));
  Value other = realPower(b, b.convert(x[0], base, real), x[1]);
  return b.select(b.eq(math::FloorOp::create(b, x[1]), x[1]),
                  b.convert(whole, integer, base),
                  b.convert(other, real, base));
}

Value SubOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.sub(x[0], x[1]);
}

Value XorOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return arith::XOrIOp::create(b, x[0], x[1]);
}

Value ClipOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value value = x[0];
  if (x[1])
    value = b.max(value, x[1]);
  return x[2] ? b.min(value, x[2]) : value;
}

/// Folds the operands from the left.
template <typename Fn> static Value foldLeft(ValueRange x, Fn combine) {
  Value result = x[0];
  for (Value next : x.drop_front())
    result = combine(result, next);
  return result;
}

Value MaxOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return foldLeft(x, [&](Value p, Value q) { return b.max(p, q); });
}

Value MinOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return foldLeft(x, [&](Value p, Value q) { return b.min(p, q); });
}

Value SumOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return foldLeft(x, [&](Value p, Value q) { return b.add(p, q); });
}

Value MeanOp::emitScalar(ElementBuilder &b, ValueRange x) {
  Value sum = foldLeft(x, [&](Value p, Value q) { return b.add(p, q); });
  return b.div(sum, b.constantLike(sum, double(x.size())));
}

Value WhereOp::emitScalar(ElementBuilder &b, ValueRange x) {
  return b.select(x[0], x[1], x[2]);
}
