// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Functions of f64, for all arguments. Nothing is branched on: special cases
// are selected at the end. Kernels count denormals as 0, and so does this.

#include "compiler/codegen/Approximations.h"
#include "compiler/codegen/ExpandFunction.h"
#include <limits>

using namespace mlir;
using arith::CmpFPredicate;
using mlir::veltair::ExpandFunction;
using mlir::veltair::FloatBuilder;

static constexpr double infinity = std::numeric_limits<double>::infinity();
// Adding it rounds to an integer, which the low bits of the sum hold.
static constexpr double rounding = 0x1.8p52;
static constexpr int64_t mantissaBits = 52;

// ln 2 in two parts, the first of so few bits that its product with an exponent
// is exact (fdlibm).
static constexpr double ln2 = 6.93147180369123816490e-01,
                        ln2Rest = 1.90821492927058770002e-10;
// pi / 2 in three parts.
static constexpr double piOver2 = 1.57079632679489655800,
                        piOver2Rest = 6.12323399573676603587e-17,
                        piOver2Last = -1.49738490485916983e-33;

//===----------------------------------------------------------------------===//
// Exponential functions
//===----------------------------------------------------------------------===//

namespace {
/// x = n ln 2 + r: n as the low bits of `rounded`, and (exp(r) - 1) / r.
struct Reduced {
  Value rounded, r, quotient;
};
} // namespace

/// Reduces x + `more`, of which the second, which may be null, is below the
/// precision of the first. For |r| <= ln 2 / 2, 13 terms of Taylor's series are
/// within 2e-17.
static Reduced reduce(FloatBuilder &b, Value x, Value more = nullptr) {
  constexpr double log2e = 1.44269504088896340736;
  Value rounded = b.fma(x, b.number(log2e), b.number(rounding));
  Value n = b.sub(rounded, b.number(rounding));
  Value r = b.fma(n, b.number(-ln2), x);
  r = b.fma(n, b.number(-ln2Rest), r);
  if (more)
    r = b.add(r, more);
  constexpr int terms = 13;
  SmallVector<double> series(terms);
  double factorial = 1;
  for (int k = 1; k <= terms; ++k) {
    factorial *= k;
    series[terms - k] = 1 / factorial;
  }
  return {rounded, r, b.polynomial(r, series)};
}

/// x 2^n: n is added to the exponent.
static Value scale(FloatBuilder &b, Value x, Value rounded) {
  Value n = arith::ShLIOp::create(b, b.bits(rounded), b.integer(mantissaBits));
  return b.fromBits(arith::AddIOp::create(b, b.bits(x), n));
}

/// exp(x + more) = 2^n exp(r).
static Value exponential(FloatBuilder &b, Value x, Value more = nullptr) {
  constexpr double logOfLeast = -708.396418532264106;
  auto [rounded, r, quotient] = reduce(b, x, more);
  Value power = scale(b, b.fma(quotient, r, b.number(1)), rounded);
  // Up to 710, a power that is too large has the exponent of infinity, but may
  // have the bits of a NaN.
  Value top = b.number(infinity);
  power = b.select(b.compare(CmpFPredicate::OLT, power, top), power, top);
  // Beyond, n leaves the exponent. A NaN stays one.
  Value fits = b.compare(CmpFPredicate::OLE, x, b.number(710));
  power = b.select(fits, power, b.add(x, top));
  Value vanishes = b.compare(CmpFPredicate::OLT, x, b.number(logOfLeast));
  return b.select(vanishes, b.number(0), power);
}

/// exp(x) - 1 = 2 (2^(n-1) (exp(r) - 1) + 2^(n-1) - 1/2): there is no 2^1024.
/// At its limits x gives -1 and infinity.
static Value exponentialMinus1(FloatBuilder &b, Value x) {
  x = b.limit(CmpFPredicate::OGT, -40, x);
  x = b.limit(CmpFPredicate::OLT, 710, x);
  auto [rounded, r, quotient] = reduce(b, x);
  Value half = b.number(0.5), factor = scale(b, half, rounded);
  Value value = b.fma(factor, b.mul(r, quotient), b.sub(factor, half));
  return b.keepZero(x, b.add(value, value));
}

