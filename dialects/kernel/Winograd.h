// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Winograd's minimal filtering F(m, r): m neighbouring results of a filter of r
// taps by m + r - 1 products. In two dimensions, for a filter g and an input
// tile d, both transformed along rows and columns,
//   Y = A^T [(G g G^T) . (B^T d B)] A.

#ifndef VELTAIR_DIALECTS_KERNEL_WINOGRAD_H
#define VELTAIR_DIALECTS_KERNEL_WINOGRAD_H

#include <cstdint>
#include <vector>

namespace mlir::veltair::kernel {

/// The matrices of F(m, r), by interpolation at 0, pairs of points +p and -p,
/// and infinity, in this order: rows 1 + 2i and 2 + 2i of G and B^T, and such
/// columns of A^T, belong to +p and -p of pair i. All entries of A^T and B^T
/// are exact in f32.
class Winograd {
public:
  using Matrix = std::vector<std::vector<double>>;

  /// F(outputs, taps) for which there are points: tiles of 4 or 6 elements,
  /// like F(2, 3) and F(4, 3), F(3, 4), F(2, 5).
  static bool isSupported(int64_t outputs, int64_t taps) {
    int64_t size = outputs + taps - 1;
    return outputs > 1 && taps > 1 && (size == 4 || size == 6);
  }

  Winograd(int64_t outputs, int64_t taps);

  int64_t outputs() const { return outputTransform.size(); }
  int64_t taps() const { return filterTransform.front().size(); }
  /// Elements of an input tile along a row, and of the transformed tile.
  int64_t size() const { return inputTransform.size(); }
  /// Products of a two-dimensional tile.
  int64_t positions() const { return size() * size(); }

  const Matrix &filter() const { return filterTransform; } ///< G, size x r
  const Matrix &input() const { return inputTransform; }   ///< B^T, size x size
  const Matrix &output() const { return outputTransform; } ///< A^T, m x size

private:
  Matrix filterTransform, inputTransform, outputTransform;
};

} // namespace mlir::veltair::kernel

#endif // VELTAIR_DIALECTS_KERNEL_WINOGRAD_H
