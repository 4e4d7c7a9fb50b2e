// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Queries and their simulated workers, step by step in an order drawn at
// random: workers that stall anywhere, chunks executed twice, cancellation and
// kernel errors at every point. One seed, one history.

#include "Seeds.h"
#include "SimulatedWorker.h"
#include "TestModel.h"
#include "TestTenant.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

using namespace veltair;
using namespace veltair::test;

namespace {

class Simulation final : SimulatedWorker::Host {
public:
  explicit Simulation(uint64_t seed);

  // Runs some queries, one after the other in the same slot.
  void run() {
    for (uint32_t i = 0; i < 3 && !testing::Test::HasFailure(); ++i)
      runQuery(i + 1);
  }

  uint64_t backups() const {
    uint64_t sum = 0;
    for (const Worker &worker : workers)
      sum += worker.backups;
    return sum;
  }

private:
  struct Worker : SimulatedWorker {
    uint32_t stalled = 0; // steps
  };

  void runQuery(QueryId id);
  void beginBlock();
  void advance(LayerRun *run);
  void advance(Query &, LayerRun *run) override { advance(run); }
  int32_t execute(Query &, LayerRun &run, ChunkQueue::Range range) override;
  void cancel();

  uint32_t pick(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  bool chance(uint32_t percent) { return pick(1, 100) <= percent; }

  static constexpr uint32_t elements = 8 * TestModel::grain;

  std::mt19937_64 random;
  TestModel model;
  std::unique_ptr<Tenant> tenant;
  AnnotationTimeModel timeModel;
  std::shared_ptr<VersionTable> versions;
  std::vector<float> x, y, expected;
  std::vector<std::byte> arena;
  std::vector<Claim> claims;
  std::vector<Worker> workers;
  Trace trace;
  Query query;
  Time now = 0;
  bool ended = false;
  uint32_t failAfter = 0; // executions; 0: never
};

Simulation::Simulation(uint64_t seed)
    : random(seed), model(elements, pick(2, 6)), x(elements), y(elements),
      claims(pick(1, 4)), workers(claims.size()), query(0, claims, trace) {
  for (uint32_t i = 0; i < workers.size(); ++i)
    workers[i].member = i;
  // The layers at the ends touch the caller's memory.
  model.addAffine();
  for (uint32_t i = pick(2, 8); i-- > 0;)
    switch (pick(0, 3)) {
    case 0:
      model.addAffineGroup(2 << pick(0, 1));
      break;
    case 1:
      model.addReduce();
      break;
    default:
      model.addAffine();
    }
  model.addAffine();
  veltair_artifact &artifact = model.artifact();
  veltair_program &program = model.program();
  if (chance(20)) {
    // Such a version is never executed twice.
    model.version(pick(0, program.layer_count - 1)).flags =
        VELTAIR_VERSION_IN_PLACE;
  }
  tenant = makeTenant(artifact);
  QuietTimes &quiet = tenant->programs[0]->quietTimes();
  for (uint32_t l = 0; l < program.layer_count; ++l)
    for (uint32_t s = 0; s < model.version(l).stage_count; ++s)
      quiet.calibrate(quiet.slot(l, 0, s), 1000);
  versions = std::make_shared<VersionTable>(*tenant->info.programs[0],
                                            timeModel, 4, VersionRules());
  for (uint32_t i = 0; i < elements; ++i)
    x[i] = float(pick(0, 100));
  expected = model.expected(x);
  arena.resize(program.arena_bytes);
}

void Simulation::runQuery(QueryId id) {
  std::fill(y.begin(), y.end(), 0.0f);
  // Fails where it would go on with garbage.
  std::fill(arena.begin(), arena.end(), std::byte(0xFF));
  query.begin(id, *tenant, 0, std::make_shared<Request>(), buffersOf(x, y),
              nullptr, 0);
  query.arena = {arena.data(), arena.size()};
  ended = false;
  uint32_t cancelAfter = chance(20) ? pick(0, 200) : UINT32_MAX;
  failAfter = chance(20) ? pick(1, 100) : 0;
  for (uint32_t steps = 0; !ended; ++steps) {
    if (steps > 100'000) {
      ADD_FAILURE() << "the query does not end";
      return;
    }
    now += pick(0, 4000);
    if (steps == cancelAfter)
      cancel();
    if (!query.blockOpen && !query.ending) {
      beginBlock();
      continue;
    }
    uint32_t i = pick(0, uint32_t(workers.size()) - 1);
    Worker &worker = workers[i];
    if (worker.stalled) {
      --worker.stalled;
      continue;
    }
    if (worker.executes() && chance(20))
      worker.stalled = pick(10, 100);
    else
      worker.step(&query, claims[i], now, *this);
  }
  if (!query.stopped())
    EXPECT_EQ(y, expected);
}

void Simulation::beginBlock() {
  uint32_t done = query.layersDone();
  uint32_t left = tenant->programs[0]->layerCount() - done;
  query.cores = pick(1, 4);
  query.beginBlock({query.id, done, pick(1, left), query.cores, versions});
  advance(nullptr);
}

// What the executor does, without workers to wake and a scheduler to tell.
void Simulation::advance(LayerRun *run) {
  while (true) {
    uint32_t opened = 0;
    Query::Step step = query.advance(run, 0, opened);
    run = nullptr;
    if (step == Query::Step::elsewhere)
      return;
    if (step == Query::Step::layerEnded)
      continue;
    if (step == Query::Step::queryEnded) {
      for (const Worker &worker : workers)
        EXPECT_FALSE(worker.isInside())
            << "the query ended while a worker executes its chunks";
      ended = true;
    }
    query.blockOpen = false;
    return;
  }
}

void Simulation::cancel() {
  query.stop(VELTAIR_CANCELLED);
  if (query.blockOpen)
    query.drain([&](LayerRun &run) { advance(&run); });
  else if (!std::exchange(query.ending, true))
    advance(nullptr);
}

int32_t Simulation::execute(Query &, LayerRun &run, ChunkQueue::Range range) {
  // No layer that overwrites memory of this one may have been opened.
  EXPECT_LE(query.layersDone(), run.firstConflict());
  alignas(64) std::byte scratch[TestModel::grain * sizeof(float)];
  int32_t code = run.execute(range, scratch);
  if (failAfter && --failAfter == 0)
    code = VELTAIR_KERNEL_DIVISION_BY_ZERO;
  return code;
}

} // namespace

TEST(Simulation, ResultsAreRightWhateverHappens) {
  uint64_t backups = playSeeds<Simulation>();
  if (HasFailure())
    return;
  EXPECT_GT(backups, seedCount()) << "backup was hardly tested";
}