//===----------------------------------------------------------------------===//
// Logarithms and powers
//===----------------------------------------------------------------------===//

namespace {
/// A number of twice as many bits: the sum of two.
struct Twofold {
  Value high, low;
};
} // namespace

/// log(x) = k ln 2 + 2 atanh(s), s = f / (2 + f), where x = 2^k (1 + f), 1 + f
/// between sqrt(1/2) and sqrt(2). The series is fdlibm's. What rounding takes
/// from the quotient and the sum of the large terms is kept. `low` has a
/// meaning where `high` is finite.
static Twofold logarithm(FloatBuilder &b, Value x) {
  // As bits: 1, sqrt(1/2), and 2^52, whose low bits are an integer.
  constexpr int64_t one = 0x3ff0000000000000, root = 0x3fe6a09e667f3bcd,
                    ofInteger = 0x4330000000000000,
                    mantissa = (int64_t(1) << mantissaBits) - 1;
  Value shifted = arith::AddIOp::create(b, b.bits(x), b.integer(one - root));
  Value biased = arith::ShRUIOp::create(b, shifted, b.integer(mantissaBits));
  Value k = b.fromBits(arith::OrIOp::create(b, biased, b.integer(ofInteger)));
  k = b.sub(k, b.number(0x1p52 + 1023));
  Value rest = arith::AndIOp::create(b, shifted, b.integer(mantissa));
  rest = b.fromBits(arith::AddIOp::create(b, rest, b.integer(root)));
  Value f = b.sub(rest, b.number(1));

  Value two = b.number(2), divisor = b.add(f, two);
  Value divisorRest = b.sub(f, b.sub(divisor, two));
  Value inverse = b.div(b.number(1), divisor);
  Value s = b.mul(f, inverse), minusS = b.neg(s);
  Value remainder = b.fma(minusS, divisor, f);
  remainder = b.fma(minusS, divisorRest, remainder);
  Value sRest = b.mul(remainder, inverse);
  Value square = b.mul(s, s);
  Value series =
      b.polynomial(square, {1.479819860511658591e-01, 1.531383769920937332e-01,
                            1.818357216161805012e-01, 2.222219843214978396e-01,
                            2.857142874366239149e-01, 3.999999999940941908e-01,
                            6.666666666666735130e-01});
  series = b.mul(s, b.mul(square, series));

  Value whole = b.mul(k, b.number(ln2)), twice = b.add(s, s);
  Value sum = b.add(whole, twice);
  Value low = b.sub(twice, b.sub(sum, whole));
  Value small = b.fma(two, sRest, series);
  low = b.add(low, b.fma(k, b.number(ln2Rest), small));
  Value high = b.add(sum, low);
  low = b.sub(low, b.sub(high, sum));

  // Infinity and NaN are their own logarithms.
  Value isFinite = b.compare(CmpFPredicate::OLT, x, b.number(infinity));
  high = b.select(isFinite, high, x);
  Value zero = b.number(0);
  Value ofZero =
      b.select(b.compare(CmpFPredicate::OEQ, x, zero), b.number(-infinity),
               b.number(std::numeric_limits<double>::quiet_NaN()));
  Value isOutside = b.compare(CmpFPredicate::OLE, x, zero);
  return {b.select(isOutside, ofZero, high), low};
}

/// x log(u) / (u - 1), u = 1 + x, has lost what u has (Kahan).
static Value logarithmOf1Plus(FloatBuilder &b, Value x) {
  Value one = b.number(1), u = b.add(x, one);
  Value log = math::LogOp::create(b, u);
  Value value = b.mul(x, b.div(log, b.sub(u, one)));
  Value isOne = b.compare(CmpFPredicate::OEQ, u, one);
  Value isInfinite = b.compare(CmpFPredicate::OEQ, u, b.number(infinity));
  return b.select(isOne, x, b.select(isInfinite, x, value));
}

