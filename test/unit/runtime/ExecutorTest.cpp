// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Teams that change: a scheduler made for the test grants what it likes.

#include "Gate.h"
#include "TestModel.h"
#include "TestTenant.h"

#include "runtime/executor/Executor.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

// Grants blocks of random lengths and teams, and changes teams and blocks while
// they run.
class RestlessScheduler final : public Scheduler {
public:
  RestlessScheduler(uint64_t seed, uint32_t maxTeam)
      : random(seed), maxTeam(maxTeam) {}

  void handle(Time now, const Event &event, Decision &decision) override {
    decision.clear();
    std::visit([&](const auto &e) { on(e); }, event);
    // One query runs at a time; the next begins where the other ended.
    if (!running && !waiting.empty()) {
      Waiting &next = waiting.front();
      running = next.query;
      firstLayer = next.layersDone;
      program = next.program;
      waiting.erase(waiting.begin());
      grant(decision, pick(1, maxTeam));
    } else if (running && pick(0, 1)) {
      // A team of 0 holds the query; it goes on at the next event.
      grant(decision, pick(0, maxTeam));
    }
    decision.wakeUp = running ? now + 20'000 : never;
  }
  bool wantsLayerEnds() const override { return true; }
  SchedulerStatistics statistics() const override { return {}; }
  SchedulerStatistics statistics(TenantId) const override { return {}; }

private:
  struct Waiting {
    QueryId query;
    uint32_t layersDone;
    std::shared_ptr<const ProgramInfo> program;
  };

  void on(const TenantChanged &e) { programs = e.info.programs; }
  void on(const QueryArrived &e) {
    waiting.push_back({e.query, 0, programs[e.program]});
  }
  void on(const BlockEnded &e) {
    if (e.layersDone < program->layers.size())
      waiting.push_back({e.query, e.layersDone, program});
    running = 0;
  }
  void on(const QueryCancelled &e) {
    if (running == e.query)
      running = 0;
    std::erase_if(waiting, [&](auto &w) { return w.query == e.query; });
  }
  template <typename T> void on(const T &) {}

  void grant(Decision &decision, uint32_t cores) {
    auto left = uint32_t(program->layers.size()) - firstLayer;
    VersionRules rules;
    decision.grants.push_back(
        {running, firstLayer, pick(1, left), cores,
         std::make_shared<VersionTable>(*program, model, maxTeam, rules)});
  }
  uint32_t pick(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }

  std::mt19937_64 random;
  uint32_t maxTeam;
  AnnotationTimeModel model;
  std::vector<std::shared_ptr<const ProgramInfo>> programs;
  std::vector<Waiting> waiting;
  QueryId running = 0;
  uint32_t firstLayer = 0;
  std::shared_ptr<const ProgramInfo> program;
};

} // namespace

TEST(Executor, TeamsMayChangeAtAnyTime) {
  constexpr uint32_t elements = 1024, threads = 4;
  TestModel model(elements);
  for (int i = 0; i < 6; ++i) {
    model.addAffine();
    model.addReduce();
  }
  veltair_artifact &artifact = model.artifact();
  std::vector<float> x(elements);
  for (uint32_t i = 0; i < elements; ++i)
    x[i] = float(i % 41) - 20;
  std::vector<float> expected = model.expected(x);

  for (uint64_t seed = 0; seed < 4; ++seed) {
    auto executor =
        Executor::create(withThreads(threads),
                         std::make_unique<RestlessScheduler>(seed, threads));
    ASSERT_TRUE(executor.ok());
    Tenant &tenant = (*executor)->addTenant(makeTenant(artifact));
    std::vector<std::vector<float>> results(10, std::vector<float>(elements));
    std::vector<std::shared_ptr<Request>> requests;
    for (auto &result : results) {
      requests.push_back(std::make_shared<Request>());
      ASSERT_TRUE(
          (*executor)
              ->submit(tenant, 0, buffersOf(x, result), {}, requests.back())
              .ok());
    }
    // Every third query is cancelled somewhere on its way.
    for (size_t i = 0; i < requests.size(); i += 3)
      (*executor)->cancel(*requests[i]);
    for (size_t i = 0; i < requests.size(); ++i) {
      requests[i]->wait();
      if (requests[i]->status == VELTAIR_OK)
        EXPECT_EQ(results[i], expected);
      else
        EXPECT_EQ(requests[i]->status, VELTAIR_CANCELLED);
    }
    (*executor)->removeTenant(tenant);
  }
}

