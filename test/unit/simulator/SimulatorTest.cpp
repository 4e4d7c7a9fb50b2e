// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/simulator/Simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <tuple>

using namespace veltair;
using testing::ElementsAre;

namespace {

// `flops` nanoseconds on one core, divided by the cores.
class LinearModel final : public TimeModel {
public:
  Time predict(const ProgramInfo &program, unsigned layer, unsigned version,
               unsigned cores, double) const override {
    return Time(program.layers[layer].versions[version].flops / cores);
  }
};

using End = std::tuple<TenantId, Time, Time>; // tenant, arrival, end

class SimulatorTest : public testing::Test {
protected:
  SimulatorTest() { machine.blockOverhead = 0; }

  static TenantInfo tenant(std::initializer_list<uint64_t> work, Time qos) {
    auto program = std::make_shared<ProgramInfo>();
    for (uint64_t time : work) {
      VersionInfo version;
      version.flops = time;
      version.chunks = 64;
      program->layers.emplace_back().versions = {version};
    }
    TenantInfo info;
    info.qos = qos;
    info.programs = {program};
    return info;
  }

  std::vector<End> play(std::string_view policy,
                        const std::vector<TenantInfo> &tenants,
                        std::vector<Simulator::Arrival> arrivals) {
    std::unique_ptr<Scheduler> scheduler = createScheduler(policy, {}, model);
    Simulator simulator(machine, *scheduler, model);
    for (const TenantInfo &tenant : tenants)
      simulator.addTenant(tenant);
    std::vector<End> ends;
    simulator.run(arrivals, [&](TenantId tenant, Time arrival, Time end) {
      ends.emplace_back(tenant, arrival, end);
      return true;
    });
    statistics = scheduler->statistics();
    return ends;
  }

  Machine machine;
  LinearModel model;
  SchedulerStatistics statistics;
};

} // namespace

TEST_F(SimulatorTest, FirstComeFirstServed) {
  // Both cores: 500 ns each, one after the other.
  EXPECT_THAT(
      play("fcfs", {tenant({400, 600}, never)}, {{0, 0}, {100, 0}, {5000, 0}}),
      ElementsAre(End{0, 0, 500}, End{0, 100, 1000}, End{0, 5000, 5500}));
  EXPECT_EQ(statistics.blocks, 3u);
  EXPECT_EQ(statistics.conflicts, 1u);
}

TEST_F(SimulatorTest, AnUrgentQueryTakesCoresInTheMiddleOfALayer) {
  // The long layer is half done after 500 ns when the urgent one comes, whose
  // 200 ns it then waits for.
  EXPECT_THAT(play("edf", {tenant({2000}, 100'000), tenant({400}, 300)},
                   {{0, 0}, {500, 1}}),
              ElementsAre(End{1, 500, 700}, End{0, 0, 1200}));
}

TEST_F(SimulatorTest, BlocksCostTheirOverhead) {
  machine.blockOverhead = 50;
  EXPECT_THAT(play("layerwise", {tenant({400, 600}, never)}, {{0, 0}}),
              ElementsAre(End{0, 0, 600}));
  EXPECT_EQ(statistics.blocks, 2u);
}

TEST_F(SimulatorTest, StopsWhenTold) {
  std::unique_ptr<Scheduler> scheduler = createScheduler("fcfs", {}, model);
  Simulator simulator(machine, *scheduler, model);
  simulator.addTenant(tenant({100}, never));
  std::vector<Simulator::Arrival> arrivals{{0, 0}, {0, 0}};
  int ends = 0;
  simulator.run(arrivals, [&](TenantId, Time, Time) { return ++ends < 1; });
  EXPECT_EQ(ends, 1);
}

// A tenant that asks for one and a half machines beside one that asks for a
// third of one: they do not miss alike.
TEST_F(SimulatorTest, AFloodOfOneTenantLeavesTheOthersInTime) {
  machine.cores = 2;
  constexpr Time ms = 1'000'000;
  std::vector<TenantInfo> tenants{tenant({20 * ms}, 100 * ms),
                                  tenant({20 * ms}, 100 * ms)};
  std::vector<Simulator::Arrival> arrivals;
  for (Time time = 0; time < 60'000 * ms; time += ms)
    for (auto [every, id] : {std::pair(7, 0), std::pair(30, 1)})
      if (time / ms % every == 0)
        arrivals.push_back({time, TenantId(id)});
  unsigned late[2] = {}, all[2] = {};
  for (auto [id, arrival, end] : play("veltair", tenants, arrivals)) {
    if (arrival < 20'000 * ms)
      continue; // not yet known as a flood
    ++all[id];
    late[id] += end - arrival > 100 * ms;
  }
  EXPECT_LT(late[1], all[1] / 20);
  // What is left is used for the flood.
  EXPECT_LT(late[0], all[0] * 6 / 10);
}

// Whatever the policy: every query ends, equal seeds give equal histories.
TEST_F(SimulatorTest, EveryPolicyServesEveryQuery) {
  machine.cores = 6;
  machine.coresPerL3 = 4;
  std::vector<TenantInfo> tenants{tenant({30'000, 5000, 90'000}, 200'000),
                                  tenant({200'000, 100'000}, 900'000),
                                  tenant({50'000}, never)};
  std::mt19937 random(1);
  std::vector<Simulator::Arrival> arrivals;
  for (Time time = 0; arrivals.size() < 300; time += random() % 60'000)
    arrivals.push_back({time, TenantId(random() % 3)});
  for (std::string_view policy : schedulerNames()) {
    SCOPED_TRACE(policy);
    std::vector<End> ends = play(policy, tenants, arrivals);
    EXPECT_EQ(ends.size(), arrivals.size());
    for (auto [tenant, arrival, end] : ends)
      EXPECT_GT(end, arrival);
    EXPECT_EQ(play(policy, tenants, arrivals), ends);
  }
}
