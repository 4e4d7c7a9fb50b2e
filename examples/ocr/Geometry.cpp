// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Geometry.h"

#include <algorithm>
#include <cmath>

namespace ocr {

bool Rectangle::contains(Point p) const {
  Point offset = p - center;
  return std::abs(dot(offset, across)) <= width / 2 &&
         std::abs(dot(offset, down())) <= height / 2;
}

Rectangle Rectangle::grown(float distance) const {
  return {center, across, width + 2 * distance, height + 2 * distance};
}

Rectangle Rectangle::scaled(float factor) const {
  return {center * factor, across, width * factor, height * factor};
}

Rectangle Rectangle::turnedLeft() const {
  return {center, down(), height, width};
}

// Andrew's monotone chain.
static std::vector<Point> convexHull(std::vector<Point> points) {
  std::sort(points.begin(), points.end(), [](Point a, Point b) {
    return a.x < b.x || (a.x == b.x && a.y < b.y);
  });
  std::vector<Point> hull;
  auto addChain = [&](auto begin, auto end) {
    size_t start = hull.size();
    for (auto p = begin; p != end; ++p) {
      while (hull.size() >= start + 2 &&
             cross(hull.back() - hull[hull.size() - 2], *p - hull.back()) <= 0)
        hull.pop_back();
      hull.push_back(*p);
    }
    hull.pop_back(); // begins the other chain
  };
  if (points.size() < 3)
    return points;
  addChain(points.begin(), points.end());
  addChain(points.rbegin(), points.rend());
  return hull;
}

// The tight rectangle whose sides run along and across a direction.
static Rectangle enclose(const std::vector<Point> &points, Point across) {
  Rectangle result;
  result.across = across;
  Point down = result.down();
  auto [left, right] =
      std::minmax_element(points.begin(), points.end(), [&](Point a, Point b) {
        return dot(a, across) < dot(b, across);
      });
  auto [top, bottom] =
      std::minmax_element(points.begin(), points.end(), [&](Point a, Point b) {
        return dot(a, down) < dot(b, down);
      });
  float x0 = dot(*left, across), x1 = dot(*right, across);
  float y0 = dot(*top, down), y1 = dot(*bottom, down);
  result.center = across * ((x0 + x1) / 2) + down * ((y0 + y1) / 2);
  result.width = x1 - x0;
  result.height = y1 - y0;
  return result;
}

Rectangle smallestRectangle(std::vector<Point> points) {
  std::vector<Point> hull = convexHull(std::move(points));
  Rectangle best = enclose(hull, {1, 0});
  // One side of the smallest rectangle lies on a side of the hull.
  for (size_t i = 0; i < hull.size(); ++i) {
    Point side = hull[(i + 1) % hull.size()] - hull[i];
    float length = std::sqrt(dot(side, side));
    if (length == 0)
      continue;
    side = side * (1 / length);
    // The nearer of its four directions to "right".
    if (std::abs(side.y) > std::abs(side.x))
      side = {side.y, -side.x};
    if (side.x < 0)
      side = side * -1;
    Rectangle candidate = enclose(hull, side);
    if (candidate.width * candidate.height < best.width * best.height)
      best = candidate;
  }
  return best;
}

} // namespace ocr
