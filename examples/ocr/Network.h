// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled network with one float input and one float output, served as a
// tenant of the runtime.

#ifndef VELTAIR_EXAMPLES_OCR_NETWORK_H
#define VELTAIR_EXAMPLES_OCR_NETWORK_H

#include "veltair/veltair.hpp"

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace ocr {

// A query under way.
class Answer {
public:
  // Waits for the end of the query; throws veltair::Error if it failed. To be
  // called once.
  std::vector<float> wait() {
    query->request.wait();
    return std::move(query->output);
  }

private:
  friend class Network;

  // The buffers belong to the runtime until the query has ended.
  struct Query {
    std::vector<float> input, output;
    veltair::Request request;

    ~Query() { request.abandon(); }
  };

  explicit Answer(std::unique_ptr<Query> query) : query(std::move(query)) {}

  std::unique_ptr<Query> query;
};

class Network {
public:
  Network(veltair::Runtime &runtime, veltair_query_function query)
      : module(query), tenant(runtime, module) {}

  // The heights and widths that the artifact was compiled for.
  std::vector<std::pair<int, int>> inputSizes() const;

  // A value of the ONNX model's metadata.
  std::string_view metadata(std::string_view key) const {
    return module.metadata(key);
  }

  // Starts a query on a 1 x 3 x height x width input of a size that
  // `inputSizes` has.
  Answer start(std::vector<float> input, int height, int width);

private:
  veltair::Module module;
  veltair::Tenant tenant;
};

} // namespace ocr

#endif // VELTAIR_EXAMPLES_OCR_NETWORK_H
