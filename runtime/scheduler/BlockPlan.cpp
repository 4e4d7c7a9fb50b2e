// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/BlockPlan.h"
#include "runtime/scheduler/Scheduler.h"

#include <algorithm>

namespace veltair {

ProgramTimes::ProgramTimes(const ProgramInfo &program,
                           const VersionTable &versions, const TimeModel &model,
                           unsigned maxCores, unsigned bucket)
    : layers(unsigned(program.layers.size())), cores(maxCores) {
  const Time longest = never / std::max(layers, 1u); // no sum overflows
  sums.reserve(size_t(cores) * (layers + 1));
  for (unsigned team = 1; team <= cores; ++team) {
    Time sum = 0;
    sums.push_back(sum);
    for (unsigned l = 0; l < layers; ++l) {
      unsigned version = versions.version(l, team, bucket);
      sum += std::min(
          model.predict(program, l, version, team, levelOfBucket(bucket)),
          longest);
      sums.push_back(sum);
    }
  }
  chunkSums.push_back(0);
  for (unsigned l = 0; l < layers; ++l) {
    double work = double(time(l, l + 1, 1));
    const VersionInfo &version =
        program.layers[l].versions[versions.version(l, 1, bucket)];
    chunkSums.push_back(chunkSums.back() +
                        work * work / std::max(version.chunks, 1u));
  }
  classes = Correction::classOf(cores) + 1;
  rests.assign((layers + 1) * classes, never);
  for (unsigned l = 0; l <= layers; ++l)
    for (unsigned team = 1; team <= cores; ++team) {
      Time &rest = rests[l * classes + Correction::classOf(team)];
      rest = std::min(rest, time(l, layers, team));
    }
}

double ProgramTimes::fastestRest(unsigned first,
                                 const Correction &correction) const {
  double fastest = double(never);
  for (size_t i = 0; i < classes; ++i)
    fastest = std::min(fastest, double(rests[first * classes + i]) *
                                    correction.ofClass(i));
  return fastest;
}

unsigned ProgramTimes::efficientTeam(unsigned first, unsigned last,
                                     double efficiency,
                                     const Correction &correction) const {
  double alone = double(time(first, last, 1)) * correction.of(1);
  double fastest = alone;
  unsigned best = 1;
  for (unsigned team = 2; team <= cores; ++team) {
    double t = double(time(first, last, team)) * correction.of(team);
    if (alone >= efficiency * team * t && t < fastest) {
      best = team;
      fastest = t;
    }
  }
  return best;
}

unsigned ProgramTimes::demand(unsigned first, unsigned last, Time budget,
                              const Correction &correction,
                              unsigned most) const {
  double fastest = 0;
  unsigned best = 1;
  for (unsigned team = 1; team <= std::min(cores, most); ++team) {
    double t = double(time(first, last, team)) * correction.of(team);
    if (t <= double(budget))
      return team;
    if (team == 1 || t < fastest) {
      best = team;
      fastest = t;
    }
  }
  return best;
}

BlockPlan planBlock(const ProgramTimes &times, unsigned first, Time budget,
                    unsigned theta, const Correction &correction) {
  unsigned end = times.layerCount();
  double scale = double(budget) / double(times.time(first, end, 1));
  auto share = [&](unsigned from, unsigned to) {
    return Time(double(times.time(from, to, 1)) * scale);
  };
  unsigned base = times.demand(first, end, budget, correction);
  auto isPivot = [&](unsigned layer) {
    return times.demand(layer, layer + 1, share(layer, layer + 1), correction) >
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
  return {last - first, times.demand(first, last, blockBudget, correction),
          blockBudget};
}

} // namespace veltair
