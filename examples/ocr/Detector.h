// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds the lines of text in a picture.

#ifndef VELTAIR_EXAMPLES_OCR_DETECTOR_H
#define VELTAIR_EXAMPLES_OCR_DETECTOR_H

#include "examples/ocr/Image.h"
#include "examples/ocr/Network.h"

#include <span>
#include <vector>

namespace ocr {

class Detector {
public:
  explicit Detector(Network &network) : network(network) {}

  // In reading order: rows from the top, each from the left.
  std::vector<Rectangle> find(const Image &image);

private:
  Network &network;
};

// The rectangles around text in the network's output: for each pixel the
// probability that it belongs to the core of a line.
std::vector<Rectangle> findRectangles(std::span<const float> probability,
                                      int width, int height);

void sortInReadingOrder(std::vector<Rectangle> &rectangles);

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_DETECTOR_H
