// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Points and rotated rectangles.

#ifndef VELTAIR_EXAMPLES_OCR_GEOMETRY_H
#define VELTAIR_EXAMPLES_OCR_GEOMETRY_H

#include <vector>

namespace ocr {

// Pixels; y points down.
struct Point {
  float x = 0, y = 0;

  Point operator+(Point p) const { return {x + p.x, y + p.y}; }
  Point operator-(Point p) const { return {x - p.x, y - p.y}; }
  Point operator*(float f) const { return {x * f, y * f}; }
};

inline float dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }
inline float cross(Point a, Point b) { return a.x * b.y - a.y * b.x; }

struct Rectangle {
  Point center;
  Point across{1, 0}; // unit vector along the width
  float width = 0;
  float height = 0;

  // The unit vector along the height.
  Point down() const { return {-across.y, across.x}; }

  bool contains(Point p) const;

  // With every side moved outwards.
  Rectangle grown(float distance) const;

  Rectangle scaled(float factor) const;

  // The same area turned by a quarter, so that what was its right side is its
  // top.
  Rectangle turnedLeft() const;
};

// The rectangle of least area around the points (at least one); its width is
// the side nearer to the horizontal, and points right.
Rectangle smallestRectangle(std::vector<Point> points);

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_GEOMETRY_H
