// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/LoadReport.h"
#include "tools/veltair/Latency.h"

#include <cstdio>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

static Json describe(const ScenarioTenant &tenant,
                     const TenantOutcome &outcome) {
  Json latency;
  if (!outcome.latencyMs.empty()) {
    Latencies times(outcome.latencyMs);
    latency = {{"mean", times.mean()},
               {"p50", times.percentile(50)},
               {"p95", times.percentile(95)},
               {"p99", times.percentile(99)},
               {"max", times.max()}};
  }
  return {{"name", tenant.name},
          {"qos_ms", tenant.qosMs},
          {"offered", outcome.offered},
          {"completed", outcome.completed},
          {"satisfied", outcome.satisfied},
          {"rejected", outcome.rejected},
          {"cancelled", outcome.cancelled},
          {"failed", outcome.failed},
          {"latency_ms", latency}};
}

void printTable(const Scenario &scenario, const Played &played) {
  std::printf("%-20s %9s %8s %9s %9s %9s %9s %9s %9s %9s\n", "tenant", "QoS ms",
              "offered", "completed", "within", "mean ms", "p50", "p95", "p99",
              "max");
  for (size_t t = 0; t < scenario.tenants.size(); ++t) {
    const ScenarioTenant &tenant = scenario.tenants[t];
    const TenantOutcome &outcome = played.outcome.tenants[t];
    double within = outcome.offered ? 100.0 * double(outcome.satisfied) /
                                          double(outcome.offered)
                                    : 100;
    std::printf("%-20s %9.2f %8llu %9llu %8.2f%%", tenant.name.c_str(),
                tenant.qosMs, static_cast<unsigned long long>(outcome.offered),
                static_cast<unsigned long long>(outcome.completed), within);
    if (!outcome.latencyMs.empty()) {
      Latencies times(outcome.latencyMs);
      std::printf(" %9.3f %9.3f %9.3f %9.3f %9.3f", times.mean(),
                  times.percentile(50), times.percentile(95),
                  times.percentile(99), times.max());
    }
    std::printf("\n");
  }
  const veltair_scheduling &s = played.outcome.metrics.scheduling;
  uint64_t backups = played.outcome.metrics.backups;
  std::printf("%.2f a second; blocks %llu, conflicts %llu, version switches "
              "%llu, backups %llu, core time %.0f ms\n",
              played.rate, static_cast<unsigned long long>(s.blocks),
              static_cast<unsigned long long>(s.conflicts),
              static_cast<unsigned long long>(s.version_switches),
              static_cast<unsigned long long>(backups), s.core_ms);
  if (played.maxRate)
    std::printf("highest rate with %.0f %% of each tenant in time: %.2f a "
                "second\n",
                scenario.satisfied * 100, *played.maxRate);
}

Json describe(const Scenario &scenario, const Played &played,
              const std::string &schema, const std::string &policy) {
  Json tenants = Json::array();
  for (size_t t = 0; t < scenario.tenants.size(); ++t)
    tenants.push_back(describe(scenario.tenants[t], played.outcome.tenants[t]));
  const veltair_scheduling &s = played.outcome.metrics.scheduling;
  return {{"schema", schema},
          {"policy", policy},
          {"seed", scenario.seed},
          {"rate_rps", played.rate},
          {"max_rate_rps", played.maxRate ? Json(*played.maxRate) : Json()},
          {"tenants", tenants},
          {"blocks", s.blocks},
          {"conflicts", s.conflicts},
          {"version_switches", s.version_switches},
          {"core_ms", s.core_ms},
          {"backups", played.outcome.metrics.backups}};
}

} // namespace veltair::tool
