// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Policies.h"

namespace veltair {

namespace {
struct PolicyEntry {
  std::string_view name;
  std::unique_ptr<Scheduler> (*create)(const SchedulerOptions &,
                                       const TimeModel &);
};
} // namespace

// Sorted by name.
static constexpr PolicyEntry policies[] = {
    {"fcfs", createFcfs},
    {"veltair", createVeltair},
};

std::unique_ptr<Scheduler> createScheduler(std::string_view name,
                                           const SchedulerOptions &options,
                                           const TimeModel &model) {
  for (const PolicyEntry &policy : policies)
    if (policy.name == name)
      return policy.create(options, model);
  return nullptr;
}

std::vector<std::string_view> schedulerNames() {
  std::vector<std::string_view> names;
  for (const PolicyEntry &policy : policies)
    names.push_back(policy.name);
  return names;
}

} // namespace veltair
