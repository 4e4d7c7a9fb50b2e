// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/ScalarWords.h"
#include <limits>

using namespace mlir;
using namespace mlir::veltair;

uint64_t words::asWord(float value) {
  return llvm::bit_cast<uint32_t>(
      std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value);
}

uint64_t words::asWord(double value) {
  return llvm::bit_cast<uint64_t>(
      std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value);
}

double words::widen(FloatType type, uint64_t word) {
  if (type.isF64())
    return asFloat<double>(word);
  if (type.isF32())
    return asFloat<float>(word);
  APFloat value(type.getFloatSemantics(), APInt(type.getWidth(), word));
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

uint64_t words::narrow(FloatType type, double value) {
  if (type.isF64())
    return asWord(value);
  if (type.isF32())
    return asWord(float(value));
  APFloat number(value);
  bool losesInfo;
  number.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.bitcastToAPInt().getZExtValue();
}

bool words::holds(arith::CmpIPredicate predicate, uint64_t x, uint64_t y,
                  unsigned width) {
  int64_t a = llvm::SignExtend64(x, width), b = llvm::SignExtend64(y, width);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return x == y;
  case arith::CmpIPredicate::ne:
    return x != y;
  case arith::CmpIPredicate::slt:
    return a < b;
  case arith::CmpIPredicate::sle:
    return a <= b;
  case arith::CmpIPredicate::sgt:
    return a > b;
  case arith::CmpIPredicate::sge:
    return a >= b;
  case arith::CmpIPredicate::ult:
    return x < y;
  case arith::CmpIPredicate::ule:
    return x <= y;
  case arith::CmpIPredicate::ugt:
    return x > y;
  case arith::CmpIPredicate::uge:
    return x >= y;
  }
  llvm_unreachable("unknown predicate");
}

bool words::holds(arith::CmpFPredicate predicate, double x, double y) {
  bool unordered = std::isnan(x) || std::isnan(y);
  switch (predicate) {
  case arith::CmpFPredicate::AlwaysFalse:
    return false;
  case arith::CmpFPredicate::OEQ:
    return x == y;
  case arith::CmpFPredicate::OGT:
    return x > y;
  case arith::CmpFPredicate::OGE:
    return x >= y;
  case arith::CmpFPredicate::OLT:
    return x < y;
  case arith::CmpFPredicate::OLE:
    return x <= y;
  case arith::CmpFPredicate::ONE:
    return x < y || x > y;
  case arith::CmpFPredicate::ORD:
    return !unordered;
  case arith::CmpFPredicate::UEQ:
    return unordered || x == y;
  case arith::CmpFPredicate::UGT:
    return unordered || x > y;
  case arith::CmpFPredicate::UGE:
    return unordered || x >= y;
  case arith::CmpFPredicate::ULT:
    return unordered || x < y;
  case arith::CmpFPredicate::ULE:
    return unordered || x <= y;
  case arith::CmpFPredicate::UNE:
    return x != y;
  case arith::CmpFPredicate::UNO:
    return unordered;
  case arith::CmpFPredicate::AlwaysTrue:
    return true;
  }
  llvm_unreachable("unknown predicate");
}

std::optional<uint64_t> words::quotientOf(uint64_t x, uint64_t y,
                                          unsigned width) {
  int64_t a = llvm::SignExtend64(x, width), b = llvm::SignExtend64(y, width);
  if (b == 0 || (b == -1 && a == llvm::minIntN(width)))
    return std::nullopt;
  return uint64_t(a / b);
}

std::optional<uint64_t> words::remainderOf(uint64_t x, uint64_t y,
                                           unsigned width) {
  int64_t a = llvm::SignExtend64(x, width), b = llvm::SignExtend64(y, width);
  if (b == 0)
    return std::nullopt;
  return b == -1 ? uint64_t(0) : uint64_t(a % b);
}

std::optional<uint64_t> words::toInteger(double value, unsigned width,
                                         bool isSigned) {
  double whole = std::trunc(value);
  double limit = std::ldexp(1.0, int(width) - (isSigned ? 1 : 0));
  // False for a NaN.
  if (!(whole >= (isSigned ? -limit : 0.0) && whole < limit))
    return std::nullopt;
  return isSigned ? lowBits(uint64_t(int64_t(whole)), width) : uint64_t(whole);
}
