// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Elements.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <gmock/gmock.h>
#include <numeric>

using namespace mlir;
using namespace mlir::veltair::onnx;

/// A constant of bytes that count from `first` on, too large to be in the IR.
static ElementsAttr makeLarge(Type element, char first) {
  std::vector<char> bytes(4096);
  std::iota(bytes.begin(), bytes.end(), first);
  int64_t count = bytes.size() / elementBytes(element);
  return makeElements(RankedTensorType::get({count}, element), bytes);
}

static std::string getName(ElementsAttr value) {
  return cast<DenseResourceElementsAttr>(value).getRawHandle().getKey().str();
}

TEST(ElementsTest, ResourcesAreKnownByTheirBytes) {
  MLIRContext one(MLIRContext::Threading::DISABLED);
  MLIRContext two(MLIRContext::Threading::DISABLED);
  Type f32 = Builder(&one).getF32Type(), other = Builder(&two).getF32Type();
  ElementsAttr a = makeLarge(f32, 0), b = makeLarge(f32, 1);
  EXPECT_NE(getName(a), getName(b));
  EXPECT_TRUE(makeLarge(f32, 0) == a);
  // Bytes need not be aligned for floats.
  EXPECT_NE(getName(makeLarge(Builder(&one).getI8Type(), 0)), getName(a));
  // Whichever is the first.
  EXPECT_EQ(getName(makeLarge(other, 1)), getName(b));
  EXPECT_EQ(getName(makeLarge(other, 0)), getName(a));
}

TEST(ElementsTest, BytesOfConstants) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  Builder builder(&context);
  auto getType = [](ArrayRef<int64_t> shape, Type element) {
    return RankedTensorType::get(shape, element);
  };
  auto getBytes = [&](ElementsAttr value) {
    ElementBytes bytes(value);
    return bytes ? bytes.get().vec() : std::vector<char>{'?'};
  };
  auto bools = getType({3}, builder.getI1Type());
  EXPECT_THAT(getBytes(DenseElementsAttr::get(
                  bools, ArrayRef<bool>{true, false, true})),
              testing::ElementsAre(1, 0, 1));
  EXPECT_THAT(getBytes(DenseElementsAttr::get(bools, true)),
              testing::ElementsAre(1, 1, 1));
  auto shorts = getType({2}, builder.getI16Type());
  EXPECT_THAT(getBytes(DenseElementsAttr::get(shorts, int16_t(0x0102))),
              testing::ElementsAre(2, 1, 2, 1));
  auto resource = DenseResourceElementsAttr::get(
      shorts, "r",
      HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef<int16_t>{1, 2}));
  EXPECT_THAT(getBytes(resource), testing::ElementsAre(1, 0, 2, 0));
  auto tooSmall = DenseResourceElementsAttr::get(
      shorts, "s",
      HeapAsmResourceBlob::allocateAndCopyInferAlign(ArrayRef<int16_t>{1}));
  EXPECT_THAT(getBytes(tooSmall), testing::ElementsAre('?'));
  auto huge = getType({1 << 20, 1 << 20}, builder.getI16Type());
  EXPECT_THAT(getBytes(DenseElementsAttr::get(huge, int16_t(1))),
              testing::ElementsAre('?'));
  auto manyBools = getType({1 << 20, 1 << 20}, builder.getI1Type());
  EXPECT_THAT(getBytes(DenseElementsAttr::get(manyBools, true)),
              testing::ElementsAre('?'));
}
