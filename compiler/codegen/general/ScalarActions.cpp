// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the interpreter does for operations on scalars.

#include "compiler/codegen/general/Interpreter.h"
#include "compiler/codegen/general/ScalarWords.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <array>
#include <cmath>
#include <tuple>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::words;

/// `fn`, a function of T, as one of words.
template <typename T, typename Fn> static auto ofWords(Fn fn) {
  return [fn](auto... words) { return asWord(fn(asFloat<T>(words)...)); };
}

template <unsigned arity, typename Fn>
bool Interpreter::add(Operation &op, Code &code, Fn fn) {
  std::optional<Slots> operands = findAll(op.getOperands());
  if (!operands || operands->size() != arity || op.getNumResults() != 1)
    return false;
  std::array<unsigned, arity> from;
  llvm::copy(*operands, from.begin());
  unsigned target = define(op.getResult(0));
  code.actions.push_back([fn, from, target](uint64_t *x) {
    std::optional<uint64_t> word = std::apply(
        [&](auto... places) -> std::optional<uint64_t> {
          return fn(x[places]...);
        },
        from);
    if (word)
      x[target] = *word;
    return word.has_value();
  });
  return true;
}

template <unsigned arity, typename Fn>
bool Interpreter::addFloats(Operation &op, Code &code, Fn fn) {
  Type type = op.getOperand(0).getType();
  if (!llvm::all_equal(op.getOperandTypes()))
    return false;
  if (type.isF32())
    return add<arity>(op, code, ofWords<float>(fn));
  return type.isF64() && add<arity>(op, code, ofWords<double>(fn));
}

/// Whether `op` compares or converts: its result may have another type than its
/// operands.
bool Interpreter::addConversion(Operation &op, Code &code) {
  if (op.getNumOperands() == 0)
    return false;
  Type source = op.getOperand(0).getType(), target = op.getResult(0).getType();
  unsigned from = widthOf(source), to = widthOf(target);
  auto real = dyn_cast<FloatType>(source), result = dyn_cast<FloatType>(target);
  auto keepSign = [&] {
    return add<1>(op, code, [=](uint64_t x) {
      return lowBits(uint64_t(llvm::SignExtend64(x, from)), to);
    });
  };
  auto round = [&] {
    return add<1>(op, code,
                  [=](uint64_t x) { return narrow(result, widen(real, x)); });
  };
  auto truncate = [&](bool isSigned) {
    return add<1>(op, code, [=](uint64_t x) {
      return toInteger(widen(real, x), to, isSigned);
    });
  };
  // Rounded once, so not by way of f64.
  auto toFloat = [&](auto value) {
    if (target.isF32())
      return add<1>(op, code,
                    [=](uint64_t x) { return asWord(float(value(x))); });
    return target.isF64() && add<1>(op, code, [=](uint64_t x) {
             return asWord(double(value(x)));
           });
  };
  return TypeSwitch<Operation *, bool>(&op)
      .Case<arith::CmpIOp>([&](auto compare) {
        return add<2>(
            op, code,
            [from, predicate = compare.getPredicate()](uint64_t x, uint64_t y) {
              return uint64_t(holds(predicate, x, y, from));
            });
      })
      .Case<arith::CmpFOp>([&](auto compare) {
        return add<2>(
            op, code,
            [real, predicate = compare.getPredicate()](uint64_t x, uint64_t y) {
              return uint64_t(holds(predicate, widen(real, x), widen(real, y)));
            });
      })
      .Case<arith::SelectOp>([&](auto) {
        return add<3>(op, code, [](uint64_t condition, uint64_t x, uint64_t y) {
          return condition != 0 ? x : y;
        });
      })
      .Case<arith::IndexCastOp, arith::ExtSIOp>(
          [&](auto) { return keepSign(); })
      .Case<arith::ExtUIOp, arith::TruncIOp>([&](auto) {
        return add<1>(op, code, [=](uint64_t x) { return lowBits(x, to); });
      })
      .Case<arith::BitcastOp>(
          [&](auto) { return add<1>(op, code, [](uint64_t x) { return x; }); })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto) { return round(); })
      .Case<arith::FPToSIOp>([&](auto) { return truncate(true); })
      .Case<arith::FPToUIOp>([&](auto) { return truncate(false); })
      .Case<arith::SIToFPOp>([&](auto) {
        return toFloat(
            [from](uint64_t x) { return llvm::SignExtend64(x, from); });
      })
      .Case<arith::UIToFPOp>(
          [&](auto) { return toFloat([](uint64_t x) { return x; }); })
      .Default(false);
}

