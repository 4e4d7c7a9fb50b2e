// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Weights.h"
#include "dialects/kernel/Strassen.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/xxhash.h"
#include <gmock/gmock.h>
#include <numeric>

using namespace mlir;
using namespace mlir::veltair;

namespace {
class WeightsTest : public testing::Test {
protected:
  WeightsTest() { context.loadDialect<VeltairDialect>(); }

  RankedTensorType getType(ArrayRef<int64_t> shape, Type element) {
    return RankedTensorType::get(shape, element);
  }
  PackingAttr getPacking(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation,
                         ArrayRef<int64_t> inner, ArrayRef<int64_t> tiles) {
    return PackingAttr::get(&context, shape, permutation, inner, tiles);
  }

  MLIRContext context;
  OpBuilder builder{&context};
};
} // namespace

/// The definition of the packing, one element at a time: for each index of the
/// packed tensor, the index of the constant.
template <typename T>
static std::vector<T> packByDefinition(PackingAttr packing,
                                       RankedTensorType type,
                                       ArrayRef<T> source) {
  ArrayRef<int64_t> shape =
      packing.getShape().empty() ? type.getShape() : packing.getShape();
  size_t rank = shape.size();
  SmallVector<int64_t> permutation(packing.getPermutation());
  if (permutation.empty())
    for (size_t dim = 0; dim < rank; ++dim)
      permutation.push_back(dim);
  RankedTensorType packedType = packing.getPackedType(type);
  std::vector<T> packed(packedType.getNumElements());
  for (int64_t flat = 0; flat < packedType.getNumElements(); ++flat) {
    SmallVector<int64_t> index(packedType.getRank());
    for (int64_t dim = packedType.getRank(), rest = flat; dim-- > 0;
         rest /= packedType.getDimSize(dim))
      index[dim] = rest % packedType.getDimSize(dim);
    SmallVector<int64_t> permuted(index.begin(), index.begin() + rank);
    for (auto [i, dim] : llvm::enumerate(packing.getInnerDims()))
      permuted[dim] =
          permuted[dim] * packing.getInnerTiles()[i] + index[rank + i];
    SmallVector<int64_t> sourceIndex(rank);
    bool isInside = true;
    for (size_t dim = 0; dim < rank; ++dim) {
      sourceIndex[permutation[dim]] = permuted[dim];
      isInside &= permuted[dim] < shape[permutation[dim]];
    }
    int64_t sourceFlat = 0;
    for (size_t dim = 0; dim < rank; ++dim)
      sourceFlat = sourceFlat * shape[dim] + sourceIndex[dim];
    packed[flat] = isInside ? source[sourceFlat] : T(0);
  }
  return packed;
}

template <typename T>
static void expectPacking(PackingAttr packing, ArrayRef<int64_t> shape,
                          Type element) {
  auto type = RankedTensorType::get(shape, element);
  ASSERT_TRUE(isValidPacking(packing, type));
  std::vector<T> source(type.getNumElements());
  std::iota(source.begin(), source.end(), T(1));
  std::vector<T> packed(packing.getPackedType(type).getNumElements(), T(77));
  packConstant(packing, type,
               ArrayRef(reinterpret_cast<const char *>(source.data()),
                        source.size() * sizeof(T)),
               MutableArrayRef(reinterpret_cast<char *>(packed.data()),
                               packed.size() * sizeof(T)));
  EXPECT_EQ(packed, packByDefinition<T>(packing, type, source));
}

TEST_F(WeightsTest, PackingOfConvolutionWeights) {
  // OIHW to [O/16][I/16][H][W][16i][16o], with whole and with partial tiles.
  PackingAttr packing = getPacking({}, {}, {1, 0}, {16, 16});
  expectPacking<float>(packing, {32, 16, 3, 3}, builder.getF32Type());
  expectPacking<float>(packing, {20, 3, 1, 2}, builder.getF32Type());
}

