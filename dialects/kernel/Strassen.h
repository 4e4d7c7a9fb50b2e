// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Strassen's product of matrices of 2 x 2 blocks by seven products of blocks.

#ifndef VELTAIR_DIALECTS_KERNEL_STRASSEN_H
#define VELTAIR_DIALECTS_KERNEL_STRASSEN_H

#include <array>
#include <cstdint>

namespace mlir::veltair::kernel {

/// Blocks are numbered row by row. Product p is the sum of blocks of the left
/// operand with the factors `lhs[p]` times that of blocks of the right operand
/// with `rhs[p]`; block b of the result is the sum of products with the factors
/// `result[b]`. All factors are 0, 1 and -1.
///
/// One level is used, in f32: its error bound is that of the plain product
/// times a small constant, in terms of the norms of both operands rather than
/// of single rows and columns.
struct Strassen {
  static constexpr int64_t products = 7, blocks = 4;
  using Factors = std::array<int, blocks>;

  static constexpr std::array<Factors, products> lhs = {{{1, 0, 0, 1},
                                                         {0, 0, 1, 1},
                                                         {1, 0, 0, 0},
                                                         {0, 0, 0, 1},
                                                         {1, 1, 0, 0},
                                                         {-1, 0, 1, 0},
                                                         {0, 1, 0, -1}}};
  static constexpr std::array<Factors, products> rhs = {{{1, 0, 0, 1},
                                                         {1, 0, 0, 0},
                                                         {0, 1, 0, -1},
                                                         {-1, 0, 1, 0},
                                                         {0, 0, 0, 1},
                                                         {1, 1, 0, 0},
                                                         {0, 0, 1, 1}}};
  static constexpr std::array<std::array<int, products>, blocks> result = {
      {{1, 0, 0, 1, -1, 0, 1},
       {0, 0, 1, 0, 1, 0, 0},
       {0, 1, 0, 1, 0, 0, 0},
       {1, -1, 1, 0, 0, 1, 0}}};
};

} // namespace mlir::veltair::kernel

#endif // VELTAIR_DIALECTS_KERNEL_STRASSEN_H
