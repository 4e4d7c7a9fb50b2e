// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Tensor.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cstring>

namespace veltair::tool {
namespace {

TEST(Tensor, BytesAreCheckedForOverflow) {
  using Dims = std::vector<int64_t>;
  EXPECT_EQ(tensorBytes(Dims{2, 3}, 4), 24u);
  EXPECT_EQ(tensorBytes(Dims{}, 8), 8u);
  EXPECT_EQ(tensorBytes(Dims{0, 7}, 8), 0u);
  EXPECT_FALSE(tensorBytes(Dims{-1}, 1));
  EXPECT_FALSE(tensorBytes(Dims{int64_t(1) << 62, 8}, 1));
}

TEST(Tensor, ShapeText) {
  using Dims = std::vector<int64_t>;
  EXPECT_EQ(shapeText(Dims{1, 3, 224}), "1x3x224");
  EXPECT_EQ(shapeText(Dims{VELTAIR_DYNAMIC_DIM, 3}), "?x3");
  EXPECT_EQ(shapeText(Dims{}), "scalar");
}

template <typename T>
std::vector<T> randoms(veltair_dtype dtype, double low, double high,
                       uint64_t seed) {
  constexpr size_t count = 1000;
  Tensor tensor{dtype, {count}, std::vector<std::byte>(count * sizeof(T))};
  fillRandom(tensor, low, high, seed);
  std::vector<T> values(count);
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

template <typename T>
void checkRange(veltair_dtype dtype, double low, double high) {
  std::vector<T> values = randoms<T>(dtype, low, high, 1);
  auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  EXPECT_GE(double(*least), low);
  EXPECT_LE(double(*greatest), high);
  EXPECT_LT(double(*least), low + (high - low) * 0.05);
  EXPECT_GT(double(*greatest), high - (high - low) * 0.05);
  EXPECT_EQ(values, randoms<T>(dtype, low, high, 1));
  EXPECT_NE(values, randoms<T>(dtype, low, high, 2));
}

TEST(Tensor, RandomValuesLieInTheirRange) {
  checkRange<float>(VELTAIR_F32, -2, 3);
  checkRange<double>(VELTAIR_F64, 5, 6);
  checkRange<_Float16>(VELTAIR_F16, -1, 1);
  checkRange<int8_t>(VELTAIR_I8, -100, 100);
  checkRange<int64_t>(VELTAIR_I64, 0, 30521);
  checkRange<uint32_t>(VELTAIR_U32, 0, 4e9);
}

} // namespace
} // namespace veltair::tool
