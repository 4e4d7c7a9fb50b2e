// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The executor without its threads: simulated workers, the timer, the notifier
// and callers take steps in an order drawn at random, under every policy.
// Chunks stall, cores get lost, kernels fail, memory runs out (any allocation
// may fail), the clock jumps,
// queries are cancelled and shed, models come and go. One seed, one history.

#include "FailingAllocations.h"
#include "Seeds.h"
#include "SimulatedWorker.h"
#include "TestModel.h"
#include "TestTenant.h"

#include "runtime/executor/Transaction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <numeric>
#include <random>

using namespace veltair;
using namespace veltair::test;

namespace {

Time simulatedTime = 0;

constexpr uint32_t elements = 8 * TestModel::grain;

// A model and what it computes; outlives its tenants.
struct Service {
  explicit Service(uint32_t buffers) : model(elements, buffers) {}

  TestModel model;
  const veltair_artifact *tables = nullptr;
  std::vector<float> x = std::vector<float>(elements), expected;
};

struct Caller {
  Service *service = nullptr;
  std::shared_ptr<Request> request;
  std::vector<float> y = std::vector<float>(elements);
  int calls = 0;
  veltair_status status = VELTAIR_OK;
};

class ServiceSimulation final : Executor, SimulatedWorker::Host {
public:
  explicit ServiceSimulation(uint64_t seed)
      : ServiceSimulation(std::mt19937_64(seed), seed) {}

  void run();

  uint64_t backups() const;

private:
  struct Served {
    Service *service;
    Tenant *tenant;
    bool removing = false;
  };

  ServiceSimulation(std::mt19937_64 random, uint64_t seed);
  static ExecutorOptions options(std::mt19937_64 &random);
  static std::unique_ptr<Scheduler> policy(uint64_t seed);

  // Steps.
  void makeService();
  void load();
  void remove();
  void finishRemovals(bool all);
  void submit();
  void cancelOne();
  void changeCores(uint32_t count);
  void changeInterference();
  void runTimer();
  void stepWorker();
  void disturb();
  void checkBooks();
  bool isOver();

  void advance(Query &query, LayerRun *run) override {
    FailingAllocations failing = failingAllocations();
    Executor::advance(query, run);
  }
  int32_t execute(Query &query, LayerRun &run,
                  ChunkQueue::Range range) override;
  bool reserveScratch() override { return !rarely(); }

  uint32_t pick(uint32_t low, uint32_t high) {
    return std::uniform_int_distribution<uint32_t>(low, high)(random);
  }
  bool chance(uint32_t percent) { return pick(1, 100) <= percent; }
  // Of the executor's, in histories with faults.
  FailingAllocations failingAllocations() {
    return FailingAllocations(random(), faults ? 20 : 0);
  }
  // A fault; some histories have none.
  bool rarely() { return faults && pick(1, 2000) == 1; }

