// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair simulate: a scenario of `veltair load` on a simulated machine.

#include "tools/veltair/Commands.h"
#include "tools/veltair/LoadReport.h"
#include "tools/veltair/MachineFile.h"
#include "tools/veltair/PrintJson.h"
#include "tools/veltair/ProgramChoice.h"
#include "tools/veltair/RateSearch.h"
#include "tools/veltair/ServedModel.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include "runtime/artifact/Programs.h"
#include "runtime/profile/Profile.h"
#include "runtime/scheduler/ApiTypes.h"
#include "runtime/simulator/Simulator.h"

#include "veltair/veltair.hpp"

#include <cstdio>
#include <memory>
#include <span>
#include <vector>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

namespace {

class SimulatedTrial {
public:
  SimulatedTrial(const SimulateCommand &command, const Scenario &scenario);

  TrialOutcome run(const std::vector<Arrival> &arrivals, bool giveUp) const;

private:
  std::unique_ptr<Scheduler> makeScheduler() const;

  const SimulateCommand &command;
  const Scenario &scenario;
  const Machine machine;
  AnnotationTimeModel annotations;
  ProfileTimeModel model;
  LinearProxy proxy;
  std::vector<TenantInfo> tenants;
};

} // namespace

// Of `programs`, the first that takes the tenant's inputs.
static const veltair_program &selected(const ScenarioTenant &tenant,
                                       const veltair_artifact &artifact,
                                       std::span<const uint32_t> programs) {
  std::vector<Tensor> tensors(artifact.input_count);
  std::vector<const Tensor *> given(artifact.input_count);
  for (uint32_t i = 0; i < artifact.input_count; ++i)
    if (auto file = tenant.inputs.find(artifact.inputs[i].name);
        file != tenant.inputs.end()) {
      tensors[i] = readTensor(file->second);
      given[i] = &tensors[i];
    }
  try {
    return artifact.programs[chooseProgram(artifact, programs, given)];
  } catch (const UserError &error) {
    throw UserError(tenant.artifact + ": " + error.what());
  }
}

// The program that the machine would run: the one named by `isa`, else the
// artifact's best, whatever this CPU can run.
static TenantInfo tenantInfo(const ScenarioTenant &tenant, double qosShare,
                             const std::string &isa) {
  Module module(tenant.artifact);
  const veltair_artifact &artifact = module.artifact();
  checkInputs(tenant, artifact);
  Result<std::vector<uint32_t>> programs =
      usablePrograms(artifact, VELTAIR_CPU_KNOWN, isa);
  if (!programs.ok())
    throw UserError(tenant.artifact + ": " + programs.status().message());
  const veltair_program &program = selected(tenant, artifact, *programs);
  TenantInfo info;
  info.name = tenant.name;
  info.qos = Time(tenant.qosMs * 1e6);
  info.qosShare = qosShare;
  info.priority = priorityOf(tenant.priority).value(); // readScenario checks
  info.programs = {std::make_shared<ProgramInfo>(
      describeProgram(programName(artifact, program), program))};
  return info;
}

SimulatedTrial::SimulatedTrial(const SimulateCommand &command,
                               const Scenario &scenario)
    : command(command), scenario(scenario),
      machine(readMachine(command.machine)), annotations(machine.parameters),
      model(annotations) {
  // The profile may be of another CPU than this one: the machine's.
  if (!command.profile.empty()) {
    Result<Profile> profile = parseProfile(readFile(command.profile));
    if (!profile.ok())
      throw UserError(command.profile + ": " + profile.status().message());
    profile->fill(model);
    proxy = profile->proxy;
  }
  for (const ScenarioTenant &tenant : scenario.tenants)
    tenants.push_back(tenantInfo(tenant, scenario.satisfied, command.isa));
  if (!makeScheduler())
    throw UserError(unknownScheduler(command.policy));
}

std::unique_ptr<Scheduler> SimulatedTrial::makeScheduler() const {
  SchedulerOptions options;
  if (command.numerics == VELTAIR_FAST)
    options.numerics = Numerics::fast;
  return createScheduler(command.policy, options, model);
}

TrialOutcome SimulatedTrial::run(const std::vector<Arrival> &arrivals,
                                 bool giveUp) const {
  std::unique_ptr<Scheduler> scheduler = makeScheduler();
  Simulator simulator(machine, *scheduler, model, proxy);
  for (const TenantInfo &tenant : tenants)
    simulator.addTenant(tenant);
  TrialOutcome outcome;
  outcome.tenants.resize(tenants.size());
  std::vector<Simulator::Arrival> queries;
  for (const Arrival &arrival : arrivals) {
    queries.push_back({Time(arrival.time), arrival.tenant});
    ++outcome.tenants[arrival.tenant].offered;
  }
  std::vector<uint64_t> misses = missesAllowed(scenario, arrivals);
  simulator.run(queries, [&](TenantId id, Time arrival, Time end) {
    TenantOutcome &tenant = outcome.tenants[id];
    Time latency = end - arrival;
    ++tenant.completed;
    tenant.satisfied += latency <= tenants[id].qos;
    tenant.latencyMs.push_back(double(latency) / 1e6);
    outcome.stopped =
        giveUp && tenant.completed - tenant.satisfied > misses[id];
    return !outcome.stopped;
  });
  for (TenantOutcome &tenant : outcome.tenants)
    tenant.cancelled = tenant.offered - tenant.completed;
  outcome.metrics.scheduling =
      schedulingSince(/*base=*/{}, scheduler->statistics());
  return outcome;
}

void execute(const SimulateCommand &command) {
  Scenario scenario = readScenario(command.scenario);
  if (command.seed)
    scenario.seed = *command.seed;
  SimulatedTrial trial(command, scenario);
  Played played = playScenario(
      scenario,
      [&](const std::vector<Arrival> &arrivals, bool giveUp) {
        return trial.run(arrivals, giveUp);
      },
      /*giveUp=*/false);
  if (command.json)
    printJson(describe(scenario, played, "veltair.simulate.1", command.policy));
  else
    printTable(scenario, played);
}

} // namespace veltair::tool
