// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `veltair load` is to do: models, their targets and rates.

#ifndef VELTAIR_TOOLS_SCENARIO_H
#define VELTAIR_TOOLS_SCENARIO_H

#include "veltair/veltair.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace veltair::tool {

struct ScenarioTenant {
  std::string name;
  std::string artifact;
  double qosMs = 0;
  double rateRps = 0; // queries a second; with `search`, a weight
  veltair_priority priority = VELTAIR_PRIORITY_MEDIUM;
  std::map<std::string, std::string> inputs; // name -> file
};

struct Scenario {
  uint64_t seed = 0;
  double durationS = 10;
  double satisfied = 0.95; // share of a tenant's queries that must be in time
  bool search = false;     // for the highest total rate
  std::vector<ScenarioTenant> tenants;
};

// Queries that a scenario may have: they are all kept in memory.
inline constexpr double mostArrivals = 2e7;

// Queries a second of all tenants.
double totalRate(const Scenario &scenario);

// Reads a scenario's JSON text. Relative paths are relative to `folder`. A
// UserError names the key that is unknown, missing or wrong.
Scenario parseScenario(std::string_view text, const std::string &folder);

// The same from a file; its folder is `folder`. Errors name the file.
Scenario readScenario(const std::string &file);

// The arrival of one query.
struct Arrival {
  uint64_t time; // nanoseconds from the start
  uint32_t tenant;

  bool operator==(const Arrival &) const = default;
};

// Independent Poisson arrivals of each tenant at its rate times `scale`, during
// the scenario's time; ascending. The same for the same seed; a tenant's
// arrivals do not depend on the other tenants, and a scale changes only the
// speed at which the same sequence is played.
std::vector<Arrival> poissonArrivals(const Scenario &scenario, double scale);

// How many queries of each tenant may miss their target when it is to be
// satisfied.
std::vector<uint64_t> missesAllowed(const Scenario &scenario,
                                    const std::vector<Arrival> &arrivals);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_SCENARIO_H