namespace {
/// exp(y log(x)), the product with twice as many bits. A NaN for x < 0, and
/// where y log(x) is one, as for 0^0.
struct ExpandPower : OpRewritePattern<math::PowFOp> {
  explicit ExpandPower(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/3) {}

  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF64())
      return failure();
    FloatBuilder b(op.getLoc(), rewriter, op.getType());
    auto [high, low] = logarithm(b, op.getLhs());
    Value y = op.getRhs(), product = b.mul(y, high);
    Value rest = b.fma(y, high, b.neg(product));
    rest = b.fma(y, low, rest);
    rewriter.replaceOp(op, exponential(b, product, rest));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Circular functions
//===----------------------------------------------------------------------===//

/// sin(x + ahead pi / 2): x is k quarter turns and a rest r, whose sine or
/// cosine is fdlibm's polynomial, or its negative. Beyond 1e15, where k is no
/// longer exact, r only stays small.
static Value circular(FloatBuilder &b, Value x, int64_t ahead) {
  constexpr double twoOverPi = 0.63661977236758134308;
  Value rounded = b.fma(x, b.number(twoOverPi), b.number(rounding));
  Value k = b.sub(rounded, b.number(rounding));
  Value r = x;
  for (double part : {piOver2, piOver2Rest, piOver2Last})
    r = b.fma(k, b.number(-part), r);
  r = b.limit(CmpFPredicate::OGT, -1, r);
  r = b.limit(CmpFPredicate::OLT, 1, r);

  Value square = b.mul(r, r);
  Value series = b.polynomial(
      square, {1.58969099521155010221e-10, -2.50507602534068634195e-08,
               2.75573137070700676789e-06, -1.98412698298579493134e-04,
               8.33333333332248946124e-03, -1.66666666666666324348e-01});
  Value sine = b.fma(b.mul(r, square), series, r);
  Value cosine = b.polynomial(
      square,
      {-1.13596475577881948265e-11, 2.08757232129817482790e-09,
       -2.75573143513906633035e-07, 2.48015872894767294178e-05,
       -1.38888888888741095749e-03, 4.16666666666666019037e-02, -0.5, 1.0});

  Value turns = arith::AddIOp::create(b, b.bits(rounded), b.integer(ahead));
  auto bit = [&](int64_t mask) -> Value {
    return arith::AndIOp::create(b, turns, b.integer(mask));
  };
  Value isOdd =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ne, bit(1), b.integer(0));
  Value value = b.select(isOdd, cosine, sine);
  // The other bit of the quarter, 2, as the sign.
  Value sign = arith::ShLIOp::create(b, bit(2), b.integer(62));
  return b.fromBits(arith::XOrIOp::create(b, b.bits(value), sign));
}

static Value sine(FloatBuilder &b, Value x) {
  return b.keepZero(x, circular(b, x, 0));
}

static Value tangent(FloatBuilder &b, Value x) {
  Value opposite = math::SinOp::create(b, x);
  Value adjacent = math::CosOp::create(b, x);
  return b.div(opposite, adjacent);
}

/// The angle of a multiple of pi / 4 and of a number of at most 0.66 (Cephes).
static Value inverseTangent(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    Value one = b.number(1);
    Value isFar =
        b.compare(CmpFPredicate::OGT, x, b.number(2.41421356237309504880));
    Value isMiddle = b.compare(CmpFPredicate::OGT, x, b.number(0.66));
    auto choose = [&](Value far, Value middle, Value near) {
      return b.select(isFar, far, b.select(isMiddle, middle, near));
    };
    auto angle = [&](double quarter) {
      return choose(b.number(quarter), b.number(quarter / 2), b.number(0));
    };
    Value numerator = choose(b.number(-1), b.sub(x, one), x);
    Value denominator = choose(x, b.add(x, one), one);
    Value t = b.div(numerator, denominator), square = b.mul(t, t);
    Value p = b.polynomial(
        square, {-8.750608600031904122785e-01, -1.615753718733365076637e+01,
                 -7.500855792314704667340e+01, -1.228866684490136173410e+02,
                 -6.485021904942025371773e+01});
    Value q = b.polynomial(
        square, {1.0, 2.485846490142306297962e+01, 1.650270098316988542046e+02,
                 4.328810604912902668951e+02, 4.853903996359136964868e+02,
                 1.945506571482613964425e+02});
    Value rest = b.fma(t, b.mul(square, b.div(p, q)), t);
    return b.add(angle(piOver2), b.add(rest, angle(piOver2Rest)));
  });
}

