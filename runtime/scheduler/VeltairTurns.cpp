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

// Those with the shortest target bear them.
void Veltair::limitTurns() {
  Time shortest = never;
  for (const auto &[id, record] : records)
    shortest = std::min(shortest, record.qos);
  double bearable = double(shortest) / 8 * std::max(coreCount(), 1u);
  turnLength = std::max(std::min(double(options.turn), bearable), 1.0);
}

void Veltair::giveTurn(Time now) {
  if (turn.query) {
    turn.used += turn.cores * double(now - turn.seen);
    turn.seen = now;
    if (turn.used < turnLength)
      return;
    endTurn(now);
  }
  if (now < std::max(turnAllowed, firstPatient))
    return;
  if (BlockQuery *query = mostPatient(now)) {
    query->record->lastTurn = ++turns;
    // As many queries of the tenant may be late.
    turnShare =
        std::clamp(1 - query->record->qosShare, leastTurnShare, mostTurnShare);
    turn = {.query = query, .begin = now, .seen = now};
  }
}

void Veltair::endTurn(Time now) {
  turn.used += turn.cores * double(now - turn.seen);
  turnAllowed = after(turn.begin, turn.used / machineShare());
  turn = {};
}

// Of the cores, in the long run.
double Veltair::machineShare() const {
  return turnShare * std::max(coreCount(), 1u);
}

// The core time that turns will take from now to `end`, if they are used up.
double Veltair::turnWork(Time now, Time end) const {
  if (bestEffort.empty())
    return 0;
  double work = 0, period = turnLength / machineShare();
  double next = double(std::max({now, turnAllowed, firstPatient}));
  if (turn.query) {
    work = turnLength - turn.used;
    next = double(turn.begin) + period;
  }
  if (double(end) > next)
    work += turnLength * std::ceil((double(end) - next) / period);
  return work;
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
    wakeUpAt(after(now, std::ceil((turnLength - turn.used) / turn.cores)));
}

} // namespace veltair
