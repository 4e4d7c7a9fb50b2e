// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/RunningModel.h"

namespace veltair::tool {

RunningModel::RunningModel(const std::string &artifact,
                           const RunOptions &options,
                           std::span<const uint32_t> cpus)
    : runtime(pinnedRuntime(cpus)), model(runtime, artifact, options) {
  model.setInputs({}, /*fillMissing=*/true);
  outputs = model.makeOutputs();
  thread = std::jthread([this](const std::stop_token &stop) {
    std::vector<veltair_output> views = outputViews(outputs);
    try {
      while (!stop.stop_requested())
        model.tenant().run(model.inputs(), views);
    } catch (...) {
      failure = std::current_exception();
    }
  });
}

void RunningModel::stop() {
  thread.request_stop();
  thread.join();
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace veltair::tool