/// Whether `op` computes an integer, or the bits of a float, from others of its
/// type.
bool Interpreter::addOnIntegers(Operation &op, Code &code) {
  unsigned width = widthOf(op.getResult(0).getType());
  auto unary = [&](auto fn) {
    return add<1>(op, code, [=](uint64_t x) { return lowBits(fn(x), width); });
  };
  auto binary = [&](auto fn) {
    return add<2>(
        op, code, [=](uint64_t x, uint64_t y) -> std::optional<uint64_t> {
          std::optional<uint64_t> word = fn(x, y);
          return word ? std::optional(lowBits(*word, width)) : std::nullopt;
        });
  };
  auto choose = [&](arith::CmpIPredicate predicate) {
    return binary([=](uint64_t x, uint64_t y) {
      return holds(predicate, x, y, width) ? x : y;
    });
  };
  using Maybe = std::optional<uint64_t>;
  uint64_t sign = signBit(width);
  return TypeSwitch<Operation *, bool>(&op)
      .Case<arith::AddIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x + y; });
      })
      .Case<arith::SubIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x - y; });
      })
      .Case<arith::MulIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x * y; });
      })
      .Case<arith::AndIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x & y; });
      })
      .Case<arith::OrIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x | y; });
      })
      .Case<arith::XOrIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) { return x ^ y; });
      })
      .Case<arith::MinSIOp>(
          [&](auto) { return choose(arith::CmpIPredicate::slt); })
      .Case<arith::MaxSIOp>(
          [&](auto) { return choose(arith::CmpIPredicate::sgt); })
      .Case<arith::MinUIOp>(
          [&](auto) { return choose(arith::CmpIPredicate::ult); })
      .Case<arith::MaxUIOp>(
          [&](auto) { return choose(arith::CmpIPredicate::ugt); })
      .Case<arith::DivUIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) {
          return y == 0 ? Maybe() : Maybe(x / y);
        });
      })
      .Case<arith::RemUIOp>([&](auto) {
        return binary([](uint64_t x, uint64_t y) {
          return y == 0 ? Maybe() : Maybe(x % y);
        });
      })
      .Case<arith::DivSIOp>([&](auto) {
        return binary(
            [=](uint64_t x, uint64_t y) { return quotientOf(x, y, width); });
      })
      .Case<arith::RemSIOp>([&](auto) {
        return binary(
            [=](uint64_t x, uint64_t y) { return remainderOf(x, y, width); });
      })
      .Case<arith::ShLIOp>([&](auto) {
        return binary([=](uint64_t x, uint64_t y) {
          return y < width ? Maybe(x << y) : Maybe();
        });
      })
      .Case<arith::ShRUIOp>([&](auto) {
        return binary([=](uint64_t x, uint64_t y) {
          return y < width ? Maybe(x >> y) : Maybe();
        });
      })
      .Case<math::AbsIOp>([&](auto) {
        return unary([=](uint64_t x) { return (x & sign) != 0 ? 0 - x : x; });
      })
      .Case<arith::NegFOp>(
          [&](auto) { return unary([=](uint64_t x) { return x ^ sign; }); })
      .Case<math::AbsFOp>(
          [&](auto) { return unary([=](uint64_t x) { return x & ~sign; }); })
      .Case<math::CopySignOp>([&](auto) {
        return binary(
            [=](uint64_t x, uint64_t y) { return (x & ~sign) | (y & sign); });
      })
      .Default(false);
}

