// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tells lines that stand upside down.

#ifndef VELTAIR_EXAMPLES_OCR_CLASSIFIER_H
#define VELTAIR_EXAMPLES_OCR_CLASSIFIER_H

#include "examples/ocr/Image.h"
#include "examples/ocr/Network.h"

namespace ocr {

class Classifier {
public:
  explicit Classifier(Network &network) : network(network) {}

  // Starts the question whether a line stands upside down.
  Answer start(const Image &line);
  static bool isUpsideDown(Answer &answer);

private:
  Network &network;
};

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_CLASSIFIER_H
