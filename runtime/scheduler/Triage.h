// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which queries to give up when not all can keep their deadlines.
//
// A target holds for a share of a tenant's queries, so each tenant has
// misses to spare. Giving up a query of the tenant that has used the least of
// them keeps the others in time, where serving all in turn would make all late.

#ifndef VELTAIR_SCHEDULER_TRIAGE_H
#define VELTAIR_SCHEDULER_TRIAGE_H

#include "runtime/scheduler/TenantRecord.h"
#include "runtime/support/Reserve.h"

#include <cstddef>
#include <vector>

namespace veltair {

// Keeps its buffers from one call to the next.
class Triage {
public:
  // What a query asks for.
  struct Claim {
    double available; // core time, until its deadline
    double work;      // core time left
    TenantRecord *tenant;
    bool kept = true; // the answer
  };

  // Makes room for so many claims of so many tenants.
  void reserve(size_t tenantCount, size_t claimCount) {
    tenants.clear();
    givenUp.clear();
    reserveFor(tenants, tenantCount);
    reserveFor(givenUp, claimCount);
  }

  // `claims` ascend by deadline. Clears `kept` of as many as needed, so that
  // the others meet their deadlines when worked on in this order. A query of
  // the lowest priority is given up first, then of a tenant in excess, then of
  // the one with most misses to spare, then the one with most work. Returns the
  // core time that could be spent on something else first with all that are
  // kept still in time.
  double run(std::vector<Claim> &claims);

private:
  TenantRecord &meet(TenantRecord &tenant);
  void enter(Claim &claim, size_t index);
  void makeRoom(std::vector<Claim> &claims, size_t index);
  void giveUpOne(std::vector<Claim> &claims);
  void takeBack(Claim &claim, size_t index);
  TenantRecord &mostToSpare();

  std::vector<TenantRecord *> tenants; // of the claims
  std::vector<size_t> givenUp;         // for the sake of one claim
  double work = 0;                     // of the claims kept so far
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_TRIAGE_H
