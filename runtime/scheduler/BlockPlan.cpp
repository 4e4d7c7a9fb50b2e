// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/BlockPlan.h"

namespace veltair {

// The share of a team's core time that must be as useful as one core's.
static constexpr double leastEfficiency = 0.8;

ProgramTimes::ProgramTimes(const ProgramInfo &program,
                           const VersionTable &versions, const TimeModel &model,
                           unsigned maxCores, unsigned bucket)
    : layers(unsigned(program.layers.size())), cores(maxCores) {
  sums.reserve(size_t(cores) * (layers + 1));
  for (unsigned team = 1; team <= cores; ++team) {
    Time sum = 0;
    sums.push_back(sum);
    for (unsigned l = 0; l < layers; ++l) {
      unsigned version = versions.version(l, team, bucket);
      sum += model.predict(program, l, version, team, levelOfBucket(bucket));
      sums.push_back(sum);
    }
  }
  for (unsigned l = 0; l <= layers; ++l) {
    fastest.push_back(time(l, layers, demand(l, layers, /*budget=*/-1)));
    unsigned team = efficientTeam(l, layers);
    work.push_back(double(team) * double(time(l, layers, team)));
  }
}

unsigned ProgramTimes::efficientTeam(unsigned first, unsigned last) const {
  double alone = double(time(first, last, 1));
  unsigned best = 1;
  for (unsigned team = 2; team <= cores; ++team) {
    Time t = time(first, last, team);
    if (alone >= leastEfficiency * team * double(t) &&
        t < time(first, last, best))
      best = team;
  }
  return best;
}

unsigned ProgramTimes::demand(unsigned first, unsigned last,
                              Time budget) const {
  unsigned fastest = 1;
  for (unsigned team = 1; team <= cores; ++team) {
    Time t = time(first, last, team);
    if (t <= budget)
      return team;
    if (t < time(first, last, fastest))
      fastest = team;
  }
  return fastest;
}

BlockPlan planBlock(const ProgramTimes &times, unsigned first, Time budget,
                    unsigned theta) {
  unsigned end = times.layerCount();
  double scale = double(budget) / double(times.time(first, end, 1));
  auto share = [&](unsigned from, unsigned to) {
    return Time(double(times.time(from, to, 1)) * scale);
  };
  unsigned base = times.demand(first, end, budget);
  auto isPivot = [&](unsigned layer) {
    return times.demand(layer, layer + 1, share(layer, layer + 1)) >
           base + theta;
  };

  unsigned last = end;
  // No demand exceeds the cores there are.
  if (base + theta < times.maxCores()) {
    bool pivots = isPivot(first);
    last = first + 1;
    while (last < end && isPivot(last) == pivots)
      ++last;
  }
  Time blockBudget = last == end ? budget : share(first, last);
  return {last - first, times.demand(first, last, blockBudget), blockBudget};
}

} // namespace veltair
