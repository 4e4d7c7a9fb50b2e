// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Recognizer.h"

#include "gtest/gtest.h"

namespace ocr {
namespace {

// The probabilities of steps whose likeliest characters are given.
std::vector<float> steps(const std::vector<size_t> &indices, size_t count,
                         float probability) {
  std::vector<float> result;
  for (size_t index : indices)
    for (size_t c = 0; c < count; ++c)
      result.push_back(c == index ? probability : 0.01f);
  return result;
}

TEST(Recognizer, DecodesByMergingRepetitions) {
  std::vector<std::string> characters = {"", "a", "b", "\u00e9", " "};
  Line line =
      decode(steps({0, 1, 1, 0, 1, 2, 2, 3, 0, 0, 4, 1}, 5, 0.8f), characters);
  EXPECT_EQ(line.text, "aab\u00e9 a");
  EXPECT_FLOAT_EQ(line.confidence, 0.8f);
}

TEST(Recognizer, NothingIsReadWithoutConfidence) {
  std::vector<std::string> characters = {"", "a"};
  Line line = decode(steps({0, 0, 0}, 2, 0.9f), characters);
  EXPECT_EQ(line.text, "");
  EXPECT_EQ(line.confidence, 0);
}

} // namespace
} // namespace ocr
