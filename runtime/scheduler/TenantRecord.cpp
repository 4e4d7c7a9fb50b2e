// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/TenantRecord.h"

#include <algorithm>
#include <cmath>

namespace veltair {

// How much of a query's weight is left in the record after one more: the record
// speaks of some five hundred queries.
static constexpr double fading = 0.998;

// A new tenant counts as one that had so many queries, all in time: its first
// miss does not yet weigh like one of twenty.
static constexpr double assumedInTime = 20;

// Of the load's moving average: a burst is no excess.
static constexpr double timeConstant = 10e9;

// Nor is one at the start, so the average is over two seconds at least.
static constexpr double leastSeen = 0.18;

void TenantRecord::fade(Time now) {
  if (load) {
    double left = std::exp(-double(now - updated) / timeConstant);
    load *= left;
    seen = 1 - (1 - seen) * left;
    asked = load / std::max(seen, leastSeen);
  }
  updated = now;
}

void TenantRecord::queryArrived(Time now, double work) {
  fade(now);
  load += work / timeConstant;
}

void TenantRecord::queryEnded(bool miss) {
  ended = ended * fading + 1;
  missed = std::max(missed * fading + (miss ? 1 : 0) - beyond, 0.0);
}

double TenantRecord::missesUsed(unsigned more) const {
  double share = (missed + more) / (ended + more + assumedInTime);
  return share / std::max(1 - qosShare, 1e-4);
}

void shareFairly(Time now, double cores, std::span<TenantRecord *> tenants) {
  for (TenantRecord *tenant : tenants)
    tenant->fade(now);
  std::sort(tenants.begin(), tenants.end(),
            [](const TenantRecord *a, const TenantRecord *b) {
              return std::pair(b->priority, a->asked) <
                     std::pair(a->priority, b->asked);
            });
  double least = cores / 10;
  for (auto group = tenants.begin(); group != tenants.end();) {
    cores = std::max(cores, least);
    auto end = std::find_if(group, tenants.end(), [&](TenantRecord *tenant) {
      return tenant->priority != (*group)->priority;
    });
    // The smaller ones leave something of their equal parts to the others.
    for (; group != end; ++group) {
      TenantRecord &tenant = **group;
      double granted = std::min(tenant.asked, cores / double(end - group));
      tenant.beyond = tenant.asked > granted ? 1 - granted / tenant.asked : 0;
      cores -= granted;
    }
  }
}

} // namespace veltair
