// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a line of text.

#ifndef VELTAIR_EXAMPLES_OCR_RECOGNIZER_H
#define VELTAIR_EXAMPLES_OCR_RECOGNIZER_H

#include "examples/ocr/Image.h"
#include "examples/ocr/Network.h"

#include <span>
#include <string>
#include <vector>

namespace ocr {

struct Line {
  std::string text;     // UTF-8
  float confidence = 0; // mean over the characters
};

class Recognizer {
public:
  // The characters stand in the model's metadata.
  explicit Recognizer(Network &network);

  // Starts to read an upright line, by the program whose width fits best.
  Answer start(const Image &line);
  Line finish(Answer &answer) const;

private:
  Network &network;
  std::vector<std::string> characters; // [0] is "none"
};

// Connectionist temporal classification, greedy: the likeliest character at
// each step, repetitions merged, "none" (0) left out. `probability` holds
// `characters.size()` numbers a step.
Line decode(std::span<const float> probability,
            const std::vector<std::string> &characters);

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_RECOGNIZER_H
