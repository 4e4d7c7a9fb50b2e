// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Detector.h"

#include <algorithm>
#include <cmath>

namespace ocr {

// The usual settings for this network.
static constexpr float pixelThreshold = 0.3f; // a pixel is text
static constexpr float scoreThreshold = 0.5f; // mean over a rectangle
static constexpr float growth = 1.6f;         // of a core to the whole line
static constexpr float leastSide = 3;         // of a core, in pixels

// Which pixels are text, joined over gaps of one pixel.
static std::vector<bool> textMask(std::span<const float> probability, int width,
                                  int height) {
  std::vector<bool> mask(probability.size());
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int dy = 0; dy <= std::min(y, 1); ++dy)
        for (int dx = 0; dx <= std::min(x, 1); ++dx)
          if (probability[size_t(y - dy) * width + x - dx] > pixelThreshold)
            mask[size_t(y) * width + x] = true;
  return mask;
}

// Takes the pixels connected to one out of the mask.
static std::vector<Point> takeComponent(std::vector<bool> &mask, int width,
                                        int height, int x, int y) {
  std::vector<Point> pixels;
  std::vector<std::pair<int, int>> open = {{x, y}};
  mask[size_t(y) * width + x] = false;
  while (!open.empty()) {
    auto [px, py] = open.back();
    open.pop_back();
    pixels.push_back({float(px), float(py)});
    for (int ny = std::max(py - 1, 0); ny <= std::min(py + 1, height - 1); ++ny)
      for (int nx = std::max(px - 1, 0); nx <= std::min(px + 1, width - 1);
           ++nx)
        if (mask[size_t(ny) * width + nx]) {
          mask[size_t(ny) * width + nx] = false;
          open.emplace_back(nx, ny);
        }
  }
  return pixels;
}

static float meanInside(std::span<const float> probability, int width,
                        int height, const Rectangle &rectangle) {
  float reach = std::hypot(rectangle.width, rectangle.height) / 2;
  auto clampTo = [](float value, int limit) {
    return std::clamp(int(std::lround(value)), 0, limit - 1);
  };
  float sum = 0;
  int count = 0;
  for (int y = clampTo(rectangle.center.y - reach, height),
           last = clampTo(rectangle.center.y + reach, height);
       y <= last; ++y)
    for (int x = clampTo(rectangle.center.x - reach, width),
             right = clampTo(rectangle.center.x + reach, width);
         x <= right; ++x)
      if (rectangle.contains({float(x), float(y)})) {
        sum += probability[size_t(y) * width + x];
        ++count;
      }
  return count ? sum / float(count) : 0;
}

std::vector<Rectangle> findRectangles(std::span<const float> probability,
                                      int width, int height) {
  std::vector<bool> mask = textMask(probability, width, height);
  std::vector<Rectangle> found;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      if (!mask[size_t(y) * width + x])
        continue;
      Rectangle core =
          smallestRectangle(takeComponent(mask, width, height, x, y));
      if (std::min(core.width, core.height) < leastSide ||
          meanInside(probability, width, height, core) < scoreThreshold)
        continue;
      float area = core.width * core.height;
      float perimeter = 2 * (core.width + core.height);
      found.push_back(core.grown(area * growth / perimeter));
    }
  return found;
}

void sortInReadingOrder(std::vector<Rectangle> &rectangles) {
  auto y = [](const Rectangle &r) { return r.center.y; };
  std::sort(
      rectangles.begin(), rectangles.end(),
      [&](const Rectangle &a, const Rectangle &b) { return y(a) < y(b); });
  // A row ends where the next center is lower by half a line.
  for (auto row = rectangles.begin(); row != rectangles.end();) {
    auto end = std::find_if(row, rectangles.end(), [&](const Rectangle &r) {
      return y(r) - y(*row) > std::min(r.height, row->height) / 2;
    });
    std::sort(row, end, [](const Rectangle &a, const Rectangle &b) {
      return a.center.x < b.center.x;
    });
    row = end;
  }
}

std::vector<Rectangle> Detector::find(const Image &image) {
  auto [height, width] = network.inputSizes().front();
  std::vector<float> input;
  float scale = toTensor(image, width, height, input);
  std::vector<float> probability =
      network.start(std::move(input), height, width).wait();
  std::vector<Rectangle> found = findRectangles(probability, width, height);
  for (Rectangle &rectangle : found)
    rectangle = rectangle.scaled(1 / scale);
  sortInReadingOrder(found);
  return found;
}

} // namespace ocr