/// atan(x / sqrt(1 - x^2)).
static Value inverseSine(FloatBuilder &b, Value x) {
  Value one = b.number(1);
  Value square = b.mul(b.sub(one, x), b.add(one, x));
  Value cosine = math::SqrtOp::create(b, square);
  return math::AtanOp::create(b, b.div(x, cosine));
}

/// 2 atan(sqrt((1 - x) / (1 + x))).
static Value inverseCosine(FloatBuilder &b, Value x) {
  Value one = b.number(1);
  Value square = b.div(b.sub(one, x), b.add(one, x));
  Value half = math::AtanOp::create(b, math::SqrtOp::create(b, square));
  return b.add(half, half);
}

//===----------------------------------------------------------------------===//
// The error function
//===----------------------------------------------------------------------===//

/// Up to 1 a quotient times x, then 1 less another times exp(-x^2) (Cephes); 1
/// from 6 on.
static Value errorFunction(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    x = b.limit(CmpFPredicate::OLT, 6, x);
    Value square = b.mul(x, x), one = b.number(1);
    Value p = b.polynomial(
        square, {9.60497373987051638749e+00, 9.00260197203842689217e+01,
                 2.23200534594684319226e+03, 7.00332514112805075473e+03,
                 5.55923013010394962768e+04});
    Value q = b.polynomial(
        square, {1.0, 3.35617141647503099647e+01, 5.21357949780152679795e+02,
                 4.59432382970980127987e+03, 2.26290000613890934246e+04,
                 4.92673942608635921086e+04});
    Value near = b.mul(x, b.div(p, q));
    p = b.polynomial(x, {2.46196981473530512524e-10, 5.64189564831068821977e-01,
                         7.46321056442269912687e+00, 4.86371970985681366614e+01,
                         1.96520832956077098242e+02, 5.26445194995477358631e+02,
                         9.34528527171957607540e+02, 1.02755188689515710272e+03,
                         5.57535335369399327526e+02});
    q = b.polynomial(x, {1.0, 1.32281951154744992508e+01,
                         8.67072140885989742329e+01, 3.54937778887819891062e+02,
                         9.75708501743205489753e+02, 1.82390916687909736289e+03,
                         2.24633760818710981792e+03, 1.65666309194161350182e+03,
                         5.57535340817727675546e+02});
    Value power = math::ExpOp::create(b, b.neg(square));
    Value far = b.sub(one, b.mul(power, b.div(p, q)));
    Value isNear = b.compare(CmpFPredicate::OLE, x, one);
    return b.select(isNear, near, far);
  });
}

void mlir::veltair::populateF64Functions(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ExpandFunction<math::ExpOp, 64>>(
      context, [](FloatBuilder &b, Value x) { return exponential(b, x); });
  patterns.add<ExpandFunction<math::ExpM1Op, 64>>(context, exponentialMinus1);
  patterns.add<ExpandFunction<math::LogOp, 64>>(
      context, [](FloatBuilder &b, Value x) { return logarithm(b, x).high; });
  patterns.add<ExpandFunction<math::Log1pOp, 64>>(context, logarithmOf1Plus);
  patterns.add<ExpandPower>(context);
  patterns.add<ExpandFunction<math::SinOp, 64>>(context, sine);
  patterns.add<ExpandFunction<math::CosOp, 64>>(
      context, [](FloatBuilder &b, Value x) { return circular(b, x, 1); });
  patterns.add<ExpandFunction<math::TanOp, 64>>(context, tangent);
  patterns.add<ExpandFunction<math::AtanOp, 64>>(context, inverseTangent);
  patterns.add<ExpandFunction<math::AsinOp, 64>>(context, inverseSine);
  patterns.add<ExpandFunction<math::AcosOp, 64>>(context, inverseCosine);
  patterns.add<ExpandFunction<math::ErfOp, 64>>(context, errorFunction);
}