namespace {
// Grants a query one worker, and three once there is a second tenant.
class GrowingScheduler final : public Scheduler {
public:
  void handle(Time, const Event &event, Decision &decision) override {
    decision.clear();
    uint32_t cores = 0;
    if (auto *e = std::get_if<TenantChanged>(&event)) {
      if (query)
        cores = 3;
      else
        program = e->info.programs[0];
    } else if (auto *e = std::get_if<QueryArrived>(&event)) {
      query = e->query;
      cores = 1;
    }
    if (cores)
      decision.grants.push_back(
          {query, 0, uint32_t(program->layers.size()), cores,
           std::make_shared<VersionTable>(*program, model, 4, VersionRules())});
  }
  SchedulerStatistics statistics() const override { return {}; }
  SchedulerStatistics statistics(TenantId) const override { return {}; }

private:
  AnnotationTimeModel model;
  std::shared_ptr<const ProgramInfo> program;
  QueryId query = 0;
};
} // namespace

TEST(Executor, WorkersJoinAnOpenStage) {
  constexpr uint32_t chunks = 64;
  Gate::close();
  TestModel model(TestModel::grain);
  model.addLayer(Gate::kernel, chunks);
  model.addAffine();
  veltair_artifact &artifact = model.artifact();
  auto executor =
      Executor::create(withThreads(3), std::make_unique<GrowingScheduler>());
  ASSERT_TRUE(executor.ok());
  Tenant &tenant = (*executor)->addTenant(makeTenant(artifact));
  std::vector<float> x(16), y(16);
  auto request = std::make_shared<Request>();
  ASSERT_TRUE(
      (*executor)->submit(tenant, 0, buffersOf(x, y), {}, request).ok());
  constexpr uint32_t firstRange = chunks / 8;
  Gate::waitUntilEntered(firstRange);
  // That worker stays where it is; others take what is left.
  Tenant &second = (*executor)->addTenant(makeTenant(artifact));
  Gate::waitUntilEntered(firstRange + 2);
  EXPECT_FALSE(request->hasEnded());
  Gate::letGo();
  request->wait();
  EXPECT_EQ(request->status, VELTAIR_OK);
  EXPECT_EQ(Gate::entered, chunks);
  (*executor)->removeTenant(second);
  (*executor)->removeTenant(tenant);
}

TEST(Executor, SkipsGuardedLayers) {
  constexpr uint32_t elements = 64;
  TestModel model(elements);
  for (int i = 0; i < 3; ++i)
    model.addAffine();
  for (int i = 0; i < 2; ++i)
    model.addLayer(
        [](const veltair_layer_args *, uint32_t, uint32_t, void *) -> int32_t {
          ADD_FAILURE() << "a guarded layer ran";
          return 0;
        },
        4);
  veltair_artifact &artifact = model.artifact();
  model.program().extent_count = 1;
  model.layer(3).guard = model.layer(4).guard = 0;
  // The third layer writes the output.
  model.operand(2, 1) = model.operand(4, 1);
  auto executor = Executor::create(withThreads(2),
                                   std::make_unique<RestlessScheduler>(1, 2));
  Tenant &tenant = (*executor)->addTenant(makeTenant(artifact));
  std::vector<float> x(elements, 1.0f), y(elements);
  Query::Buffers buffers = buffersOf(x, y);
  buffers.extents = {0};
  std::vector<veltair_layer_time> times(5);
  veltair_query_options options{};
  options.layer_times = times.data();
  options.layer_times_capacity = 5;
  auto request = std::make_shared<Request>();
  ASSERT_TRUE((*executor)
                  ->submit(tenant, 0, std::move(buffers), options, request)
                  .ok());
  request->wait();
  EXPECT_EQ(request->status, VELTAIR_OK);
  EXPECT_NE(y[0], 0);
  EXPECT_GE(times[2].cores, 1u);
  EXPECT_EQ(times[3].cores, 0u);
  (*executor)->removeTenant(tenant);
}

TEST(Executor, WritesTrueShapes) {
  constexpr uint32_t elements = 64;
  TestModel model(elements);
  model.addAffine();
  model.addLayer(
      [](const veltair_layer_args *args, uint32_t, uint32_t,
         void *) -> int32_t {
        args->extents[0] = 5;
        args->extents[1] = 1000; // more than the bound
        return 0;
      },
      1);
  veltair_artifact &artifact = model.artifact();
  model.program().extent_count = 2;
  veltair_shape shape = artifact.programs[0].output_shapes[0];
  model.program().output_shapes = &shape;
  for (uint32_t extent : {0u, 1u}) {
    shape.extent = extent;
    auto executor = Executor::create(withThreads(1),
                                     std::make_unique<RestlessScheduler>(1, 1));
    Tenant &tenant = (*executor)->addTenant(makeTenant(artifact));
    std::vector<float> x(elements), y(elements);
    int64_t dims = -1;
    Query::Buffers buffers = buffersOf(x, y);
    buffers.extents = {0, 0};
    buffers.outputDims = {&dims};
    auto request = std::make_shared<Request>();
    ASSERT_TRUE(
        (*executor)->submit(tenant, 0, std::move(buffers), {}, request).ok());
    request->wait();
    EXPECT_EQ(dims, extent ? elements : 5);
    (*executor)->removeTenant(tenant);
  }
}
