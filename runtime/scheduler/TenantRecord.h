// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What a tenant asked for and how well it was served lately.

#ifndef VELTAIR_SCHEDULER_TENANTRECORD_H
#define VELTAIR_SCHEDULER_TENANTRECORD_H

#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Reserve.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace veltair {

class TenantRecord {
public:
  Priority priority = Priority::medium;
  double qosShare = defaultQosShare;
  Time qos = never;
  uint64_t lastTurn = 0; // of the scheduler's, that one of its queries had
  size_t underway = 0;   // queries

  // A query that can be in time asks for so much core time.
  void queryArrived(Time now, double work);

  // A miss counts as far as the tenant does not owe it to its own excess.
  void queryEnded(bool missed);

  // The share of the misses that qosShare allows which would be used if
  // `more` queries missed their deadline too.
  double missesUsed(unsigned more) const;

  // Of what it asks for, the share beyond what it is entitled to.
  double excess() const { return beyond; }

  // Triage needs no memory for up to so many claims of the tenant.
  void reserve(size_t claims) {
    kept.clear(); // of the triage before
    reserveFor(kept, claims);
  }

private:
  friend class Triage;
  friend void shareFairly(Time now, double cores,
                          std::span<TenantRecord *> tenants);
  void fade(Time now);

  double ended = 0; // fading counts
  double missed = 0;
  // A moving average of the cores that its queries would keep busy, and the
  // share of its weights that falls on the time since the first of them.
  double load = 0;
  double seen = 0;
  Time updated = 0;
  double asked = 0; // the average over that time
  double beyond = 0;

  // Of the triage that goes on: work and index of the claims still kept, a
  // heap; and how many were given up.
  std::vector<std::pair<double, size_t>> kept;
  unsigned givenUp = 0;
};

// Tells all tenants their excess over the max-min fair share of `cores`: what a
// tenant leaves of an equal share goes to those that ask for more. Lower
// priorities share what higher ones leave, or a tenth of the cores, since an
// excess tells apart tenants of one priority only. Sorts `tenants`.
// Source: Bertsekas and Gallager, Data Networks (1992), 6.5.2.
void shareFairly(Time now, double cores, std::span<TenantRecord *> tenants);

} // namespace veltair

#endif // VELTAIR_SCHEDULER_TENANTRECORD_H
