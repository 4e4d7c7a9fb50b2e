// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Many queries that wait, few that run: only these take slots.

#include "FailingAllocations.h"
#include "ManualExecutor.h"

#include <gtest/gtest.h>

#include <memory>
#include <variant>
#include <vector>

using namespace veltair;
using namespace veltair::test;

TEST(Burst, QueriesThatWaitTakeNoSlots) {
  Service service;
  ManualExecutor executor;
  Tenant &tenant = executor.addTenant(service.tenant());
  std::vector<std::shared_ptr<Request>> requests;
  for (int i = 0; i < 1000; ++i) {
    requests.push_back(std::make_shared<Request>());
    service.submit(executor, tenant, requests.back());
  }
  // One runs after the other.
  for (const auto &request : requests) {
    EXPECT_TRUE(request->query);
    executor.cancel(*request);
    EXPECT_EQ(request->status, VELTAIR_CANCELLED);
  }
  EXPECT_EQ(executor.slots.size(), 1u);
  executor.removeTenant(tenant);
}

TEST(Burst, AFreeSlotNeedsNoMemory) {
  Service service;
  ManualExecutor executor;
  Tenant &tenant = executor.addTenant(service.tenant());
  auto first = std::make_shared<Request>(), next = std::make_shared<Request>();
  service.submit(executor, tenant, first);
  service.submit(executor, tenant, next);
  EXPECT_FALSE(next->query);
  {
    FailingAllocations failing(/*seed=*/0, /*oneIn=*/1);
    executor.cancel(*first);
  }
  EXPECT_TRUE(next->query);
  executor.removeTenant(tenant);
}

// What a burst of queries of one of so many tenants allocates.
static uint64_t bytesOfABurst(int tenantCount) {
  static AnnotationTimeModel predictions;
  Service service;
  ManualExecutor executor(createScheduler("veltair", {}, predictions));
  std::vector<Tenant *> tenants;
  for (int i = 0; i < tenantCount; ++i)
    tenants.push_back(&executor.addTenant(service.tenant()));
  uint64_t before = allocatedBytes();
  for (int i = 0; i < 1000; ++i)
    service.submit(executor, *tenants[0], std::make_shared<Request>());
  uint64_t bytes = allocatedBytes() - before;
  for (Tenant *tenant : tenants)
    executor.removeTenant(*tenant);
  return bytes;
}

TEST(Burst, TakesNoMemoryForOtherTenants) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "no allocation is counted under it";
#endif
  EXPECT_LT(bytesOfABurst(200), 2 * bytesOfABurst(1));
}

namespace {
// Starts a query not when it arrives, but when the timer fires.
class TardyScheduler final : public Scheduler {
public:
  void handle(Time now, const Event &event, Decision &decision) override {
    decision.clear();
    if (auto *e = std::get_if<TenantChanged>(&event)) {
      versions = std::make_shared<VersionTable>(*e->info.programs[0], model, 1,
                                                VersionRules());
    } else if (auto *e = std::get_if<QueryArrived>(&event)) {
      query = e->query;
      decision.grants.reserve(1);
      decision.wakeUp = now;
    } else if (std::holds_alternative<TimerFired>(event)) {
      decision.grants.push_back({query, 0, 1, 1, versions});
    }
  }
  SchedulerStatistics statistics() const override { return {}; }
  SchedulerStatistics statistics(TenantId) const override { return {}; }

private:
  AnnotationTimeModel model;
  std::shared_ptr<const VersionTable> versions;
  QueryId query = 0;
};
} // namespace

TEST(Burst, WithoutMemoryForASlotOneQueryFails) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "no allocation fails under it";
#endif
  Service service;
  ManualExecutor executor(std::make_unique<TardyScheduler>());
  Tenant &tenant = executor.addTenant(service.tenant());
  // Its arena needs none.
  service.model.program().arena_bytes = 0;
  service.model.version(0).shared_scratch_offset = 0;
  auto first = std::make_shared<Request>(), next = std::make_shared<Request>();
  service.submit(executor, tenant, first);
  EXPECT_FALSE(first->query || first->hasEnded());
  {
    FailingAllocations failing(/*seed=*/0, /*oneIn=*/1);
    executor.tick();
  }
  EXPECT_TRUE(first->hasEnded());
  EXPECT_EQ(first->status, VELTAIR_OUT_OF_MEMORY);
  EXPECT_TRUE(executor.slots.empty());
  service.submit(executor, tenant, next);
  executor.tick();
  EXPECT_TRUE(next->query);
  executor.removeTenant(tenant);
}
