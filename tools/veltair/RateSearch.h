// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Playing a scenario, and the highest rate at which all tenants keep their
// targets.

#ifndef VELTAIR_TOOLS_RATESEARCH_H
#define VELTAIR_TOOLS_RATESEARCH_H

#include "tools/veltair/Scenario.h"
#include "tools/veltair/TrialOutcome.h"

#include <functional>
#include <optional>
#include <vector>

namespace veltair::tool {

// Plays arrivals; with `giveUp`, stops once a tenant cannot be satisfied.
using Trial =
    std::function<TrialOutcome(const std::vector<Arrival> &, bool giveUp)>;

// A trial and the total rate that it was run at.
struct Played {
  TrialOutcome outcome;
  double rate = 0;
  std::optional<double> maxRate; // with search
};

// Plays the scenario once, or as often as its search needs; then the outcome is
// that of the highest rate.
Played playScenario(const Scenario &scenario, const Trial &trial, bool giveUp);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_RATESEARCH_H