/// Whether `op` computes a float from others.
bool Interpreter::addOnFloats(Operation &op, Code &code) {
  auto unary = [&](auto fn) { return addFloats<1>(op, code, fn); };
  auto binary = [&](auto fn) { return addFloats<2>(op, code, fn); };
  return TypeSwitch<Operation *, bool>(&op)
      .Case<arith::AddFOp>(
          [&](auto) { return binary([](auto x, auto y) { return x + y; }); })
      .Case<arith::SubFOp>(
          [&](auto) { return binary([](auto x, auto y) { return x - y; }); })
      .Case<arith::MulFOp>(
          [&](auto) { return binary([](auto x, auto y) { return x * y; }); })
      .Case<arith::DivFOp>(
          [&](auto) { return binary([](auto x, auto y) { return x / y; }); })
      .Case<arith::MaximumFOp>([&](auto) {
        return binary([](auto x, auto y) { return largerOf(x, y); });
      })
      .Case<arith::MinimumFOp>([&](auto) {
        return binary([](auto x, auto y) { return smallerOf(x, y); });
      })
      .Case<math::PowFOp>([&](auto) {
        return binary([](auto x, auto y) { return std::pow(x, y); });
      })
      .Case<math::FmaOp>([&](auto) {
        return addFloats<3>(
            op, code, [](auto x, auto y, auto z) { return std::fma(x, y, z); });
      })
      .Case<math::SqrtOp>(
          [&](auto) { return unary([](auto x) { return std::sqrt(x); }); })
      .Case<math::FloorOp>(
          [&](auto) { return unary([](auto x) { return std::floor(x); }); })
      .Case<math::CeilOp>(
          [&](auto) { return unary([](auto x) { return std::ceil(x); }); })
      .Case<math::TruncOp>(
          [&](auto) { return unary([](auto x) { return std::trunc(x); }); })
      .Case<math::RoundEvenOp>(
          [&](auto) { return unary([](auto x) { return std::nearbyint(x); }); })
      .Case<math::ExpOp>(
          [&](auto) { return unary([](auto x) { return std::exp(x); }); })
      .Case<math::ExpM1Op>(
          [&](auto) { return unary([](auto x) { return std::expm1(x); }); })
      .Case<math::LogOp>(
          [&](auto) { return unary([](auto x) { return std::log(x); }); })
      .Case<math::Log1pOp>(
          [&](auto) { return unary([](auto x) { return std::log1p(x); }); })
      .Case<math::SinOp>(
          [&](auto) { return unary([](auto x) { return std::sin(x); }); })
      .Case<math::CosOp>(
          [&](auto) { return unary([](auto x) { return std::cos(x); }); })
      .Case<math::TanOp>(
          [&](auto) { return unary([](auto x) { return std::tan(x); }); })
      .Case<math::AsinOp>(
          [&](auto) { return unary([](auto x) { return std::asin(x); }); })
      .Case<math::AcosOp>(
          [&](auto) { return unary([](auto x) { return std::acos(x); }); })
      .Case<math::AtanOp>(
          [&](auto) { return unary([](auto x) { return std::atan(x); }); })
      .Case<math::SinhOp>(
          [&](auto) { return unary([](auto x) { return std::sinh(x); }); })
      .Case<math::CoshOp>(
          [&](auto) { return unary([](auto x) { return std::cosh(x); }); })
      .Case<math::TanhOp>(
          [&](auto) { return unary([](auto x) { return std::tanh(x); }); })
      .Case<math::AsinhOp>(
          [&](auto) { return unary([](auto x) { return std::asinh(x); }); })
      .Case<math::AcoshOp>(
          [&](auto) { return unary([](auto x) { return std::acosh(x); }); })
      .Case<math::AtanhOp>(
          [&](auto) { return unary([](auto x) { return std::atanh(x); }); })
      .Case<math::ErfOp>(
          [&](auto) { return unary([](auto x) { return std::erf(x); }); })
      .Default(false);
}
