// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Geometry.h"

#include "gtest/gtest.h"

#include <cmath>

namespace ocr {
namespace {

constexpr float tolerance = 1e-3f;

// Points of a grid in a rectangle of 20 x 6 around (50, 40), turned.
std::vector<Point> turnedGrid(float degrees) {
  float radians = degrees * float(M_PI) / 180;
  Point across{std::cos(radians), std::sin(radians)};
  Point down{-across.y, across.x};
  std::vector<Point> points;
  for (int u = -10; u <= 10; ++u)
    for (int v = -3; v <= 3; ++v)
      points.push_back(Point{50, 40} + across * float(u) + down * float(v));
  return points;
}

TEST(Geometry, SmallestRectangleFindsTheAngle) {
  for (float degrees : {0.0f, 7.0f, -30.0f, 44.0f}) {
    Rectangle r = smallestRectangle(turnedGrid(degrees));
    EXPECT_NEAR(r.width, 20, tolerance) << degrees;
    EXPECT_NEAR(r.height, 6, tolerance) << degrees;
    EXPECT_NEAR(r.center.x, 50, tolerance);
    EXPECT_NEAR(r.center.y, 40, tolerance);
    EXPECT_NEAR(std::atan2(r.across.y, r.across.x) * 180 / M_PI, degrees, 0.1);
  }
}

TEST(Geometry, TheWidthIsTheSideNearerToTheHorizontal) {
  Rectangle r = smallestRectangle(turnedGrid(60));
  EXPECT_NEAR(r.width, 6, tolerance);
  EXPECT_NEAR(r.height, 20, tolerance);
  EXPECT_NEAR(std::atan2(r.across.y, r.across.x) * 180 / M_PI, -30, 0.1);
}

TEST(Geometry, FewPointsAreFlat) {
  Rectangle one = smallestRectangle({{3, 4}});
  EXPECT_EQ(one.width, 0);
  EXPECT_EQ(one.height, 0);
  EXPECT_EQ(one.center.x, 3);
  Rectangle two = smallestRectangle({{0, 0}, {3, 3}});
  EXPECT_NEAR(two.width * two.height, 0, tolerance);
  Rectangle line = smallestRectangle({{0, 1}, {1, 1}, {2, 1}, {5, 1}});
  EXPECT_NEAR(line.width, 5, tolerance);
  EXPECT_NEAR(line.height, 0, tolerance);
}

TEST(Geometry, RectanglesGrowScaleAndTurn) {
  Rectangle r{{10, 20}, {1, 0}, 8, 4};
  EXPECT_TRUE(r.contains({14, 22}));
  EXPECT_FALSE(r.contains({14.5, 22}));
  EXPECT_TRUE(r.grown(1).contains({14.5, 22}));
  Rectangle big = r.scaled(2);
  EXPECT_EQ(big.center.x, 20);
  EXPECT_EQ(big.width, 16);
  // The right side becomes the top: "down" then points to the left.
  Rectangle turned = r.turnedLeft();
  EXPECT_EQ(turned.width, 4);
  EXPECT_EQ(turned.down().x, -1);
  EXPECT_EQ(turned.across.y, 1);
}

} // namespace
} // namespace ocr