TEST_F(WeightsTest, PackingKinds) {
  Type f32 = builder.getF32Type();
  expectPacking<float>(getPacking({}, {1, 0}, {}, {}), {3, 5}, f32);
  expectPacking<float>(getPacking({}, {1, 0}, {0}, {4}), {6, 5}, f32);
  expectPacking<float>(getPacking({2, 3, 5}, {2, 0, 1}, {1, 2}, {1, 2}), {30},
                       f32);
  expectPacking<float>(getPacking({}, {}, {0}, {8}), {3}, f32);
  expectPacking<float>(getPacking({}, {}, {}, {}), {}, f32);
  expectPacking<float>(getPacking({}, {2, 0, 1}, {0, 1, 2}, {3, 3, 3}),
                       {4, 5, 6}, f32);
}

TEST_F(WeightsTest, PackingOfPairsOfBf16) {
  // [N, K] to [N/16][K/2][16][2], rounded to nearest, ties to even.
  auto packing = PackingAttr::get(&context, {}, {}, {0, 1}, {16, 2},
                                  builder.getBF16Type());
  auto type = getType({2, 3}, builder.getF32Type());
  ASSERT_TRUE(isValidPacking(packing, type));
  RankedTensorType packedType = packing.getPackedType(type);
  EXPECT_EQ(packedType, getType({1, 2, 16, 2}, builder.getBF16Type()));
  const uint32_t source[] = {0x3f800000, 0x3f808000, 0x3f818000,
                             0x3f808001, 0x7f800001, 0xff7fffff};
  std::vector<uint16_t> packed(packedType.getNumElements(), 77);
  packConstant(packing, type,
               ArrayRef(reinterpret_cast<const char *>(source), sizeof source),
               MutableArrayRef(reinterpret_cast<char *>(packed.data()),
                               packed.size() * sizeof(uint16_t)));
  std::vector<uint16_t> wanted(64, 0);
  wanted[0] = 0x3f80;
  wanted[1] = 0x3f80; // a tie, to even
  wanted[32] = 0x3f82;
  wanted[2] = 0x3f81;
  wanted[3] = 0x7fc0;  // stays no number
  wanted[34] = 0xff80; // rounds to infinity
  EXPECT_EQ(packed, wanted);
  EXPECT_FALSE(isValidPacking(packing, getType({2, 3}, builder.getF64Type())));
}

TEST_F(WeightsTest, PackingOfTransformedFilters) {
  // OIHW to [O/16][4][4][I/16][16i][16o] of F(2x2, 3x3).
  auto packing =
      PackingAttr::get(&context, 2, {}, {0, 2, 3, 1}, {3, 0}, {16, 16});
  auto type = getType({17, 2, 3, 3}, builder.getF32Type());
  ASSERT_TRUE(isValidPacking(packing, type));
  RankedTensorType packedType = packing.getPackedType(type);
  EXPECT_EQ(packedType, getType({2, 4, 4, 1, 16, 16}, builder.getF32Type()));
  // Filter number n is n + 1 in its middle: it is n + 1 times the middle
  // columns of G on both sides, which are 0, 1/2, -1/2, 0.
  std::vector<float> source(type.getNumElements(), 0);
  for (int n = 0; n < 34; ++n)
    source[n * 9 + 4] = n + 1;
  std::vector<float> packed(packedType.getNumElements(), 77);
  packConstant(packing, type,
               ArrayRef(reinterpret_cast<const char *>(source.data()),
                        source.size() * sizeof(float)),
               MutableArrayRef(reinterpret_cast<char *>(packed.data()),
                               packed.size() * sizeof(float)));
  const float middle[] = {0, 0.5, -0.5, 0};
  for (int output = 0; output < 32; ++output)
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j)
        for (int input = 0; input < 16; ++input) {
          float filter = output < 17 && input < 2 ? output * 2 + input + 1 : 0;
          size_t at =
              (((output / 16 * 4 + i) * 4 + j) * 16 + input) * 16 + output % 16;
          EXPECT_EQ(packed[at], filter * middle[i] * middle[j]);
        }
  EXPECT_FALSE(
      isValidPacking(packing, getType({17, 2, 3, 5}, builder.getF32Type())));
  EXPECT_FALSE(
      isValidPacking(packing, getType({17, 2, 3, 3}, builder.getF64Type())));
}

