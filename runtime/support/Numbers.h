// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arithmetic on numbers that nobody has checked yet.

#ifndef VELTAIR_SUPPORT_NUMBERS_H
#define VELTAIR_SUPPORT_NUMBERS_H

#include <cstdint>

namespace veltair {

// True if [offset, offset + size) lies within [0, total).
constexpr bool fits(uint64_t offset, uint64_t size, uint64_t total) {
  return offset <= total && size <= total - offset;
}

// Stores a * b; false when it does not fit.
constexpr bool multiply(uint64_t a, uint64_t b, uint64_t &product) {
  return !__builtin_mul_overflow(a, b, &product);
}

constexpr bool isPowerOfTwo(uint64_t x) { return x && (x & (x - 1)) == 0; }

} // namespace veltair

#endif // VELTAIR_SUPPORT_NUMBERS_H
