// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs with easily computed times, and a driver that plays events.

#ifndef VELTAIR_TEST_SCHEDULER_TESTPROGRAM_H
#define VELTAIR_TEST_SCHEDULER_TESTPROGRAM_H

#include "runtime/scheduler/Scheduler.h"

#include "gtest/gtest.h"

namespace veltair {

// `work` (in VersionInfo::flops) nanoseconds on one core, divided by the cores
// up to `chunks` (by nothing below `leastCores`, in sharedBytes), times
// 1 + level * bytes / 100.
class TestTimeModel final : public TimeModel {
public:
  Time predict(const ProgramInfo &program, unsigned layer, unsigned version,
               unsigned cores, double level) const override {
    const VersionInfo &info = program.layers[layer].versions[version];
    double parallel =
        cores < info.sharedBytes ? 1 : double(std::min(cores, info.chunks));
    return Time(double(info.flops) / parallel *
                (1 + level * double(info.bytes) / 100));
  }
};

struct TestLayer {
  uint64_t work;
  uint32_t chunks;
  uint32_t leastCores = 0;
};

inline std::shared_ptr<ProgramInfo>
testProgram(std::initializer_list<TestLayer> layers) {
  auto program = std::make_shared<ProgramInfo>();
  program->name = "test";
  for (TestLayer layer : layers) {
    VersionInfo version;
    version.flops = layer.work;
    version.chunks = layer.chunks;
    version.sharedBytes = layer.leastCores;
    program->layers.emplace_back().versions = {version};
  }
  return program;
}

// What a grant says, for comparison.
struct Granted {
  QueryId query;
  uint32_t firstLayer, layerCount, cores;

  bool operator==(const Granted &) const = default;
  friend void PrintTo(const Granted &g, std::ostream *os) {
    *os << "{query " << g.query << ": layers " << g.firstLayer << "+"
        << g.layerCount << ", cores " << g.cores << "}";
  }
};

class SchedulerTest : public testing::Test {
protected:
  void create(std::string_view policy, uint32_t cores,
              const SchedulerOptions &options = {
                  .margin = 1, .lateShare = 0, .shortestTurn = 1}) {
    scheduler = createScheduler(policy, options, model);
    ASSERT_TRUE(scheduler);
    EXPECT_TRUE(send(0, CoresChanged{cores}).empty());
  }

  void addTenant(TenantId id, std::shared_ptr<const ProgramInfo> program,
                 Time qos) {
    TenantInfo info;
    info.name = "tenant" + std::to_string(id);
    info.qos = qos;
    info.programs = {std::move(program)};
    EXPECT_TRUE(send(0, TenantChanged{id, info}).empty());
  }

  std::vector<Granted> arrive(Time now, QueryId query, TenantId tenant) {
    return send(now, QueryArrived{query, tenant, 0, now});
  }
  std::vector<Granted> blockEnd(Time now, QueryId query, uint32_t layersDone) {
    return send(now, BlockEnded{query, layersDone});
  }

  std::vector<Granted> send(Time now, const Event &event) {
    scheduler->handle(now, event, decision);
    std::vector<Granted> grants;
    for (const Grant &g : decision.grants) {
      EXPECT_TRUE(g.versions);
      grants.push_back({g.query, g.firstLayer, g.layerCount, g.cores});
    }
    return grants;
  }

  using Grants = std::vector<Granted>;

  TestTimeModel model;
  std::unique_ptr<Scheduler> scheduler;
  Decision decision;
};

} // namespace veltair

#endif // VELTAIR_TEST_SCHEDULER_TESTPROGRAM_H
