// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A neighbour that is a model: it runs over and over on some CPUs.

#ifndef VELTAIR_TOOLS_RUNNINGMODEL_H
#define VELTAIR_TOOLS_RUNNINGMODEL_H

#include "tools/veltair/ServedModel.h"

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace veltair::tool {

// Runs until it is stopped or destroyed.
class RunningModel {
public:
  RunningModel(const std::string &artifact, const RunOptions &options,
               std::span<const uint32_t> cpus);
  // Throws what ended it early.
  void stop();

private:
  Runtime runtime;
  ServedModel model;
  std::vector<Tensor> outputs;
  std::exception_ptr failure; // written by the thread
  std::jthread thread;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_RUNNINGMODEL_H
