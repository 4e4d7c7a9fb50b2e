// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The policies' constructors, for the table in Policies.cpp.

#ifndef VELTAIR_SCHEDULER_POLICIES_H
#define VELTAIR_SCHEDULER_POLICIES_H

#include "runtime/scheduler/Scheduler.h"

namespace veltair {

std::unique_ptr<Scheduler> createEdf(const SchedulerOptions &options,
                                     const TimeModel &model);
std::unique_ptr<Scheduler> createFcfs(const SchedulerOptions &options,
                                      const TimeModel &model);
std::unique_ptr<Scheduler> createFixedBlocks(const SchedulerOptions &options,
                                             const TimeModel &model,
                                             uint32_t blockLayers);
std::unique_ptr<Scheduler> createVeltair(const SchedulerOptions &options,
                                         const TimeModel &model);

} // namespace veltair

#endif // VELTAIR_SCHEDULER_POLICIES_H
