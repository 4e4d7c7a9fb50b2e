// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Classifier.h"

#include <algorithm>

namespace ocr {

// A line is turned only when the network is sure.
static constexpr float sure = 0.9f;

Answer Classifier::start(const Image &line) {
  auto [height, width] = network.inputSizes().front();
  // The beginning of a long line is enough to tell.
  Rectangle part{{0, float(line.height) / 2}, {1, 0}, 0, float(line.height)};
  part.width = std::min(float(line.width),
                        float(line.height) * float(width) / float(height));
  part.center.x = part.width / 2;
  std::vector<float> input;
  toTensor(cropped(line, part), width, height, input);
  return network.start(std::move(input), height, width);
}

bool Classifier::isUpsideDown(Answer &answer) {
  // The probabilities of 0 and 180 degrees.
  return answer.wait()[1] > sure;
}

} // namespace ocr
