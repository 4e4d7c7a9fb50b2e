// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Image.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstdio>
#include <fstream>

namespace ocr {
namespace {

// Red tells the column, green the row.
Image gradient(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      image.at(x, y)[0] = uint8_t(x * 10);
      image.at(x, y)[1] = uint8_t(y * 10);
    }
  return image;
}

std::string write(const std::string &bytes) {
  std::string path = testing::TempDir() + "veltair-ocr-test.ppm";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(Image, ReadsPpm) {
  std::string path = write("P6\n# a comment\n2 1\n255\nabcdef");
  Image image = readImage(path);
  EXPECT_EQ(image.width, 2);
  EXPECT_EQ(image.height, 1);
  EXPECT_EQ(image.at(1, 0)[2], 'f');
  for (std::string bad :
       {"", "P6", "P6 2 1 255 abc", "P6 2 1 65535 ......", "P6 0 1 255 ",
        "P6 999999 999999 255 ", "neither PNG nor PPM"})
    EXPECT_THROW(readImage(write(bad)), std::runtime_error) << bad;
  std::remove(path.c_str());
  EXPECT_THROW(readImage(path), std::runtime_error);
}

TEST(Image, CropsUprightAndTurned) {
  Image image = gradient(20, 10);
  // Pixels 4..9 of rows 2..5.
  Image part = cropped(image, {{7, 4}, {1, 0}, 6, 4});
  ASSERT_EQ(part.width, 6);
  ASSERT_EQ(part.height, 4);
  EXPECT_EQ(part.at(0, 0)[0], 40);
  EXPECT_EQ(part.at(0, 0)[1], 20);
  EXPECT_EQ(part.at(5, 3)[0], 90);
  // The right upper corner becomes the left upper one.
  Image turned = cropped(image, Rectangle{{7, 4}, {1, 0}, 6, 4}.turnedLeft());
  ASSERT_EQ(turned.width, 4);
  ASSERT_EQ(turned.height, 6);
  EXPECT_EQ(turned.at(0, 0)[0], 90);
  EXPECT_EQ(turned.at(0, 0)[1], 20);
}

TEST(Image, TurnsUpsideDown) {
  Image turned = turnedUpsideDown(gradient(3, 2));
  EXPECT_EQ(turned.at(0, 0)[0], 20);
  EXPECT_EQ(turned.at(0, 0)[1], 10);
}

TEST(Image, ResizesBetweenPixelCenters) {
  Image small(2, 1);
  small.at(1, 0)[0] = 100;
  Image large = resized(small, 4, 1);
  EXPECT_EQ(large.at(0, 0)[0], 0);
  EXPECT_EQ(large.at(1, 0)[0], 25);
  EXPECT_EQ(large.at(2, 0)[0], 75);
  EXPECT_EQ(large.at(3, 0)[0], 100);
}

TEST(Image, BecomesATensorWithBlueFirst) {
  Image image(4, 2);
  for (uint8_t &value : image.pixels)
    value = 255;
  image.at(0, 0)[0] = 0; // no red
  std::vector<float> tensor;
  // Fits the width of 4 at scale 1; two rows stay empty.
  EXPECT_EQ(toTensor(image, 4, 4, tensor), 1);
  ASSERT_EQ(tensor.size(), 3u * 4 * 4);
  EXPECT_EQ(tensor[0], 1);       // blue
  EXPECT_EQ(tensor[2 * 16], -1); // red
  EXPECT_EQ(tensor[4 * 2], 0);   // below the picture
}

} // namespace
} // namespace ocr
