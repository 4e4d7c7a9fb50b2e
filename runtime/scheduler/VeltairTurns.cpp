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
  turnLength = std::clamp(shortest / 8, options.shortestTurn, options.turn);
}

void Veltair::giveTurn(Time now) {
  if (turn.query) {
    spendTurn(now);
    if (now < turn.end)
      return;
    endTurn(now);
  }
  if (!coreCount() || now < std::max(turnAllowed, firstPatient))
    return;
  if (BlockQuery *query = mostPatient(now)) {
    query->record->lastTurn = ++turns;
    // As many queries of the tenant may be late.
    turnShare =
        std::clamp(1 - query->record->qosShare, leastTurnShare, mostTurnShare);
    turn = {.query = query,
            .begin = now,
            .end = later(now, turnLength),
            .seen = now};
    turnRunsOn = chunksBegun(*query);
  }
}

void Veltair::spendTurn(Time now) {
  turn.spent += turn.cores * double(now - turn.seen);
  turn.seen = now;
}

// What a machine that stood still did not do is no debt of those who wait.
void Veltair::endTurn(Time now) {
  spendTurn(now);
  double spent = std::min(turn.spent, 2 * wholeTurn());
  if (turn.query->running())
    spent += chunksBegun(*turn.query);
  turnAllowed = after(turn.begin, spent / machineShare());
  turn = {};
}

// The core time for which its team runs on when it loses its cores.
double Veltair::chunksBegun(const BlockQuery &query) const {
  unsigned team = query.cores ? query.cores : std::max(coreCount(), 1u);
  unsigned last = query.running() ? query.blockEnd() : query.layerCount();
  return times(query).chunksBegun(query.layersDone, last, team) *
         query.program->correction.of(team);
}

// The core time of a turn on all cores.
double Veltair::wholeTurn() const {
  return double(turnLength) * std::max(coreCount(), 1u);
}

// Of the cores, in the long run.
double Veltair::machineShare() const {
  return turnShare * std::max(coreCount(), 1u);
}

// The core time that turns will take from now to `end`, if they are used up
// while there is work for them.
double Veltair::turnWork(Time now, Time end) const {
  if (bestEffort.empty())
    return 0;
  double whole = wholeTurn() + turnRunsOn, period = whole / machineShare();
  double work = 0, next = double(std::max({now, turnAllowed, firstPatient}));
  if (turn.query) {
    work = double(turn.end - now) * coreCount() + turnRunsOn;
    next = std::max(double(turn.begin) + period, double(turn.end));
  }
  if (double(end) > next)
    work += whole * std::ceil((double(end) - next) / period);
  return std::min(work, bestEffortWork);
}

void Veltair::findFirstPatient() {
  firstPatient = never;
  for (const BlockQuery *query : bestEffort)
    firstPatient = std::min(firstPatient, query->patienceEnd());
}

// The tenants take turns, so that none that floods the machine, or has long
// queries, keeps it from the others. Of a tenant, the one that has waited
// longest, in times its patience.
Veltair::BlockQuery *Veltair::mostPatient(Time now) {
  BlockQuery *most = nullptr;
  std::pair<uint64_t, double> order;
  for (BlockQuery *query : bestEffort) {
    std::pair own(query->record->lastTurn, -query->waited(now));
    if (now >= query->patienceEnd() && (!most || own < order)) {
      most = query;
      order = own;
    }
  }
  return most;
}

// When the turn ends, or the next one may begin.
void Veltair::wakeForTurns() {
  if (turn.query)
    turn.cores = turn.query->share;
  if (!coreCount())
    return;
  if (turn.query) {
    wakeUpAt(turn.end);
    return;
  }
  Time first = firstPatient;
  // Those that give way can be in time until their deadline has passed.
  for (const BlockQuery *query : givingWay)
    first =
        std::min(first, std::max(query->patienceEnd(), later(query->due, 1)));
  wakeUpAt(std::max(turnAllowed, first));
}

} // namespace veltair
