// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Turns of those that are late, or have no target: else one would wait as long
// as there are enough queries that can be in time. Turns are short, so that
// these stay in time, and far enough from each other to take only a small share
// of the machine.

#include "runtime/scheduler/Veltair.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace veltair {

// Of the core time at most: as many queries of the tenant as may be late,
// within bounds, so that an overload does not make all late.
static double shareOf(const TenantRecord &tenant) {
  return std::clamp(1 - tenant.qosShare, 0.02, 0.05);
}

// In times the target.
static double patienceFactor(Priority priority) {
  switch (priority) {
  case Priority::low:
    return 9;
  case Priority::medium:
    return 3;
  case Priority::high:
    return 1;
  }
  return 1;
}

Time Veltair::patienceOf(const BlockQuery &query) {
  double factor = patienceFactor(query.record->priority);
  return std::max<Time>(scaled(query.due - query.arrival, factor), 1);
}

void Veltair::giveTurn(Time now) {
  if (turn.query) {
    turn.used += turn.cores * double(now - turn.seen);
    turn.seen = now;
    if (turn.used < double(options.turn))
      return;
    endTurn(now);
  }
  if (now < std::max(turnAllowed, firstPatient))
    return;
  if (BlockQuery *query = mostPatient(now)) {
    query->record->lastTurn = ++turns;
    turnShare = shareOf(*query->record);
    turn = {.query = query, .begin = now, .seen = now};
  }
}

void Veltair::endTurn(Time now) {
  turn.used += turn.cores * double(now - turn.seen);
  double machine = turnShare * std::max(coreCount(), 1u);
  turnAllowed = after(turn.begin, turn.used / machine);
  turn = {};
}

// What turns will take of the cores in the long run.
double Veltair::turnCores(Time now) const {
  bool waiting = !bestEffort.empty() && now >= firstPatient;
  return waiting ? turnShare * coreCount() : 0;
}

// The tenants take turns, so that none that floods the machine, or has long
// queries, keeps it from the others. Of a tenant, the one that has waited
// longest, in times its patience. Tells when to look again.
Veltair::BlockQuery *Veltair::mostPatient(Time now) {
  BlockQuery *most = nullptr;
  std::pair<uint64_t, double> order;
  firstPatient = never;
  for (BlockQuery *query : bestEffort) {
    firstPatient = std::min(firstPatient, query->patienceEnd());
    std::pair own(query->record->lastTurn, -query->waited(now));
    if (now >= query->patienceEnd() && (!most || own < order)) {
      most = query;
      order = own;
    }
  }
  return most;
}

// When the turn ends, or the next one may begin.
void Veltair::wakeForTurns(Time now) {
  if (!turn.query) {
    if (!bestEffort.empty())
      wakeUpAt(std::max(turnAllowed, firstPatient));
    return;
  }
  turn.cores = turn.query->share;
  if (turn.cores)
    wakeUpAt(
        after(now, std::ceil((double(options.turn) - turn.used) / turn.cores)));
}

} // namespace veltair
