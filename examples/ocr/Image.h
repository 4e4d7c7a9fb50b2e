// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pictures in memory and in files.

#ifndef VELTAIR_EXAMPLES_OCR_IMAGE_H
#define VELTAIR_EXAMPLES_OCR_IMAGE_H

#include "examples/ocr/Geometry.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ocr {

// 8-bit RGB, row by row.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;

  Image() = default;
  Image(int width, int height)
      : width(width), height(height), pixels(size_t(width) * height * 3) {}

  uint8_t *at(int x, int y) { return &pixels[(size_t(y) * width + x) * 3]; }
  const uint8_t *at(int x, int y) const {
    return &pixels[(size_t(y) * width + x) * 3];
  }
};

// Reads a PNG or a binary PPM; throws std::runtime_error naming the file.
Image readImage(const std::string &path);

// The picture stretched to another size.
Image resized(const Image &image, int width, int height);

// The part of the picture under the rectangle, turned upright.
Image cropped(const Image &image, const Rectangle &rectangle);

Image turnedUpsideDown(const Image &image);

// What the networks read: 1 x 3 x height x width floats in [-1, 1], the picture
// scaled to the full height or width, whichever fits, in the upper left corner,
// and 0 elsewhere. Returns the scale.
float toTensor(const Image &image, int width, int height,
               std::vector<float> &tensor);

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_IMAGE_H
