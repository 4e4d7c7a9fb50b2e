// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How far queries are, how long they will take, and what they need.

#include "runtime/scheduler/Veltair.h"

#include <algorithm>

namespace veltair {

Time Veltair::predict(const BlockQuery &query, unsigned first, unsigned last,
                      unsigned cores) {
  return scaled(times(query).time(first, last, cores),
                query.program->correction);
}

// What is left of an amount that is `all` for the layers not yet done and
// `afterBlock` for those after the running block.
double Veltair::left(const BlockQuery &query, double all, double afterBlock) {
  double share = query.running() ? std::max(1 - query.progress, 0.0) : 1;
  return (afterBlock + (all - afterBlock) * share) * query.program->correction;
}

double Veltair::workLeft(const BlockQuery &query) {
  const ProgramTimes &t = times(query);
  return left(query, t.restWork(query.layersDone), t.restWork(query.next()));
}

bool Veltair::isLate(Time now, const BlockQuery &query) {
  const ProgramTimes &t = times(query);
  double rest = left(query, double(t.fastestRest(query.layersDone)),
                     double(t.fastestRest(query.next())));
  return double(now) + rest > double(query.due);
}

void Veltair::updateProgress(Time now, BlockQuery &query) {
  if (query.running() && query.cores)
    query.progress +=
        double(now - query.updated) /
        double(std::max<Time>(
            predict(query, query.blockFirst, query.blockEnd(), query.cores),
            1));
  query.updated = now;
}

// A block that should have been done 1.5 times was predicted 1.5 times too
// short.
void Veltair::learn(BlockQuery &query) {
  ProgramState &state = *query.program;
  double ratio = std::clamp(query.progress, 0.01, 100.0);
  // The first block runs from cold caches, so the second replaces what it
  // taught; then a mean, and in the long run one that forgets.
  double gain = std::max(1.0 / std::max(state.corrections, 1u), 0.1);
  state.correction *= 1 + gain * (ratio - 1);
  state.correction = std::clamp(state.correction, 1e-3, 1e3);
  ++state.corrections;
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
  budget = std::max<Time>(scaled(budget, 1 / query.program->correction), 1);
  return planBlock(t, first, budget, theta);
}

// The cores with which the running block ends in time, by what it should have
// done so far.
unsigned Veltair::needNow(Time now, const BlockQuery &query, bool late) {
  if (late)
    return query.blockDemand;
  double rest = std::max(1 - query.progress, 0.05);
  Time budget =
      scaled(query.blockDeadline - now, 1 / (query.program->correction * rest));
  return times(query).demand(query.blockFirst, query.blockEnd(), budget);
}

} // namespace veltair
