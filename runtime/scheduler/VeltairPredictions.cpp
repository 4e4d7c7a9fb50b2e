// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How far queries are, how long they will take, and what they need.

#include "runtime/scheduler/Veltair.h"

#include <algorithm>

namespace veltair {

// A block that has not ended has something left, however long it takes.
static constexpr double leastLeft = 0.05;

double Veltair::blockLeft(const BlockQuery &query) {
  return query.running() ? std::max(1 - done(query), leastLeft) : 1;
}

// What is left of an amount that is `all` for the layers not yet done and
// `afterBlock` for those after the running block.
double Veltair::left(const BlockQuery &query, double all, double afterBlock) {
  return afterBlock + (all - afterBlock) * blockLeft(query);
}

double Veltair::workLeft(const BlockQuery &query) {
  return left(query, restWork(query, query.layersDone),
              restWork(query, query.next()));
}

double Veltair::restWork(const Query &query, unsigned first) {
  return double(times(query).time(first, query.layerCount(), 1)) *
         query.program->correction.ofMeasured(1);
}

double Veltair::fastestRest(const Query &query, unsigned first) {
  return times(query).fastestRest(first, query.program->correction);
}

double Veltair::spareTime(Time now, const BlockQuery &query) {
  double rest = left(query, fastestRest(query, query.layersDone),
                     fastestRest(query, query.next()));
  return double(query.due) - double(now) - rest;
}

void Veltair::updateProgress(Time now, BlockQuery &query) {
  if (query.running() && query.cores) {
    Time all =
        times(query).time(query.blockFirst, query.blockEnd(), query.cores);
    query.progress.add(query.cores, double(now - query.updated) /
                                        double(std::max<Time>(all, 1)));
  }
  query.updated = now;
}

BlockPlan Veltair::plan(Time now, const BlockQuery &query, bool late) {
  const ProgramTimes &t = times(query);
  unsigned first = query.layersDone, last = query.layerCount();
  Time budget = query.target - now;
  // A query that cannot keep its target is planned as if it were on time, so
  // that it takes no more than its share from the others.
  if (late || budget <= 0)
    budget = scaled(query.span, double(t.time(first, last, 1)) /
                                    double(t.time(0, last, 1)));
  return planBlock(t, first, std::max<Time>(budget, 1), theta,
                   query.program->correction);
}

// The cores with which the running block ends in time, by what it should have
// done so far.
unsigned Veltair::needNow(Time now, const BlockQuery &query, bool late) {
  if (late)
    return query.blockDemand;
  return times(query).demand(
      query.blockFirst, query.blockEnd(),
      scaled(query.blockDeadline - now, 1 / blockLeft(query)),
      query.program->correction);
}

} // namespace veltair
