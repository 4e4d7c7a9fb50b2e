// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One run of a load: open-loop arrivals, every query accounted for.

#ifndef VELTAIR_TOOLS_LOADTRIAL_H
#define VELTAIR_TOOLS_LOADTRIAL_H

#include "tools/veltair/Scenario.h"
#include "tools/veltair/ServedModel.h"
#include "tools/veltair/TrialOutcome.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace veltair::tool {

class LoadTrial {
public:
  // The models are those of the scenario's tenants, in order.
  LoadTrial(Runtime &runtime,
            std::span<const std::unique_ptr<ServedModel>> models,
            const Scenario &scenario);

  // Plays the arrivals and waits for the end of all queries. With `giveUp`,
  // stops and cancels what is left as soon as a tenant cannot be satisfied any
  // more.
  TrialOutcome run(const std::vector<Arrival> &arrivals, bool giveUp);

private:
  struct Query {
    LoadTrial *trial = nullptr;
    uint32_t tenant = 0;
    std::vector<Tensor> outputs;
    veltair_request *request = nullptr;
  };

  static void onEnd(void *context, const veltair_result *result);
  void submit(Query &query, uint64_t due);
  void account(Query &query, const veltair_result &result);
  std::vector<Tensor> takeOutputs(uint32_t tenant);
  // Cancels what is under way and waits for its end.
  void endAll(std::span<Query> queries);

  Runtime &runtime;
  std::span<const std::unique_ptr<ServedModel>> models;
  const Scenario &scenario;

  std::mutex mutex; // of what follows
  std::condition_variable ended;
  TrialOutcome outcome;
  std::vector<uint64_t> misses; // that each tenant may have
  std::vector<std::vector<std::vector<Tensor>>> spareOutputs; // by tenant
  uint64_t underWay = 0;
  bool hopeless = false;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_LOADTRIAL_H
