// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Circular functions of f32, and hyperbolic ones of f32 and f64, for all
// arguments.

#include "compiler/codegen/Approximations.h"
#include "compiler/codegen/ExpandFunction.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using arith::CmpFPredicate;
using mlir::veltair::ExpandFunction;
using mlir::veltair::FloatBuilder;

//===----------------------------------------------------------------------===//
// Circular
//===----------------------------------------------------------------------===//

namespace {
/// An angle as quarter turns, 0 to 3, and what is left of it: of f32.
struct Turned {
  Value quarter, rest;
};
} // namespace

/// x + ahead * pi / 2 is k quarter turns and a rest within half of one, in f64,
/// where pi / 2 has twice as many bits as k times it needs.
static Turned turn(FloatBuilder &b, Value x, double ahead) {
  constexpr double twoOverPi = 0.63661977236758134308,
                   piOver2 = 1.57079632679489655800,
                   piOver2Rest = 6.12323399573676603587e-17;
  Value wide = arith::ExtFOp::create(b, b.wideType(), x);
  Value k = math::RoundEvenOp::create(b, b.mul(wide, b.wideNumber(twoOverPi)));
  Value rest = b.fma(k, b.wideNumber(-piOver2), wide);
  rest = b.fma(k, b.wideNumber(-piOver2Rest), rest);
  Value turned = b.add(k, b.wideNumber(ahead));
  Value turns = math::FloorOp::create(b, b.mul(turned, b.wideNumber(0.25)));
  Value quarter = b.fma(turns, b.wideNumber(-4), turned);
  auto narrow = [&](Value value) -> Value {
    return arith::TruncFOp::create(b, x.getType(), value);
  };
  return {narrow(quarter), narrow(rest)};
}

/// Half by half: as many f64 fill two registers.
static Turned turnHalves(FloatBuilder &b, Value x, double ahead) {
  auto type = cast<VectorType>(x.getType());
  int64_t half = type.getDimSize(0) / 2;
  Turned whole{b.number(0), b.number(0)};
  for (int64_t first : {int64_t(0), half}) {
    Value slice =
        vector::ExtractStridedSliceOp::create(b, x, first, half, /*strides=*/1);
    FloatBuilder part(b.getLoc(), b, slice.getType());
    Turned turned = turn(part, slice, ahead);
    auto insert = [&](Value &into, Value value) {
      into = vector::InsertStridedSliceOp::create(b, value, into, first,
                                                  /*strides=*/1);
    };
    insert(whole.quarter, turned.quarter);
    insert(whole.rest, turned.rest);
  }
  return whole;
}

/// sin(x + ahead * pi / 2): the sine or cosine of the rest, by Cephes'
/// polynomials, or its negative.
static Value circular(FloatBuilder &b, Value x, double ahead) {
  auto type = dyn_cast<VectorType>(x.getType());
  bool halves = type && type.getRank() == 1 && type.getDimSize(0) % 2 == 0;
  auto [quarter, r] = halves ? turnHalves(b, x, ahead) : turn(b, x, ahead);
  Value half = math::FloorOp::create(b, b.mul(quarter, b.number(0.5f)));
  Value isOdd = b.compare(CmpFPredicate::OGT,
                          b.fma(half, b.number(-2), quarter), b.number(0.5f));
  Value isNegative = b.compare(CmpFPredicate::OGT, half, b.number(0.5f));

  Value square = b.mul(r, r);
  Value sine = b.fma(b.mul(r, square),
                     b.polynomial(square, {-1.9515295891e-4f, 8.3321608736e-3f,
                                           -1.6666654611e-1f}),
                     r);
  Value cosine =
      b.polynomial(square, {2.443315711809948e-5f, -1.388731625493765e-3f,
                            4.166664568298827e-2f, -0.5f, 1.0f});
  Value value = b.select(isOdd, cosine, sine);
  return b.select(isNegative, arith::NegFOp::create(b, value), value);
}

//===----------------------------------------------------------------------===//
// Hyperbolic
//===----------------------------------------------------------------------===//

