// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Policies.h"
#include "runtime/support/Status.h"

namespace veltair {

namespace {
struct PolicyEntry {
  std::string_view name;
  std::unique_ptr<Scheduler> (*create)(const SchedulerOptions &,
                                       const TimeModel &);
  bool adaptVersions;
};
} // namespace

template <uint32_t blockLayers>
static std::unique_ptr<Scheduler> fixed(const SchedulerOptions &options,
                                        const TimeModel &model) {
  return createFixedBlocks(options, model, blockLayers);
}

// Sorted by name.
static constexpr PolicyEntry policies[] = {
    {"edf", createEdf, false},
    {"fcfs", createFcfs, false},
    {"fixed", fixed<20>, false},
    {"fixed:10", fixed<10>, false},
    {"fixed:20", fixed<20>, false},
    {"fixed:5", fixed<5>, false},
    {"layerwise", fixed<1>, false},
    {"veltair", createVeltair, true},
    {"veltair:compilation", createFcfs, true},
    {"veltair:scheduling", createVeltair, false},
};

std::unique_ptr<Scheduler> createScheduler(std::string_view name,
                                           const SchedulerOptions &options,
                                           const TimeModel &model) {
  for (const PolicyEntry &policy : policies) {
    if (policy.name != name)
      continue;
    SchedulerOptions policyOptions = options;
    policyOptions.adaptVersions = policy.adaptVersions;
    return policy.create(policyOptions, model);
  }
  return nullptr;
}

std::vector<std::string_view> schedulerNames() {
  std::vector<std::string_view> names;
  for (const PolicyEntry &policy : policies)
    names.push_back(policy.name);
  return names;
}

std::string unknownScheduler(std::string_view name) {
  std::string names;
  for (std::string_view known : schedulerNames())
    names += concat(names.empty() ? "" : ", ", known);
  return concat("there is no policy '", name, "'; there are ", names);
}

} // namespace veltair
