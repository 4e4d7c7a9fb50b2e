// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model that is served.

#ifndef VELTAIR_EXECUTOR_TENANT_H
#define VELTAIR_EXECUTOR_TENANT_H

#include "runtime/artifact/LoadedArtifact.h"
#include "runtime/artifact/Weights.h"
#include "runtime/executor/LatencyHistogram.h"
#include "runtime/executor/Program.h"
#include "runtime/scheduler/Scheduler.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace veltair {

struct TenantCounts {
  uint64_t offered = 0, completed = 0, rejected = 0, cancelled = 0, failed = 0;
  uint64_t shed = 0, satisfied = 0;
  LatencyHistogram latency;
};

struct Tenant {
  // Constant after construction.
  TenantId id = 0;
  TenantInfo info;
  LoadedArtifact::Pointer artifact;
  Weights::Pointer weights; // of the artifact
  uint32_t queueLimit = 0;  // 0: none
  // Those that this CPU can run: their indices in the artifact, and made ready,
  // in the order of `info.programs`.
  std::vector<uint32_t> usable;
  std::vector<std::unique_ptr<Program>> programs;

  // Guarded by the executor.
  TenantCounts counts;                // since the latest reset
  SchedulerStatistics statisticsBase; // at the latest reset
  uint64_t underway = 0;              // queries
  // Those that wait for memory, by deadline; the bytes of arenas that are
  // reserved for the others, which of them got some last, how many did, and how
  // long such a query usually has it.
  std::set<std::pair<Time, QueryId>> waiting;
  uint64_t reservedBytes = 0;
  QueryId latestAdmitted = 0;
  uint64_t admissions = 0;
  Time residence = 0;
  uint64_t pendingCallbacks = 0; // of queries that have ended
  bool removing = false;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_TENANT_H
