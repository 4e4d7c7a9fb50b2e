// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair load: several models under Poisson arrivals, and the highest rate at
// which all of them keep their targets.

#include "tools/veltair/Latency.h"
#include "tools/veltair/LoadTrial.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include "nlohmann/json.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

namespace {

// What is reported: a trial and the total rate that it was run at.
struct Reported {
  TrialOutcome outcome;
  double rate = 0;
  std::optional<double> maxRate; // with search
};

} // namespace

static double totalRate(const Scenario &scenario) {
  double sum = 0;
  for (const ScenarioTenant &tenant : scenario.tenants)
    sum += tenant.rateRps;
  return sum;
}

// Brackets the highest rate by doubling and halving, then bisects to 2 %.
static Reported searchRate(LoadTrial &trial, const Scenario &scenario) {
  constexpr double tolerance = 0.02;
  constexpr int limit = 24; // doublings or halvings
  // With a target longer than the trial, no rate is too much.
  constexpr double mostArrivals = 2e6;
  double unit = totalRate(scenario);
  Reported best;
  auto satisfied = [&](double rate) {
    TrialOutcome outcome = trial.run(poissonArrivals(scenario, rate / unit),
                                     /*giveUp=*/true);
    bool ok = outcome.satisfies(scenario.satisfied);
    std::fprintf(stderr, "veltair: %.2f a second: %s\n", rate,
                 ok ? "all within their targets" : "too much");
    if (ok || !best.maxRate)
      best = {std::move(outcome), rate, ok ? rate : 0};
    return ok;
  };
  double low = unit, high = unit;
  bool ok = satisfied(unit);
  bool bracketed = false;
  for (int i = 0; i < limit && !bracketed; ++i) {
    double &moving = ok ? high : low;
    (ok ? low : high) = moving;
    moving *= ok ? 2 : 0.5;
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

static Json describe(const ScenarioTenant &tenant,
                     const TenantOutcome &outcome) {
  Json latency;
  if (!outcome.latencyMs.empty()) {
    Latencies times(outcome.latencyMs);
    latency = {{"mean", times.mean()},
               {"p50", times.percentile(50)},
               {"p95", times.percentile(95)},
               {"p99", times.percentile(99)}};
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

static void print(const Scenario &scenario, const Reported &reported) {
  std::printf("%-20s %9s %8s %9s %9s %9s %9s %9s %9s\n", "tenant", "QoS ms",
              "offered", "completed", "within", "mean ms", "p50", "p95", "p99");
  for (size_t t = 0; t < scenario.tenants.size(); ++t) {
    const ScenarioTenant &tenant = scenario.tenants[t];
    const TenantOutcome &outcome = reported.outcome.tenants[t];
    double within = outcome.offered ? 100.0 * double(outcome.satisfied) /
                                          double(outcome.offered)
                                    : 100;
    std::printf("%-20s %9.2f %8llu %9llu %8.2f%%", tenant.name.c_str(),
                tenant.qosMs, static_cast<unsigned long long>(outcome.offered),
                static_cast<unsigned long long>(outcome.completed), within);
    if (!outcome.latencyMs.empty()) {
      Latencies times(outcome.latencyMs);
      std::printf(" %9.3f %9.3f %9.3f %9.3f", times.mean(),
                  times.percentile(50), times.percentile(95),
                  times.percentile(99));
    }
    std::printf("\n");
  }
  const veltair_scheduling &s = reported.outcome.metrics.scheduling;
  uint64_t backups = reported.outcome.metrics.backups;
  std::printf("%.2f a second; blocks %llu, conflicts %llu, version switches "
              "%llu, backups %llu\n",
              reported.rate, static_cast<unsigned long long>(s.blocks),
              static_cast<unsigned long long>(s.conflicts),
              static_cast<unsigned long long>(s.version_switches),
              static_cast<unsigned long long>(backups));
  if (reported.maxRate)
    std::printf("highest rate with %.0f %% of each tenant in time: %.2f a "
                "second\n",
                scenario.satisfied * 100, *reported.maxRate);
}

static Json describe(const Scenario &scenario, const Reported &reported,
                     const std::string &policy, const Runtime &runtime) {
  Json tenants = Json::array();
  for (size_t t = 0; t < scenario.tenants.size(); ++t)
    tenants.push_back(
        describe(scenario.tenants[t], reported.outcome.tenants[t]));
  const veltair_scheduling &s = reported.outcome.metrics.scheduling;
  uint64_t backups = reported.outcome.metrics.backups;
  return {{"schema", "veltair.load.1"},
          {"policy", policy},
          {"threads", runtime.threads()},
          {"seed", scenario.seed},
          {"rate_rps", reported.rate},
          {"max_rate_rps", reported.maxRate ? Json(*reported.maxRate) : Json()},
          {"tenants", tenants},
          {"blocks", s.blocks},
          {"conflicts", s.conflicts},
          {"version_switches", s.version_switches},
          {"backups", backups}};
}

static Scenario readScenario(const std::string &file) {
  std::string folder = std::filesystem::path(file).parent_path().string();
  try {
    return parseScenario(readFile(file), folder);
  } catch (const UserError &error) {
    std::string what = error.what();
    throw UserError(what.starts_with(file) ? what : file + ": " + what);
  }
}

// So that other servers can be measured under the same load.
static void printArrivals(const Scenario &scenario) {
  Json arrivals = Json::array();
  for (const Arrival &arrival : poissonArrivals(scenario, 1))
    arrivals.push_back({arrival.time, arrival.tenant});
  Json document = {{"schema", "veltair.arrivals.1"},
                   {"seed", scenario.seed},
                   {"arrivals", arrivals}};
  std::cout << document.dump() << "\n";
}

void execute(const LoadCommand &command) {
  Scenario scenario = readScenario(command.scenario);
  if (command.printArrivals)
    return printArrivals(scenario);
  RunOptions options = command.common;
  if (options.policy.empty())
    options.policy = "veltair";
  std::fprintf(stderr, "veltair: seed %llu\n",
               static_cast<unsigned long long>(scenario.seed));
  Runtime runtime = makeRuntime(options);
  std::vector<std::unique_ptr<ServedModel>> models;
  for (const ScenarioTenant &tenant : scenario.tenants) {
    models.push_back(std::make_unique<ServedModel>(
        runtime, tenant.artifact, options,
        Service{tenant.name, tenant.qosMs, tenant.priority}));
    ServedModel &model = *models.back();
    std::vector<std::string> given;
    given.reserve(tenant.inputs.size());
    for (const auto &[name, file] : tenant.inputs)
      given.push_back(name + "=" + file);
    model.setInputs(assignments(model.artifact(), given), /*fillMissing=*/true);
    // Pages in code and weights.
    std::vector<Tensor> outputs = model.makeOutputs();
    for (int i = 0; i < 3; ++i)
      model.tenant().run(model.inputs(), outputViews(outputs));
  }

  TraceFile trace(runtime, options);
  LoadTrial trial(runtime, models, scenario);
  Reported reported;
  if (scenario.search)
    reported = searchRate(trial, scenario);
  else
    reported = {trial.run(poissonArrivals(scenario, 1), command.giveUp),
                totalRate(scenario), std::nullopt};
  trace.finish();
  if (command.json)
    std::cout << describe(scenario, reported, options.policy, runtime).dump(2)
              << "\n";
  else
    print(scenario, reported);
}

} // namespace veltair::tool
