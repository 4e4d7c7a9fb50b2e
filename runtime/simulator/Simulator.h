// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A discrete-event machine that drives a scheduler as the executor does: the
// same events go in, the grants run on simulated cores.
//
// Between events every running layer goes on at a constant rate: a team that
// grows or shrinks does so at once, where real workers do at the next chunk.

#ifndef VELTAIR_SIMULATOR_SIMULATOR_H
#define VELTAIR_SIMULATOR_SIMULATOR_H

#include "runtime/interference/LevelEstimator.h"
#include "runtime/scheduler/Scheduler.h"
#include "runtime/simulator/Contention.h"
#include "runtime/simulator/Machine.h"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace veltair {

class Simulator {
public:
  // A query of the first program of a tenant.
  struct Arrival {
    Time time;
    TenantId tenant;
  };

  // Called for each query that ends; false stops the simulation.
  using QueryEnd = std::function<bool(TenantId tenant, Time arrival, Time end)>;

  // `model` tells the layers' times at interference level 0, `proxy` the level
  // of slow-downs. All must outlive the simulator; the scheduler must be new.
  Simulator(const Machine &machine, Scheduler &scheduler,
            const TimeModel &model, const LinearProxy &proxy = {});

  // Tenants are numbered from 0.
  void addTenant(const TenantInfo &tenant);

  // Plays `arrivals`, which ascend, until all queries have ended. Equal
  // arguments give equal results.
  void run(std::span<const Arrival> arrivals, const QueryEnd &ended);

private:
  struct Query {
    QueryId id = 0;
    TenantId tenant = 0;
    const ProgramInfo *program = nullptr;
    Time arrival = 0;
    uint32_t layersDone = 0;

    // The running block, if `versions` is set.
    std::shared_ptr<const VersionTable> versions;
    uint32_t blockEnd = 0;
    std::vector<uint32_t> domains; // its cores in each L3 domain

    // The open layer.
    unsigned version = 0;
    double left = 0;      // of the layer; above 1: also overhead
    double quiet = 0;     // the layer's time alone
    double contended = 0; // and now
    Time finish = never;

    uint32_t cores() const;
  };

  void handle(const Event &event);
  void apply(const Grant &grant);
  void resize(Query &query, uint32_t cores);
  void openLayer(Query &query, double overhead);
  bool finishLayers(const QueryEnd &ended);
  bool finishLayer(Query &query, const QueryEnd &ended);
  void arrive(const Arrival &arrival);
  void passTime(Time until);
  void updateRates();
  void sample();
  Query &find(QueryId id);

  const Machine machine;
  Scheduler &scheduler;
  const TimeModel &model;
  std::vector<TenantInfo> tenants;
  std::vector<std::unique_ptr<Query>> queries; // in the order of arrival
  std::vector<uint32_t> freeCores;             // in each L3 domain
  QueryId lastQuery = 0;
  Time now = 0;
  Time wakeUp = never;
  Time nextSample = 0;
  Decision decision;
  LevelEstimator level;
  double busy = 0, quiet = 0;       // core time since the latest sample
  std::vector<Activity> activities; // reused, as the next
  std::vector<double> times;
};

} // namespace veltair

#endif // VELTAIR_SIMULATOR_SIMULATOR_H
