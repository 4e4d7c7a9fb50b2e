// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/Winograd.h"
#include <cassert>
#include <cmath>

using namespace mlir::veltair::kernel;

/// The coefficients, constant first, of the product of (x - root).
static std::vector<double> polynomial(const std::vector<double> &roots) {
  std::vector<double> coefficients = {1};
  for (double root : roots) {
    coefficients.insert(coefficients.begin(), 0);
    for (size_t i = 0; i + 1 < coefficients.size(); ++i)
      coefficients[i] -= root * coefficients[i + 1];
  }
  return coefficients;
}

Winograd::Winograd(int64_t outputs, int64_t taps) {
  assert(isSupported(outputs, taps) && "no points for this size");
  // Pairs around 1, not the usual 1 and 2: half the error in f32, as the powers
  // of the points in A^T spread less, and exact all the same.
  std::vector<double> points = {0, 1, -1};
  if (outputs + taps - 1 == 6)
    points = {0, 0.75, -0.75, 1.5, -1.5};

  size_t size = points.size() + 1;
  filterTransform.assign(size, std::vector<double>(taps, 0));
  inputTransform.assign(size, std::vector<double>(size, 0));
  outputTransform.assign(outputs, std::vector<double>(size, 0));
  for (size_t i = 0; i < points.size(); ++i) {
    std::vector<double> others = points;
    others.erase(others.begin() + i);
    double scale = 1;
    for (double other : others)
      scale *= points[i] - other;
    for (int64_t power = 0; power < taps; ++power)
      filterTransform[i][power] = std::pow(points[i], power) / scale;
    std::vector<double> row = polynomial(others);
    std::copy(row.begin(), row.end(), inputTransform[i].begin());
    for (int64_t power = 0; power < outputs; ++power)
      outputTransform[power][i] = std::pow(points[i], power);
  }
  filterTransform.back().back() = 1;
  inputTransform.back() = polynomial(points);
  outputTransform.back().back() = 1;
}
