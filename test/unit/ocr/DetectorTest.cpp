// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Detector.h"

#include "gtest/gtest.h"

namespace ocr {
namespace {

struct Map {
  static constexpr int width = 100, height = 60;
  std::vector<float> probability = std::vector<float>(width * height);

  void fill(int x0, int y0, int x1, int y1, float value) {
    for (int y = y0; y < y1; ++y)
      for (int x = x0; x < x1; ++x)
        probability[size_t(y) * width + size_t(x)] = value;
  }
  std::vector<Rectangle> find() const {
    return findRectangles(probability, width, height);
  }
};

TEST(Detector, GrowsTheCoreOfALine) {
  Map map;
  map.fill(20, 20, 60, 30, 0.9f);
  std::vector<Rectangle> found = map.find();
  ASSERT_EQ(found.size(), 1u);
  // The mask is one pixel larger to the right and down: pixel centers from 20
  // to 60 and from 20 to 30.
  float area = 40 * 10, perimeter = 2 * (40 + 10);
  float grown = 2 * 1.6f * area / perimeter;
  EXPECT_NEAR(found[0].width, 40 + grown, 1e-3);
  EXPECT_NEAR(found[0].height, 10 + grown, 1e-3);
  EXPECT_NEAR(found[0].center.x, 40, 1e-3);
  EXPECT_NEAR(found[0].center.y, 25, 1e-3);
}

TEST(Detector, LeavesOutTheFaintAndTheTiny) {
  Map map;
  map.fill(10, 10, 40, 20, 0.4f); // over the threshold, but faint
  map.fill(60, 10, 62, 12, 1.0f); // too small
  map.fill(60, 30, 90, 40, 0.2f); // nothing
  EXPECT_TRUE(map.find().empty());
}

TEST(Detector, JoinsGapsOfOnePixel) {
  Map map;
  map.fill(10, 10, 30, 20, 1);
  map.fill(31, 10, 50, 20, 1);
  EXPECT_EQ(map.find().size(), 1u);
  map.fill(30, 10, 33, 20, 0);
  EXPECT_EQ(map.find().size(), 2u);
}

TEST(Detector, ReachesTheBorders) {
  Map map;
  map.fill(0, 0, Map::width, Map::height, 1);
  ASSERT_EQ(map.find().size(), 1u);
  EXPECT_NEAR(map.find()[0].center.x, (Map::width - 1) / 2.0, 1e-3);
}

TEST(Detector, SortsInReadingOrder) {
  auto at = [](float x, float y) { return Rectangle{{x, y}, {1, 0}, 20, 10}; };
  std::vector<Rectangle> r = {at(10, 52), at(70, 11), at(10, 13), at(60, 50),
                              at(30, 30)};
  sortInReadingOrder(r);
  std::vector<float> xs;
  for (const Rectangle &rectangle : r)
    xs.push_back(rectangle.center.x);
  EXPECT_EQ(xs, (std::vector<float>{10, 70, 30, 10, 60}));
}

} // namespace
} // namespace ocr
