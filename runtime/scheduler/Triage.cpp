// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Triage.h"

#include <algorithm>
#include <tuple>

namespace veltair {

// Of the tenants that have something to give up.
TenantRecord &Triage::mostToSpare() {
  TenantRecord *best = nullptr;
  auto order = [](const TenantRecord &t) {
    return std::tuple(t.priority, t.excess() == 0, t.missesUsed(t.givenUp),
                      -t.kept.front().first);
  };
  for (TenantRecord *tenant : tenants)
    if (!tenant->kept.empty() && (!best || order(*tenant) < order(*best)))
      best = tenant;
  return *best;
}

// Makes the claim one that can be given up.
void Triage::enter(Claim &claim, size_t index) {
  if (!claim.tenant)
    return;
  TenantRecord &own = *claim.tenant;
  if (std::find(tenants.begin(), tenants.end(), &own) == tenants.end()) {
    own.kept.clear();
    own.givenUp = 0;
    tenants.push_back(&own);
  }
  own.kept.emplace_back(claim.work, index);
  std::push_heap(own.kept.begin(), own.kept.end());
}

void Triage::run(Time now, unsigned cores, std::vector<Claim> &claims) {
  tenants.clear();
  double work = 0;    // of the claims kept so far
  size_t entered = 0; // none as long as all are in time
  for (size_t i = 0; i < claims.size(); ++i) {
    Claim &claim = claims[i];
    claim.kept = true;
    work += claim.work;
    // The earlier ones stay in time when something is taken out.
    while (claim.tenant && claim.kept &&
           double(now) + work / cores > double(claim.deadline)) {
      for (; entered <= i; ++entered)
        enter(claims[entered], entered);
      TenantRecord &tenant = mostToSpare();
      std::pop_heap(tenant.kept.begin(), tenant.kept.end());
      auto [freed, victim] = tenant.kept.back();
      tenant.kept.pop_back();
      ++tenant.givenUp;
      claims[victim].kept = false;
      work -= freed;
    }
  }
}

} // namespace veltair
