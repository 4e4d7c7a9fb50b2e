// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// First come, first served: one query at a time, its whole model as one block
// on all cores.

#include "runtime/scheduler/Policies.h"
#include "runtime/scheduler/SchedulerBase.h"

namespace veltair {

namespace {
class Fcfs final : public SchedulerBase {
public:
  using SchedulerBase::SchedulerBase;

private:
  void queryArrived(Time now, Query &query) override {
    if (queries().size() > 1)
      noteConflict(query);
  }

  void dispatch(Time now) override {
    if (queries().empty() || coreCount() == 0)
      return;
    Query &first = *queries().front();
    if (first.running())
      resize(first, coreCount());
    else
      start(first, first.layerCount(), coreCount(), coreCount());
  }
};
} // namespace

std::unique_ptr<Scheduler> createFcfs(const SchedulerOptions &options,
                                      const TimeModel &model) {
  return std::make_unique<Fcfs>(options, model);
}

} // namespace veltair
