// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Workers without threads sleep and are woken, and others act before they look
// for what they were woken for.

#include "ManualExecutor.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

// Runs each query that arrives as one block on one core.
class OneCoreEach final : public Scheduler {
public:
  void handle(Time now, const Event &event, Decision &decision) override {
    decision.clear();
    if (auto *e = std::get_if<TenantChanged>(&event))
      versions = std::make_shared<VersionTable>(*e->info.programs[0], model, 1,
                                                VersionRules());
    else if (auto *e = std::get_if<QueryArrived>(&event))
      decision.grants.push_back(
          {e->query, 0, versions->layerCount(), 1, versions});
  }
  SchedulerStatistics statistics() const override { return {}; }
  SchedulerStatistics statistics(TenantId) const override { return {}; }

private:
  AnnotationTimeModel model;
  std::shared_ptr<const VersionTable> versions;
};

// Chunks that a worker has claimed.
struct Claimed {
  LayerRun *run = nullptr;
  ChunkQueue::Range range{};
};

} // namespace

static Claimed claim(Query &query, uint32_t member) {
  Claimed chunks;
  chunks.run = query.claim(member, chunks.range);
  return chunks;
}

// Executes chunks, the last of their layer, and goes on.
static void complete(Executor &executor, Query &query, const Claimed &chunks) {
  alignas(64) std::byte scratch[TestModel::grain * sizeof(float)];
  EXPECT_EQ(chunks.run->execute(chunks.range, scratch),
            int32_t(VELTAIR_KERNEL_OK));
  ASSERT_TRUE(chunks.run->chunks.complete(chunks.range.size()));
  executor.advance(query, chunks.run);
}

// The opener of a layer of one chunk is no member any more, and the one worker
// that it has woken is given away before it looks.
TEST(WakeUp, IsNotLostWithTheWorkerThatIsTakenFromItsTeam) {
  Service service;
  service.model.addAffine();
  ManualExecutor executor(std::make_unique<OneCoreEach>(), /*arenaLimit=*/0,
                          /*threadCount=*/3);
  Tenant &tenant = executor.addTenant(service.tenant());
  Worker *woken = executor.workers[0].get(), *rest = executor.workers[1].get(),
         *opener = executor.workers[2].get();

  // Those that are looked at first must join late, as they leave first then.
  auto other = std::make_shared<Request>(),
       request = std::make_shared<Request>();
  service.submit(executor, tenant, other);
  service.submit(executor, tenant, request);
  executor.cancel(*other);
  ASSERT_TRUE(request->query);
  Query &query = *request->query;
  executor.resizeTeam(query, 3);
  ASSERT_EQ(query.team, (std::vector<Worker *>{rest, woken, opener}));

  Claimed chunk = claim(query, /*member=*/2);
  ASSERT_TRUE(chunk.run);
  woken->beginSleep(&query);
  rest->beginSleep(&query);
  executor.resizeTeam(query, 2);
  EXPECT_EQ(woken->wakeUps() + rest->wakeUps(), 0u) << "there is no chunk";
  complete(executor, query, chunk);
  EXPECT_EQ(woken->wakeUps(), 1u);
  EXPECT_EQ(rest->wakeUps(), 0u) << "there is one chunk";
  executor.resizeTeam(query, 1);
  EXPECT_EQ(rest->wakeUps(), 1u) << "nobody else will look for it";

  woken->endSleep(&query);
  rest->endSleep(&query);
  EXPECT_EQ(query.sleepers.load(), 0u);
  chunk = claim(query, /*member=*/0);
  ASSERT_TRUE(chunk.run);
  complete(executor, query, chunk);
  EXPECT_TRUE(request->hasEnded());
  EXPECT_EQ(request->status, VELTAIR_OK);
  EXPECT_EQ(service.y, service.model.expected(service.x));
  executor.removeTenant(tenant);
}

TEST(WakeUp, ComesWithATeam) {
  Service service;
  ManualExecutor executor(std::make_unique<OneCoreEach>(), /*arenaLimit=*/0,
                          /*threadCount=*/2);
  Tenant &tenant = executor.addTenant(service.tenant());
  Worker &sleeper = *executor.workers[1];
  sleeper.beginSleep(nullptr);
  auto request = std::make_shared<Request>();
  service.submit(executor, tenant, request);
  ASSERT_TRUE(request->query);
  EXPECT_EQ(sleeper.wakeUps(), 0u);
  executor.resizeTeam(*request->query, 2);
  EXPECT_EQ(sleeper.wakeUps(), 1u);
  sleeper.endSleep(nullptr);
  executor.cancel(*request);
  executor.removeTenant(tenant);
}
