// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/RateSearch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace veltair::tool {

// Brackets the highest rate by doubling and halving, then bisects to 2 %.
static Played searchRate(const Scenario &scenario, const Trial &trial) {
  constexpr double tolerance = 0.02;
  constexpr int limit = 24; // doublings or halvings
  double unit = totalRate(scenario);
  Played best;
  auto satisfied = [&](double rate) {
    TrialOutcome outcome =
        trial(poissonArrivals(scenario, rate / unit), /*giveUp=*/true);
    bool ok = outcome.satisfies(scenario.satisfied);
    // A tenant without requests tells nothing of its target.
    bool tells = std::ranges::all_of(
        outcome.tenants, [](const TenantOutcome &t) { return t.offered > 0; });
    std::fprintf(stderr, "veltair: %.2f a second: %s\n", rate,
                 !ok      ? "too much"
                 : !tells ? "a tenant has no request"
                          : "all within their targets");
    if ((ok && tells) || !best.maxRate)
      best = {std::move(outcome), rate, ok && tells ? rate : 0};
    return ok;
  };
  double low = unit, high = unit;
  bool ok = satisfied(unit);
  bool bracketed = false;
  for (int i = 0; i < limit && !bracketed; ++i) {
    double &moving = ok ? high : low;
    (ok ? low : high) = moving;
    moving *= ok ? 2 : 0.5;
    // With a target longer than the trial, no rate is too much.
    if (moving * scenario.durationS > mostArrivals)
      break;
    bracketed = satisfied(moving) != ok;
  }
  if (bracketed)
    while (high / low > 1 + tolerance) {
      double middle = std::sqrt(low * high);
      (satisfied(middle) ? low : high) = middle;
    }
  return best;
}

Played playScenario(const Scenario &scenario, const Trial &trial, bool giveUp) {
  if (scenario.search)
    return searchRate(scenario, trial);
  return {trial(poissonArrivals(scenario, 1), giveUp), totalRate(scenario),
          std::nullopt};
}

} // namespace veltair::tool