  std::mt19937_64 random;
  bool faults;
  std::deque<Service> services;
  std::vector<Served> served;
  std::deque<Caller> callers;
  struct SimulatedThread : SimulatedWorker {
    uint32_t stalled = 0; // steps
  };
  std::vector<SimulatedThread> threads;
};

AnnotationTimeModel predictions;

std::unique_ptr<Scheduler> ServiceSimulation::policy(uint64_t seed) {
  std::vector<std::string_view> names = schedulerNames();
  return createScheduler(names[seed % names.size()], {}, predictions);
}

ExecutorOptions ServiceSimulation::options(std::mt19937_64 &random) {
  ExecutorOptions options = withThreads(1 + uint32_t(random() % 4));
  options.clock = [] { return simulatedTime; };
  // At least as much as one query may need.
  if (random() % 3 == 0)
    options.arenaLimit = (3 + random() % 4) * 4096;
  return options;
}

ServiceSimulation::ServiceSimulation(std::mt19937_64 random, uint64_t seed)
    : Executor(options(random), policy(seed)), random(random), faults(seed % 2),
      threads(Executor::threads()) {
  simulatedTime = 1'000'000;
  for (uint32_t i = 0; i < threads.size(); ++i)
    threads[i].member = i;
  offerWorkers();
  for (uint32_t i = pick(1, 3); i-- > 0;)
    makeService();
  load();
}

//===----------------------------------------------------------------------===//
// Callers
//===----------------------------------------------------------------------===//

void ServiceSimulation::makeService() {
  Service &service = services.emplace_back(pick(2, 5));
  TestModel &model = service.model;
  model.addAffine();
  for (uint32_t i = pick(1, 5); i-- > 0;)
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
  // Once, since tenants share them.
  service.tables = &model.artifact();
  model.program().arena_bytes += 4096 * pick(0, 1);
  for (float &x : service.x)
    x = float(pick(0, 100));
  service.expected = model.expected(service.x);
}

void ServiceSimulation::load() {
  Service &service = services[pick(0, uint32_t(services.size()) - 1)];
  std::unique_ptr<Tenant> tenant = makeTenant(*service.tables);
  tenant->info.qos = chance(30) ? never : Time(pick(10'000, 2'000'000));
  tenant->info.priority = Priority(pick(0, 2));
  tenant->queueLimit = chance(30) ? pick(1, 4) : 0;
  QuietTimes &quiet = tenant->programs[0]->quietTimes();
  for (uint32_t l = 0; l < service.model.program().layer_count; ++l)
    for (uint32_t s = 0; s < service.model.version(l).stage_count; ++s)
      quiet.calibrate(quiet.slot(l, 0, s), 1000);
  served.push_back({&service, nullptr});
  try {
    FailingAllocations failing = failingAllocations();
    served.back().tenant = &addTenant(std::move(tenant));
  } catch (const std::bad_alloc &) {
    served.pop_back();
  }
}

void ServiceSimulation::remove() {
  Served &victim = served[pick(0, uint32_t(served.size()) - 1)];
  if (std::exchange(victim.removing, true))
    return;
  FailingAllocations failing = failingAllocations();
  startRemoval(*victim.tenant,
               chance(50) ? Underway::cancel : Underway::complete);
}

void ServiceSimulation::finishRemovals(bool all) {
  std::erase_if(served, [&](Served &s) {
    if (all && !std::exchange(s.removing, true))
      startRemoval(*s.tenant, Underway::complete);
    if (!s.removing)
      return false;
    Transaction transaction(*this);
    if (!isIdle(*s.tenant))
      return false;
    const TenantCounts &counts = s.tenant->counts;
    EXPECT_EQ(counts.offered, counts.completed + counts.rejected +
                                  counts.cancelled + counts.failed +
                                  counts.shed);
    EXPECT_TRUE(s.tenant->reservedBytes == 0 && s.tenant->waiting.empty());
    finishRemoval(*s.tenant);
    return true;
  });
}

void ServiceSimulation::submit() {
  Served &to = served[pick(0, uint32_t(served.size()) - 1)];
  if (to.removing)
    return;
  Caller &caller = callers.emplace_back();
  caller.service = to.service;
  caller.request = std::make_shared<Request>();
  caller.request->context = &caller;
  caller.request->callback = [](void *context, const veltair_result *result) {
    auto &caller = *static_cast<Caller *>(context);
    ++caller.calls;
    caller.status = result->status;
  };
  veltair_query_options options{};
  if (chance(20))
    options.deadline_ns = uint64_t(simulatedTime) + pick(0, 100'000);
  if (chance(20)) // even from the future
    options.arrival_ns = uint64_t(simulatedTime) - 50'000 + pick(0, 100'000);
  Query::Buffers buffers = buffersOf(to.service->x, caller.y);
  veltair_status status = VELTAIR_OUT_OF_MEMORY;
  try {
    FailingAllocations failing = failingAllocations();
    status = Executor::submit(*to.tenant, 0, std::move(buffers), options,
                              caller.request)
                 .code();
  } catch (const std::bad_alloc &) {
  }
  if (status == VELTAIR_OK)
    return;
  EXPECT_TRUE(status == VELTAIR_REJECTED || status == VELTAIR_OUT_OF_MEMORY);
  callers.pop_back();
}

void ServiceSimulation::cancelOne() {
  FailingAllocations failing = failingAllocations();
  if (!callers.empty())
    cancel(*callers[pick(0, uint32_t(callers.size()) - 1)].request);
}

//===----------------------------------------------------------------------===//
// The machine
//===----------------------------------------------------------------------===//

void ServiceSimulation::changeCores(uint32_t count) {
  Transaction transaction(*this);
  handle(CoresChanged{count});
}

void ServiceSimulation::changeInterference() {
  double measured = double(pick(0, 100)) / 100;
  unsigned bucket = bucketOfLevel(measured);
  levelBucket.store(bucket);
  FailingAllocations failing = failingAllocations();
  Transaction transaction(*this);
  post(InterferenceSampled{measured, bucket});
}

void ServiceSimulation::runTimer() {
  FailingAllocations failing = failingAllocations();
  Transaction transaction(*this);
  runDue(simulatedTime);
}

int32_t ServiceSimulation::execute(Query &query, LayerRun &run,
                                   ChunkQueue::Range range) {
  EXPECT_TRUE(query.request) << "the query is over";
  EXPECT_LE(query.layersDone(), run.firstConflict());
  alignas(64) std::byte scratch[TestModel::grain * sizeof(float)];
  int32_t code = run.execute(range, scratch);
  return rarely() ? VELTAIR_KERNEL_INDEX_OUT_OF_RANGE : code;
}

void ServiceSimulation::stepWorker() {
  uint32_t i = pick(0, uint32_t(threads.size()) - 1);
  SimulatedThread &thread = threads[i];
  if (thread.stalled)
    --thread.stalled;
  else if (thread.executes() && chance(10))
    thread.stalled = chance(5) ? 2000 : pick(10, 100); // a lost core, or slow
  else
    thread.step(workers[i]->assignment(), claims[i], simulatedTime, *this);
}

void ServiceSimulation::disturb() {
  switch (pick(0, 11)) {
  case 0:
  case 1:
  case 2:
  case 3:
    return submit();
  case 4:
    return cancelOne();
  case 5:
    return changeCores(pick(0, uint32_t(threads.size())));
  case 6:
    return changeInterference();
  case 7:
    if (faults)
      simulatedTime += Time(pick(1, 3600)) * 1'000'000'000;
    return;
  case 8:
    return load();
  case 9:
    return remove();
  default:
    return runTimer();
  }
}

//===----------------------------------------------------------------------===//
// What must hold
//===----------------------------------------------------------------------===//

void ServiceSimulation::checkBooks() {
  size_t count = freeWorkers.size();
  for (const auto &query : slots) {
    count += query->team.size();
    EXPECT_TRUE(query->blockOpen || query->team.empty());
    EXPECT_TRUE(query->request || !query->blockOpen);
    for (Worker *worker : query->team)
      EXPECT_EQ(worker->assignment(), query.get());
  }
  EXPECT_EQ(count, threads.size()) << "a worker was lost, or serves two";
}

bool ServiceSimulation::isOver() {
  return served.empty() &&
         std::all_of(callers.begin(), callers.end(), [](const Caller &caller) {
           return caller.request->hasEnded() && caller.calls;
         });
}

void ServiceSimulation::run() {
  constexpr uint32_t disturbed = 3000, limit = 300'000;
  for (uint32_t step = 0; step < disturbed || !isOver(); ++step) {
    ASSERT_LT(step, limit) << "some queries do not end";
    simulatedTime += pick(0, 4000);
    if (step == disturbed)
      changeCores(uint32_t(threads.size()));
    if (step < disturbed && chance(2)) {
      while (served.empty())
        load();
      disturb();
      checkBooks();
    } else if (chance(3)) {
      finishRemovals(/*all=*/step > disturbed);
      notifier.callNext();
    } else if (chance(1)) {
      runTimer();
    } else {
      stepWorker();
    }
    if (testing::Test::HasFailure())
      return;
  }
  for (const Caller &caller : callers) {
    EXPECT_EQ(caller.calls, 1);
    EXPECT_EQ(caller.status, caller.request->status);
    if (caller.status == VELTAIR_OK)
      EXPECT_EQ(caller.y, caller.service->expected);
  }
  EXPECT_EQ(freeWorkers.size(), threads.size());
  EXPECT_EQ(freePlaces.size(), requests.size());
  EXPECT_EQ(freeSlots.size(), slots.size());
  EXPECT_TRUE(waiting == 0 && deadlines.empty() && events.empty());
  // Executions that lost their race may still go on, but not inside a query.
  for (const SimulatedThread &thread : threads)
    EXPECT_FALSE(thread.isInside());
  arenas.trim();
  EXPECT_EQ(arenas.bytesHeld(), 0u);
}

uint64_t ServiceSimulation::backups() const {
  uint64_t sum = 0;
  for (const SimulatedThread &thread : threads)
    sum += thread.backups;
  return sum;
}

} // namespace

TEST(Simulation, NoQueryIsLostOrAnsweredTwice) {
  uint64_t backups = playSeeds<ServiceSimulation>();
  if (HasFailure())
    return;
  EXPECT_GT(backups, seedCount() / 2) << "backup was hardly tested";
}
