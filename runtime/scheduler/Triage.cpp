// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Triage.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace veltair {

// Of those given up for one claim; more would be looked at for each claim
// again.
static constexpr size_t mostTakenBack = 32;

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

TenantRecord &Triage::meet(TenantRecord &tenant) {
  if (std::find(tenants.begin(), tenants.end(), &tenant) == tenants.end()) {
    tenant.kept.clear();
    tenant.givenUp = 0;
    tenants.push_back(&tenant);
  }
  return tenant;
}

// Makes the claim one that can be given up.
void Triage::enter(Claim &claim, size_t index) {
  auto &kept = meet(*claim.tenant).kept;
  kept.emplace_back(claim.work, index);
  std::push_heap(kept.begin(), kept.end());
}

void Triage::giveUpOne(std::vector<Claim> &claims) {
  TenantRecord &tenant = mostToSpare();
  std::pop_heap(tenant.kept.begin(), tenant.kept.end());
  auto [freed, victim] = tenant.kept.back();
  tenant.kept.pop_back();
  ++tenant.givenUp;
  claims[victim].kept = false;
  work -= freed;
  givenUp.push_back(victim);
}

void Triage::takeBack(Claim &claim, size_t index) {
  claim.kept = true;
  work += claim.work;
  --claim.tenant->givenUp;
  claim.tenant->kept.emplace_back(claim.work, index);
  std::push_heap(claim.tenant->kept.begin(), claim.tenant->kept.end());
}

double Triage::run(std::vector<Claim> &claims) {
  tenants.clear();
  work = 0;
  size_t entered = 0; // none as long as all are in time
  double slack = std::numeric_limits<double>::max();
  for (size_t i = 0; i < claims.size(); ++i) {
    Claim &claim = claims[i];
    claim.kept = true;
    work += claim.work;
    if (work > claim.available) {
      for (; entered < i; ++entered)
        enter(claims[entered], entered);
      ++entered;
      if (claim.work > claim.available) {
        // Whatever else is given up.
        claim.kept = false;
        work -= claim.work;
        ++meet(*claim.tenant).givenUp;
      } else {
        enter(claim, i);
        makeRoom(claims, i);
      }
    }
    if (claim.kept)
      slack = std::min(slack, claim.available - work);
  }
  return std::max(slack, 0.0); // sums are rounded
}

// The earlier ones stay in time when something is taken out.
void Triage::makeRoom(std::vector<Claim> &claims, size_t index) {
  const Claim &claim = claims[index];
  givenUp.clear();
  while (claim.kept && work > claim.available)
    giveUpOne(claims);
  // Some may have been given up in vain, before a larger one, or before the
  // claim itself had to be.
  if (givenUp.size() > mostTakenBack)
    return;
  for (; !givenUp.empty(); givenUp.pop_back()) {
    size_t last = givenUp.back();
    if (last != index &&
        (!claim.kept || work + claims[last].work <= claim.available))
      takeBack(claims[last], last);
  }
}

} // namespace veltair
