// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Image.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <png.h>
#include <stdexcept>

namespace ocr {

// More than any camera gives; bounds what a damaged header can ask for.
static constexpr int maxSide = 20000;

static Image readPng(const std::string &path) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&png, path.c_str()))
    throw std::runtime_error(path + ": " + png.message);
  png.format = PNG_FORMAT_RGB;
  if (png.width > maxSide || png.height > maxSide) {
    png_image_free(&png);
    throw std::runtime_error(path + ": the picture is too large");
  }
  Image image(int(png.width), int(png.height));
  png_color white = {255, 255, 255}; // behind transparent pixels
  if (!png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr))
    throw std::runtime_error(path + ": " + png.message);
  return image;
}

// A number of a PPM's header, after blanks and comments.
static int readNumber(std::istream &file) {
  while (file >> std::ws && file.peek() == '#')
    file.ignore(1 << 20, '\n');
  int number = -1;
  file >> number;
  return file ? number : -1;
}

static Image readPpm(const std::string &path, std::istream &file) {
  file.ignore(2); // "P6"
  int width = readNumber(file), height = readNumber(file);
  int depth = readNumber(file);
  file.ignore(1);
  if (width < 1 || width > maxSide || height < 1 || height > maxSide ||
      depth != 255)
    throw std::runtime_error(path + ": no PPM with 8 bits a color");
  Image image(width, height);
  file.read(reinterpret_cast<char *>(image.pixels.data()),
            std::streamsize(image.pixels.size()));
  if (!file)
    throw std::runtime_error(path + ": the file is truncated");
  return image;
}

Image readImage(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  char magic[2] = {};
  file.read(magic, 2);
  if (!file)
    throw std::runtime_error(path + ": cannot be read");
  if (magic[0] == 'P' && magic[1] == '6') {
    file.seekg(0);
    return readPpm(path, file);
  }
  return readPng(path);
}

// The color between four pixels; outside, the nearest pixel's.
static void sample(const Image &image, float x, float y, uint8_t *out) {
  x = std::clamp(x, 0.0f, float(image.width - 1));
  y = std::clamp(y, 0.0f, float(image.height - 1));
  int x0 = int(x), y0 = int(y);
  int x1 = std::min(x0 + 1, image.width - 1);
  int y1 = std::min(y0 + 1, image.height - 1);
  float fx = x - float(x0), fy = y - float(y0);
  for (int c = 0; c < 3; ++c) {
    float top = image.at(x0, y0)[c] * (1 - fx) + image.at(x1, y0)[c] * fx;
    float bottom = image.at(x0, y1)[c] * (1 - fx) + image.at(x1, y1)[c] * fx;
    out[c] = uint8_t(std::lround(top * (1 - fy) + bottom * fy));
  }
}

Image resized(const Image &image, int width, int height) {
  Image result(width, height);
  float sx = float(image.width) / float(width);
  float sy = float(image.height) / float(height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      // Pixels are squares: their centers lie at halves.
      sample(image, (float(x) + 0.5f) * sx - 0.5f,
             (float(y) + 0.5f) * sy - 0.5f, result.at(x, y));
  return result;
}

Image cropped(const Image &image, const Rectangle &rectangle) {
  int width = std::max(1, int(std::lround(rectangle.width)));
  int height = std::max(1, int(std::lround(rectangle.height)));
  Image result(width, height);
  Point across = rectangle.across, down = rectangle.down();
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float u = float(x) + 0.5f - rectangle.width / 2;
      float v = float(y) + 0.5f - rectangle.height / 2;
      Point p = rectangle.center + across * u + down * v;
      sample(image, p.x - 0.5f, p.y - 0.5f, result.at(x, y));
    }
  return result;
}

Image turnedUpsideDown(const Image &image) {
  Image result(image.width, image.height);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      std::copy_n(image.at(x, y), 3,
                  result.at(image.width - 1 - x, image.height - 1 - y));
  return result;
}

float toTensor(const Image &image, int width, int height,
               std::vector<float> &tensor) {
  float scale = std::min(float(width) / float(image.width),
                         float(height) / float(image.height));
  int usedWidth =
      std::clamp(int(std::ceil(float(image.width) * scale)), 1, width);
  int usedHeight =
      std::clamp(int(std::ceil(float(image.height) * scale)), 1, height);
  Image scaled = resized(image, usedWidth, usedHeight);
  tensor.assign(size_t(3) * width * height, 0);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < usedHeight; ++y)
      for (int x = 0; x < usedWidth; ++x)
        // The networks were trained with blue first.
        tensor[(size_t(c) * height + y) * width + x] =
            float(scaled.at(x, y)[2 - c]) / 127.5f - 1;
  return scale;
}

} // namespace ocr
