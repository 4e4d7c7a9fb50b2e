// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ocr PICTURE: finds and reads the text of a picture (PNG or binary PPM).
//
// Three models are linked into this program as objects made by veltairc, and
// are tenants of one runtime: while one line is still being classified,
// another is already read.

#include "examples/ocr/Classifier.h"
#include "examples/ocr/Detector.h"
#include "examples/ocr/Recognizer.h"

#include "ocr_cls.h"
#include "ocr_det.h"
#include "ocr_rec.h"

#include <cstdio>
#include <exception>

using namespace ocr;

// A line this much taller than wide stands upright: it is turned before it is
// read.
static constexpr float uprightRatio = 1.5f;

// Lines read with less confidence are no text.
static constexpr float leastConfidence = 0.5f;

static std::vector<Line> read(const Image &image) {
  veltair::Runtime runtime;
  Network detection(runtime, veltair_ocr_det);
  Network classification(runtime, veltair_ocr_cls);
  Network recognition(runtime, veltair_ocr_rec);
  Detector detector(detection);
  Classifier classifier(classification);
  Recognizer recognizer(recognition);

  std::vector<Rectangle> places = detector.find(image);
  std::vector<Image> crops;
  crops.reserve(places.size());
  for (const Rectangle &r : places)
    crops.push_back(
        cropped(image, r.height > r.width * uprightRatio ? r.turnedLeft() : r));

  std::vector<Answer> directions, texts;
  directions.reserve(crops.size());
  texts.reserve(crops.size());
  for (const Image &crop : crops)
    directions.push_back(classifier.start(crop));
  for (size_t i = 0; i < crops.size(); ++i)
    texts.push_back(recognizer.start(Classifier::isUpsideDown(directions[i])
                                         ? turnedUpsideDown(crops[i])
                                         : crops[i]));
  std::vector<Line> lines;
  lines.reserve(texts.size());
  for (Answer &text : texts)
    lines.push_back(recognizer.finish(text));
  return lines;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: ocr PICTURE\n");
    return 2;
  }
  try {
    for (const Line &line : read(readImage(argv[1])))
      if (line.confidence >= leastConfidence)
        std::printf("%s\n", line.text.c_str());
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "ocr: error: %s\n", error.what());
    return 1;
  }
}