TEST_F(WeightsTest, PackingOfTransformedFiltersInPairs) {
  // OIHW to [O/16][4][4][I/2][16o][2i]: rounded once, after the transform.
  auto packing = PackingAttr::get(&context, 2, {}, {0, 2, 3, 1}, {0, 3},
                                  {16, 2}, builder.getBF16Type());
  auto type = getType({1, 2, 3, 3}, builder.getF32Type());
  ASSERT_TRUE(isValidPacking(packing, type));
  RankedTensorType packedType = packing.getPackedType(type);
  EXPECT_EQ(packedType, getType({1, 4, 4, 1, 16, 2}, builder.getBF16Type()));
  // The first filter is a tie of bf16 in its corner, where G is -1, 1/2, 1/2,
  // 0; the second is 4 in its middle, where G is 0, 1/2, -1/2, 0.
  std::vector<float> source(type.getNumElements(), 0);
  source[0] = 1 + 0x1p-8f;
  source[9 + 4] = 4;
  std::vector<uint16_t> packed(packedType.getNumElements(), 77);
  packConstant(packing, type,
               ArrayRef(reinterpret_cast<const char *>(source.data()),
                        source.size() * sizeof(float)),
               MutableArrayRef(reinterpret_cast<char *>(packed.data()),
                               packed.size() * sizeof(uint16_t)));
  std::vector<uint16_t> wanted(packed.size(), 0);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) {
      // 1, -1/2 or 1/4: a tie goes to the even one.
      bool negative = (i > 0) != (j > 0);
      wanted[(i * 4 + j) * 32] =
          (negative ? 0xbf80 : 0x3f80) - 0x80 * ((i > 0) + (j > 0));
      if (i > 0 && j > 0)
        wanted[(i * 4 + j) * 32 + 1] = i == j ? 0x3f80 : 0xbf80;
    }
  EXPECT_EQ(packed, wanted);
}

TEST_F(WeightsTest, PackingOfAnyElementSize) {
  PackingAttr packing = getPacking({}, {1, 0}, {0, 1}, {4, 2});
  expectPacking<uint8_t>(packing, {7, 9}, builder.getI8Type());
  expectPacking<uint16_t>(packing, {7, 9}, builder.getBF16Type());
  expectPacking<uint32_t>(packing, {7, 9}, builder.getI32Type());
  expectPacking<uint64_t>(packing, {7, 9}, builder.getF64Type());
}

TEST_F(WeightsTest, InvalidPackings) {
  auto type = getType({4, 6}, builder.getF32Type());
  EXPECT_TRUE(isValidPacking(getPacking({24}, {}, {0}, {16}), type));
  EXPECT_FALSE(isValidPacking(getPacking({23}, {}, {}, {}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {0, 0}, {}, {}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {0}, {}, {}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {}, {2}, {4}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {}, {1, 1}, {4, 4}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {}, {1}, {0}), type));
  EXPECT_FALSE(isValidPacking(getPacking({}, {}, {1}, {}), type));
}

TEST_F(WeightsTest, EqualBytesAreStoredOnce) {
  std::string file;
  llvm::raw_string_ostream os(file);
  WeightWriter writer(os);
  auto type = getType({2, 2}, builder.getF32Type());
  auto value = DenseElementsAttr::get(type, ArrayRef<float>{1, 2, 2, 1});
  PackingAttr plain = getPacking({}, {}, {}, {});
  EXPECT_EQ(*writer.add(value, type, plain), 0u);
  EXPECT_EQ(*writer.add(value, type, plain), 0u);
  // The transpose of a symmetric matrix.
  EXPECT_EQ(*writer.add(value, type, getPacking({}, {1, 0}, {}, {})), 0u);
  EXPECT_EQ(*writer.add(value, type, getPacking({}, {}, {0}, {4})), 1u);
  writer.startPage();
  writer.startPage();
  EXPECT_EQ(*writer.add(value, type, plain), 0u);
  EXPECT_EQ(*writer.add(value, type, getPacking({}, {}, {1}, {8})), 2u);

  ArrayRef<veltair_constant> constants = writer.getConstants();
  ASSERT_EQ(constants.size(), 3u);
  EXPECT_EQ(constants[0].offset, 0u);
  EXPECT_EQ(constants[1].offset, VELTAIR_ALIGNMENT);
  EXPECT_EQ(constants[2].offset, 4096u);
  EXPECT_EQ(writer.getSize(), file.size());
  SmallVector<uint64_t> hashes;
  for (const veltair_constant &constant : constants) {
    EXPECT_EQ(constant.hash, llvm::xxh3_64bits(StringRef(file).substr(
                                 constant.offset, constant.size)));
    hashes.push_back(constant.hash);
  }
  EXPECT_EQ(writer.getHash(),
            llvm::xxh3_64bits(
                StringRef(reinterpret_cast<const char *>(hashes.data()), 24)));
}

