// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair load: several models under Poisson arrivals, and the highest rate at
// which all of them keep their targets.

#include "tools/veltair/LoadReport.h"
#include "tools/veltair/LoadTrial.h"
#include "tools/veltair/PrintJson.h"
#include "tools/veltair/RateSearch.h"
#include "tools/veltair/ResidentMemory.h"

#include <cstdio>
#include <iostream>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

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

// They count as missed; the tables do not say why.
static void warnOfFailures(const Scenario &scenario,
                           const TrialOutcome &outcome) {
  for (size_t t = 0; t < scenario.tenants.size(); ++t)
    if (const TenantOutcome &tenant = outcome.tenants[t]; tenant.failed)
      std::fprintf(stderr,
                   "veltair: warning: tenant '%s': %llu queries failed, the "
                   "first one as: %s\n",
                   scenario.tenants[t].name.c_str(),
                   static_cast<unsigned long long>(tenant.failed),
                   tenant.failure.c_str());
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
        Service{tenant.name, tenant.qosMs, scenario.satisfied,
                tenant.priority}));
    ServedModel &model = *models.back();
    checkInputs(tenant, model.artifact());
    model.setInputs(tenant.inputs, /*fillMissing=*/true);
    // Pages in code and weights.
    std::vector<Tensor> outputs = model.makeOutputs();
    for (int i = 0; i < 3; ++i)
      model.tenant().run(model.inputs(), outputViews(outputs));
  }

  TraceFile trace(runtime, options);
  LoadTrial trial(runtime, models, scenario);
  Played played = playScenario(
      scenario,
      [&](const std::vector<Arrival> &arrivals, bool giveUp) {
        TrialOutcome outcome = trial.run(arrivals, giveUp);
        warnOfFailures(scenario, outcome);
        return outcome;
      },
      command.giveUp);
  uint64_t rss = residentBytes();
  if (command.json) {
    Json document =
        describe(scenario, played, "veltair.load.1", options.policy);
    document["threads"] = runtime.threads();
    document["rss_bytes"] = rss;
    printJson(document);
  } else {
    printTable(scenario, played);
    std::printf("%.1f MB resident with %zu models\n", double(rss) / 1e6,
                models.size());
  }
  trace.finish();
}

} // namespace veltair::tool
