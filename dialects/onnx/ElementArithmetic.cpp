// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arithmetic of ElementBuilder, its comparisons and its logic.

#include "dialects/onnx/ElementBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <limits>

using namespace mlir;
using namespace mlir::veltair::onnx;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }

Value ElementBuilder::add(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::AddFOp>(x, y)
                    : createOrFold<arith::AddIOp>(x, y);
}

Value ElementBuilder::sub(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::SubFOp>(x, y)
                    : createOrFold<arith::SubIOp>(x, y);
}

Value ElementBuilder::mul(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::MulFOp>(x, y)
                    : createOrFold<arith::MulIOp>(x, y);
}

Value ElementBuilder::div(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::DivFOp>(x, y);
  Value zero = constantLike(y, 0), one = constantLike(y, 1);
  Value isZero = eq(y, zero);
  check(logicalNot(isZero), Fault::DivisionByZero);
  if (isUnsigned(x))
    return createOrFold<arith::DivUIOp>(x, select(isZero, one, y));
  // Hardware traps on the least integer divided by -1.
  Value isMinusOne = eq(y, constantLike(y, -1));
  Value divisor = select(logicalOr(isZero, isMinusOne), one, y);
  Value quotient = createOrFold<arith::DivSIOp>(x, divisor);
  return select(isMinusOne, sub(zero, x), quotient);
}

/// Of `x`, which is less than 2^(53 * steps) times `y`, what is left without
/// multiples of `y`. A step takes a quotient of 53 bits off without rounding;
/// one that was rounded up leaves a remainder of the other sign.
static Value takeMultiples(ElementBuilder &b, Value x, Value y, int steps) {
  for (int step = 0; step < steps; ++step) {
    Value quotient = math::TruncOp::create(b, b.div(x, y));
    x = math::FmaOp::create(b, b.neg(quotient), y, x);
  }
  return x;
}

/// C's fmod by arithmetic, in f64, since arith.remf becomes a call of it.
static Value emitFloatRemainder(ElementBuilder &b, Value x, Value y) {
  Type type = x.getType(), wide = b.getF64Type();
  if (type != wide) {
    x = arith::ExtFOp::create(b, wide, x);
    y = arith::ExtFOp::create(b, wide, y);
  }
  Value size = b.abs(y), zero = b.constant(wide, 0);
  Value infinity = b.constant(wide, std::numeric_limits<double>::infinity());
  Value rest = x;
  if (type == wide) {
    // Quotients of up to 2^2098, which f64 does not hold: multiples of y by
    // 2^2000 and by 2^1000, as far as there are any, are taken off before.
    Value factor = b.constant(wide, 0x1p1000);
    Value larger = b.mul(y, factor), largest = b.mul(larger, factor);
    auto takeIfFinite = [&](Value multiple, int steps) {
      Value isFinite = b.lt(b.abs(multiple), infinity);
      rest = b.select(isFinite, takeMultiples(b, rest, multiple, steps), rest);
    };
    takeIfFinite(largest, /*steps=*/2);
    takeIfFinite(larger, /*steps=*/19);
    rest = takeMultiples(b, rest, y, /*steps=*/19);
  } else {
    // Those of f32 are less than 2^277.
    rest = takeMultiples(b, rest, y, /*steps=*/6);
  }
  // Not the product with x itself, which may be too small to have a sign.
  Value sign = math::CopySignOp::create(b, b.constant(wide, 1), x);
  Value overshot = b.lt(b.mul(rest, sign), zero);
  rest = b.select(overshot, b.add(rest, math::CopySignOp::create(b, size, x)),
                  rest);
  // x itself, where y is infinite and x is not.
  rest = b.select(b.logicalAnd(b.eq(size, infinity), b.lt(b.abs(x), infinity)),
                  x, rest);
  // A zero has the sign of x.
  rest = math::CopySignOp::create(b, rest, x);
  return type == wide ? rest : arith::TruncFOp::create(b, type, rest);
}

Value ElementBuilder::rem(Value x, Value y) {
  if (isFloat(x))
    return emitFloatRemainder(*this, x, y);
  Value zero = constantLike(y, 0), one = constantLike(y, 1);
  Value isZero = eq(y, zero);
  check(logicalNot(isZero), Fault::DivisionByZero);
  if (isUnsigned(x))
    return createOrFold<arith::RemUIOp>(x, select(isZero, one, y));
  Value isMinusOne = eq(y, constantLike(y, -1));
  return createOrFold<arith::RemSIOp>(
      x, select(logicalOr(isZero, isMinusOne), one, y));
}

Value ElementBuilder::min(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::MinimumFOp>(x, y);
  return isUnsigned(x) ? createOrFold<arith::MinUIOp>(x, y)
                       : createOrFold<arith::MinSIOp>(x, y);
}

Value ElementBuilder::max(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::MaximumFOp>(x, y);
  return isUnsigned(x) ? createOrFold<arith::MaxUIOp>(x, y)
                       : createOrFold<arith::MaxSIOp>(x, y);
}

Value ElementBuilder::neg(Value x) {
  return isFloat(x) ? createOrFold<arith::NegFOp>(x)
                    : sub(constantLike(x, 0), x);
}

Value ElementBuilder::abs(Value x) {
  if (isFloat(x))
    return createOrFold<math::AbsFOp>(x);
  return isUnsigned(x) ? x : createOrFold<math::AbsIOp>(x);
}

Value ElementBuilder::sigmoid(Value x) {
  // The divisor is finite: the exact infinity of exp does not matter.
  Value one = constantLike(x, 1);
  Value exp = math::ExpOp::create(*this, neg(x), arith::FastMathFlags::ninf);
  return div(one, add(one, exp));
}

Value ElementBuilder::divIndex(Value x, int64_t y) {
  return y == 1 ? x : createOrFold<arith::DivUIOp>(x, index(y));
}

Value ElementBuilder::remIndex(Value x, int64_t y) {
  return y == 1 ? index(0) : createOrFold<arith::RemUIOp>(x, index(y));
}

//===----------------------------------------------------------------------===//
// Comparisons and logic
//===----------------------------------------------------------------------===//

static Value compare(ElementBuilder &b, arith::CmpFPredicate real,
                     arith::CmpIPredicate signedInt,
                     arith::CmpIPredicate unsignedInt, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::CmpFOp>(real, x, y);
  return b.createOrFold<arith::CmpIOp>(
      b.isUnsigned(x) ? unsignedInt : signedInt, x, y);
}

Value ElementBuilder::eq(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq,
                 arith::CmpIPredicate::eq, x, y);
}

Value ElementBuilder::ne(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne,
                 arith::CmpIPredicate::ne, x, y);
}

Value ElementBuilder::lt(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt,
                 arith::CmpIPredicate::ult, x, y);
}

Value ElementBuilder::le(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle,
                 arith::CmpIPredicate::ule, x, y);
}

Value ElementBuilder::logicalAnd(Value x, Value y) {
  return createOrFold<arith::AndIOp>(x, y);
}

Value ElementBuilder::logicalOr(Value x, Value y) {
  return createOrFold<arith::OrIOp>(x, y);
}

Value ElementBuilder::logicalNot(Value x) {
  return createOrFold<arith::XOrIOp>(x, boolean(true));
}

Value ElementBuilder::select(Value condition, Value x, Value y) {
  return createOrFold<arith::SelectOp>(condition, x, y);
}