// Seven products of sums of blocks, combined, are the product.
TEST_F(WeightsTest, SumsOfBlocksMultiply) {
  using kernel::Strassen;
  constexpr int64_t m = 4, k = 6, n = 8;
  std::vector<float> a(m * k), b(k * n);
  std::iota(a.begin(), a.end(), -7.0f);
  for (size_t i = 0; i < b.size(); ++i)
    b[i] = float(i * i % 11) - 4;
  for (bool transposed : {false, true}) {
    std::vector<float> stored(b.size());
    for (int64_t i = 0; i < k; ++i)
      for (int64_t j = 0; j < n; ++j)
        stored[transposed ? j * k + i : i * n + j] = b[i * n + j];
    auto packing = PackingAttr::get(
        &context, transposed ? BlockSums::Transposed : BlockSums::Plain, {}, {},
        {}, {});
    RankedTensorType type =
        getType(transposed ? ArrayRef<int64_t>{n, k} : ArrayRef<int64_t>{k, n},
                builder.getF32Type());
    ASSERT_TRUE(isValidPacking(packing, type));
    std::vector<float> sums(Strassen::products * k * n / 4);
    packConstant(packing, type,
                 ArrayRef<char>(reinterpret_cast<const char *>(stored.data()),
                                stored.size() * sizeof(float)),
                 MutableArrayRef<char>(reinterpret_cast<char *>(sums.data()),
                                       sums.size() * sizeof(float)));
    auto right = [&](int64_t product, int64_t i, int64_t j) {
      int64_t inner = transposed ? j * (k / 2) + i : i * (n / 2) + j;
      return sums[product * k * n / 4 + inner];
    };
    auto left = [&](int64_t product, int64_t i, int64_t j) {
      float sum = 0;
      for (int64_t block = 0; block < Strassen::blocks; ++block)
        sum += Strassen::lhs[product][block] *
               a[(i + block / 2 * m / 2) * k + j + block % 2 * k / 2];
      return sum;
    };
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        int64_t block = i / (m / 2) * 2 + j / (n / 2);
        float got = 0, want = 0;
        for (int64_t p = 0; p < Strassen::products; ++p)
          for (int64_t l = 0; l < k / 2; ++l)
            got += Strassen::result[block][p] * left(p, i % (m / 2), l) *
                   right(p, l, j % (n / 2));
        for (int64_t l = 0; l < k; ++l)
          want += a[i * k + l] * b[l * n + j];
        EXPECT_EQ(got, want) << i << ' ' << j;
      }
  }
}

TEST_F(WeightsTest, SumsOfBlocksNeedEvenMatrices) {
  auto packing = PackingAttr::get(&context, BlockSums::Plain, {}, {}, {}, {});
  Type f32 = builder.getF32Type();
  EXPECT_TRUE(isValidPacking(packing, getType({4, 6}, f32)));
  EXPECT_FALSE(isValidPacking(packing, getType({4, 5}, f32)));
  EXPECT_FALSE(isValidPacking(packing, getType({2, 4, 6}, f32)));
  EXPECT_FALSE(isValidPacking(packing, getType({4, 6}, builder.getF64Type())));
}
