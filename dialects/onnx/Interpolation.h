// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operations share that interpolate.

#ifndef VELTAIR_DIALECTS_ONNX_INTERPOLATION_H
#define VELTAIR_DIALECTS_ONNX_INTERPOLATION_H

#include "dialects/onnx/ElementBuilder.h"

namespace mlir::veltair::onnx {

/// Most elements that a result is interpolated between: the code of each of
/// them is written out.
constexpr int64_t maxCombinations = 4096;

/// The weight of an element by its distance from the point that is wanted, with
/// the parameter `a`.
class CubicFunction {
public:
  CubicFunction(ElementBuilder &b, double a) : b(b), a(a) {}

  /// Of distances up to 1, and of those from 1 to 2.
  Value near(Value x) { return polynomial(x, a + 2, -(a + 3), 0, 1); }
  Value far(Value x) { return polynomial(x, a, -5 * a, 8 * a, -4 * a); }

  /// The weights of the four positions around a point at distance `t` behind
  /// the second.
  SmallVector<Value> weights(Value t) {
    Value one = b.constantLike(t, 1), rest = b.sub(one, t);
    return {far(b.add(t, one)), near(t), near(rest), far(b.add(rest, one))};
  }

private:
  Value polynomial(Value x, double c3, double c2, double c1, double c0) {
    auto number = [&](double value) { return b.constantLike(x, value); };
    Value result = b.add(b.mul(number(c3), x), number(c2));
    result = b.add(b.mul(result, x), number(c1));
    return b.add(b.mul(result, x), number(c0));
  }

  ElementBuilder &b;
  double a;
};

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_INTERPOLATION_H
