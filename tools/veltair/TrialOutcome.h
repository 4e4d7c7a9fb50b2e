// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What became of the queries of one load, real or simulated.

#ifndef VELTAIR_TOOLS_TRIALOUTCOME_H
#define VELTAIR_TOOLS_TRIALOUTCOME_H

#include "veltair/veltair.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace veltair::tool {

// How many of a tenant's queries may miss their target when at least `share` of
// them must be in time.
inline uint64_t mostMisses(double share, uint64_t offered) {
  // What is a whole number in decimals lies beside it: 0.55 * 100 above 55.
  constexpr double rounding = 1e-12;
  double needed = share * double(offered) * (1 - rounding);
  return offered - uint64_t(std::ceil(needed));
}

// offered = completed + rejected + cancelled + failed
struct TenantOutcome {
  uint64_t offered = 0, completed = 0, rejected = 0, cancelled = 0, failed = 0;
  uint64_t satisfied = 0;        // completed within the target
  std::vector<double> latencyMs; // of the completed, from the due time
  std::string failure = {};      // why the first of the failed did
};

struct TrialOutcome {
  std::vector<TenantOutcome> tenants;
  veltair_runtime_metrics metrics = {};
  bool stopped = false; // given up early

  // Whether every tenant had at least `share` of its queries in time.
  bool satisfies(double share) const {
    if (stopped)
      return false;
    for (const TenantOutcome &tenant : tenants)
      if (tenant.offered - tenant.satisfied > mostMisses(share, tenant.offered))
        return false;
    return true;
  }
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_TRIALOUTCOME_H
