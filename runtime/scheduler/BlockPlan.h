// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a model's layers are cut into blocks: budgets, demands and pivots. Pure
// functions of predicted times.
//
// These rules are our reconstruction of the paper's idea, not a quotation.

#ifndef VELTAIR_SCHEDULER_BLOCKPLAN_H
#define VELTAIR_SCHEDULER_BLOCKPLAN_H

#include "runtime/scheduler/Correction.h"
#include "runtime/scheduler/TimeModel.h"
#include "runtime/scheduler/VersionTable.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace veltair {

// The predicted time of every range of layers for every core count, at one
// interference level.
class ProgramTimes {
public:
  ProgramTimes(const ProgramInfo &program, const VersionTable &versions,
               const TimeModel &model, unsigned maxCores, unsigned bucket);

  unsigned layerCount() const { return layers; }
  unsigned maxCores() const { return cores; }

  // Of the layers [first, last) one after the other by a team of `team`, which
  // is at least 1 and at most maxCores.
  Time time(unsigned first, unsigned last, unsigned team) const {
    const Time *row = &sums[size_t(team - 1) * (layers + 1)];
    return row[last] - row[first];
  }

  // The corrected time of the layers from `first` to the last by the team that
  // is the fastest for them.
  double fastestRest(unsigned first, const Correction &correction = {}) const;

  // The fastest team on the layers [first, last) that wastes no more than a
  // share of 1 - `efficiency` of its core time, compared with one core; the
  // smallest among equals.
  unsigned efficientTeam(unsigned first, unsigned last, double efficiency,
                         const Correction &correction = {}) const;

  // The smallest team, of `most` cores at most, that runs the layers
  // [first, last) within `budget`; if none does, the smallest of the fastest.
  unsigned demand(unsigned first, unsigned last, Time budget,
                  const Correction &correction = {},
                  unsigned most = UINT32_MAX) const;

  // The core time, in the mean over the time that a team of `team` takes for
  // the layers [first, last), of the chunks that its workers have begun: at
  // most so much is done of them after their cores were taken.
  double chunksBegun(unsigned first, unsigned last, unsigned team) const {
    return (chunkSums[last] - chunkSums[first]) /
           double(std::max<Time>(time(first, last, team), 1));
  }

private:
  unsigned layers;
  unsigned cores;
  std::vector<Time> sums; // [cores - 1][layer]: of the layers before
  // [layer]: of the layers before, core time times the time of a chunk.
  std::vector<double> chunkSums;
  size_t classes;
  std::vector<Time> rests; // [layer][class of teams]: by the fastest of them
};

struct BlockPlan {
  unsigned layers;
  unsigned cores; // what the block demands
  Time budget;    // its share of the budget
};

// Plans the next block of a query that has run the layers before `first` and
// has `budget` (more than 0) for the rest:
//  * A layer's budget is its share of the rest's one-core time.
//  * Pivots are the layers that demand more than `theta` cores above the
//    demand of the whole rest.
//  * A block is a maximal run of layers that are all pivots, or all not; it
//    demands the cores that its summed time needs to fit its summed budgets.
BlockPlan planBlock(const ProgramTimes &times, unsigned first, Time budget,
                    unsigned theta, const Correction &correction = {});

} // namespace veltair

#endif // VELTAIR_SCHEDULER_BLOCKPLAN_H
