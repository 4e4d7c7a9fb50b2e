// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the C API's types to the scheduler's and back, for all that drive one.

#ifndef VELTAIR_SCHEDULER_APITYPES_H
#define VELTAIR_SCHEDULER_APITYPES_H

#include "runtime/scheduler/Scheduler.h"

#include "veltair/veltair.h"

#include <optional>

namespace veltair {

// None if there is no such priority.
inline std::optional<Priority> priorityOf(veltair_priority priority) {
  switch (priority) {
  case VELTAIR_PRIORITY_LOW:
    return Priority::low;
  case VELTAIR_PRIORITY_DEFAULT:
  case VELTAIR_PRIORITY_MEDIUM:
    return Priority::medium;
  case VELTAIR_PRIORITY_HIGH:
    return Priority::high;
  default:
    return std::nullopt;
  }
}

// What the policy did from `base` to `now`.
inline veltair_scheduling schedulingSince(const SchedulerStatistics &base,
                                          const SchedulerStatistics &now) {
  return {now.blocks - base.blocks, now.conflicts - base.conflicts,
          now.versionSwitches - base.versionSwitches,
          double(now.coreTime - base.coreTime) / 1e6};
}

} // namespace veltair

#endif // VELTAIR_SCHEDULER_APITYPES_H
