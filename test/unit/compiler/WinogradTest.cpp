// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/Winograd.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir::veltair::kernel;

using Matrix = Winograd::Matrix;

static Matrix multiply(const Matrix &a, const Matrix &b) {
  Matrix product(a.size(), std::vector<double>(b.front().size()));
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < b.front().size(); ++j)
      for (size_t k = 0; k < b.size(); ++k)
        product[i][j] += a[i][k] * b[k][j];
  return product;
}

static Matrix transpose(const Matrix &a) {
  Matrix result(a.front().size(), std::vector<double>(a.size()));
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < a.front().size(); ++j)
      result[j][i] = a[i][j];
  return result;
}

/// m x m^T on both sides.
static Matrix transform(const Matrix &m, const Matrix &x) {
  return multiply(multiply(m, x), transpose(m));
}

/// Outputs and taps.
class WinogradTest : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(WinogradTest, ComputesConvolutions) {
  auto [outputs, taps] = GetParam();
  Winograd winograd(outputs, taps);
  ASSERT_EQ(winograd.outputs(), outputs);
  ASSERT_EQ(winograd.taps(), taps);
  ASSERT_EQ(winograd.size(), outputs + taps - 1);
  ASSERT_EQ(winograd.positions(), winograd.size() * winograd.size());
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  auto draw = [&](size_t size) {
    Matrix x(size, std::vector<double>(size));
    for (std::vector<double> &row : x)
      for (double &element : row)
        element = normal(random);
    return x;
  };
  Matrix filter = draw(taps), input = draw(winograd.size());
  Matrix products = transform(winograd.filter(), filter);
  Matrix transformed = transform(winograd.input(), input);
  for (size_t i = 0; i < products.size(); ++i)
    for (size_t j = 0; j < products.size(); ++j)
      products[i][j] *= transformed[i][j];
  Matrix result = transform(winograd.output(), products);
  for (int64_t i = 0; i < winograd.outputs(); ++i)
    for (int64_t j = 0; j < winograd.outputs(); ++j) {
      double sum = 0;
      for (int64_t r = 0; r < taps; ++r)
        for (int64_t s = 0; s < taps; ++s)
          sum += filter[r][s] * input[i + r][j + s];
      EXPECT_NEAR(result[i][j], sum, 1e-12);
    }
}

/// What is computed in f32 uses no rounded constant.
TEST_P(WinogradTest, IsExactInF32) {
  Winograd winograd(GetParam().first, GetParam().second);
  for (const Matrix &matrix : {winograd.input(), winograd.output()})
    for (const std::vector<double> &row : matrix)
      for (double element : row)
        EXPECT_EQ(element, double(float(element)));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, WinogradTest,
                         testing::Values(std::pair(2, 3), std::pair(4, 3),
                                         std::pair(3, 2), std::pair(5, 2),
                                         std::pair(3, 4), std::pair(2, 5)));