/// exp(x) / 2. Of the last numbers before infinity, the halves are taken first.
static Value halfExponential(FloatBuilder &b, Value x) {
  Value half = b.number(0.5);
  Value root = math::ExpOp::create(b, b.mul(half, x));
  return b.mul(b.mul(half, root), root);
}

/// (e + e / (e + 1)) / 2, e = exp(x) - 1.
static Value hyperbolicSine(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    Value e = math::ExpM1Op::create(b, x);
    Value sum = b.add(e, b.div(e, b.add(e, b.number(1))));
    Value small = b.mul(b.number(0.5), sum);
    Value isLarge = b.compare(CmpFPredicate::OGT, x, b.number(20));
    return b.select(isLarge, halfExponential(b, x), small);
  });
}

/// h + 1 / (4 h), h = exp(|x|) / 2.
static Value hyperbolicCosine(FloatBuilder &b, Value x) {
  Value half = halfExponential(b, math::AbsFOp::create(b, x));
  return b.add(half, b.div(b.number(0.25), half));
}

/// e / (e + 2), e = exp(2 x) - 1; 1 from 20 on.
static Value hyperbolicTangent(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    x = b.limit(CmpFPredicate::OLT, 20, x);
    Value e = math::ExpM1Op::create(b, b.add(x, x));
    return b.div(e, b.add(e, b.number(2)));
  });
}

// From here on, in f32 from 1e4 on, x^2 + 1 and x^2 - 1 are x^2.
static constexpr double large = 1e9;

/// log(2 x) for large x, which may be the largest.
static Value logOfTwice(FloatBuilder &b, Value x) {
  constexpr double ln2 = 0.693147180559945309417;
  return b.add(math::LogOp::create(b, x), b.number(ln2));
}

/// log1p(x + x^2 / (1 + sqrt(x^2 + 1))).
static Value inverseSine(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    Value square = b.mul(x, x), one = b.number(1);
    Value root = math::SqrtOp::create(b, b.add(square, one));
    Value excess = b.add(x, b.div(square, b.add(one, root)));
    Value isLarge = b.compare(CmpFPredicate::OGT, x, b.number(large));
    return b.select(isLarge, logOfTwice(b, x),
                    math::Log1pOp::create(b, excess));
  });
}

/// log1p(t + sqrt(t (t + 2))), t = x - 1.
static Value inverseCosine(FloatBuilder &b, Value x) {
  Value t = b.sub(x, b.number(1));
  Value root = math::SqrtOp::create(b, b.mul(t, b.add(t, b.number(2))));
  Value isLarge = b.compare(CmpFPredicate::OGT, x, b.number(large));
  return b.select(isLarge, logOfTwice(b, x),
                  math::Log1pOp::create(b, b.add(t, root)));
}

/// log1p(2 x / (1 - x)) / 2.
static Value inverseTangent(FloatBuilder &b, Value x) {
  return b.odd(x, [&](Value x) {
    Value ratio = b.div(b.add(x, x), b.sub(b.number(1), x));
    return b.mul(b.number(0.5), math::Log1pOp::create(b, ratio));
  });
}

void mlir::veltair::populateCircularFunctions(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ExpandFunction<math::SinOp, 32>>(
      context, [](FloatBuilder &b, Value x) { return circular(b, x, 0); });
  patterns.add<ExpandFunction<math::CosOp, 32>>(
      context, [](FloatBuilder &b, Value x) { return circular(b, x, 1); });
  patterns.add<ExpandFunction<math::SinhOp, 32, 64>>(context, hyperbolicSine);
  patterns.add<ExpandFunction<math::CoshOp, 64>>(context, hyperbolicCosine);
  patterns.add<ExpandFunction<math::TanhOp, 64>>(context, hyperbolicTangent);
  patterns.add<ExpandFunction<math::AsinhOp, 32, 64>>(context, inverseSine);
  patterns.add<ExpandFunction<math::AcoshOp, 32, 64>>(context, inverseCosine);
  patterns.add<ExpandFunction<math::AtanhOp, 32, 64>>(context, inverseTangent);
}
