// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalars as the words of the interpreter, and what operations on them give. A
// word holds the bits of a scalar: an integer is extended by zeros, an index
// one of 64 bits.

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_SCALARWORDS_H
#define VELTAIR_COMPILER_CODEGEN_GENERAL_SCALARWORDS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace mlir::veltair::words {

inline uint64_t lowBits(uint64_t word, unsigned width) {
  return word & llvm::maskTrailingOnes<uint64_t>(width);
}

inline uint64_t signBit(unsigned width) { return uint64_t(1) << (width - 1); }

/// A word of f32 or f64 as the number.
template <typename T> T asFloat(uint64_t word) {
  if constexpr (std::is_same_v<T, float>)
    return llvm::bit_cast<float>(uint32_t(word));
  else
    return llvm::bit_cast<double>(word);
}

/// A number as a word. One stands for all NaNs, whichever the machine makes.
uint64_t asWord(float value);
uint64_t asWord(double value);

/// A number of any floating-point type in f64, which holds all of them.
double widen(FloatType type, uint64_t word);
/// A number rounded to a floating-point type.
uint64_t narrow(FloatType type, double value);

/// Whether a comparison holds: of integers of `width` bits, of floats.
bool holds(arith::CmpIPredicate predicate, uint64_t x, uint64_t y,
           unsigned width);
bool holds(arith::CmpFPredicate predicate, double x, double y);

/// The quotient and the remainder of signed integers of `width` bits; nothing
/// where there is none.
std::optional<uint64_t> quotientOf(uint64_t x, uint64_t y, unsigned width);
std::optional<uint64_t> remainderOf(uint64_t x, uint64_t y, unsigned width);

/// A float towards zero as an integer of `width` bits; nothing when it has no
/// such value.
std::optional<uint64_t> toInteger(double value, unsigned width, bool isSigned);

/// The larger float: a NaN if there is one; 0 is larger than -0.
template <typename T> T largerOf(T x, T y) {
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) ? x : y;
  if (x == y)
    return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

/// The smaller float: a NaN if there is one; -0 is smaller than 0.
template <typename T> T smallerOf(T x, T y) {
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) ? x : y;
  if (x == y)
    return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

} // namespace mlir::veltair::words

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_SCALARWORDS_H
