// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Recognizer.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace ocr {

Recognizer::Recognizer(Network &network) : network(network) {
  std::istringstream list{std::string(network.metadata("character"))};
  characters.emplace_back();
  for (std::string character; std::getline(list, character);)
    characters.push_back(character);
  characters.push_back(" ");
}

Answer Recognizer::start(const Image &line) {
  std::vector<std::pair<int, int>> sizes = network.inputSizes();
  // The narrowest that holds the line at full height, else the widest.
  auto wanted = [&](int height) {
    return std::ceil(float(line.width) * float(height) / float(line.height));
  };
  std::sort(sizes.begin(), sizes.end());
  auto fits = std::find_if(sizes.begin(), sizes.end(), [&](const auto &size) {
    return float(size.second) >= wanted(size.first);
  });
  auto [height, width] = fits == sizes.end() ? sizes.back() : *fits;
  std::vector<float> input;
  // A line too long even for the widest is pressed together.
  bool tooLong = fits == sizes.end();
  toTensor(tooLong ? resized(line, width, height) : line, width, height, input);
  return network.start(std::move(input), height, width);
}

Line Recognizer::finish(Answer &answer) const {
  std::vector<float> probability = answer.wait();
  if (probability.size() % characters.size())
    throw std::runtime_error("the recognition model has other characters than "
                             "its metadata says");
  return decode(probability, characters);
}

Line decode(std::span<const float> probability,
            const std::vector<std::string> &characters) {
  Line line;
  size_t previous = 0, count = 0;
  for (size_t step = 0; step < probability.size(); step += characters.size()) {
    auto scores = probability.subspan(step, characters.size());
    auto best = std::max_element(scores.begin(), scores.end());
    size_t index = size_t(best - scores.begin());
    if (index != 0 && index != previous) {
      line.text += characters[index];
      line.confidence += *best;
      ++count;
    }
    previous = index;
  }
  if (count)
    line.confidence /= float(count);
  return line;
}

} // namespace ocr
