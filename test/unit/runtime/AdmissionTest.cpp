// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Queries that wait for memory, of which the scheduler does not know yet.

#include "ManualExecutor.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <variant>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

// The ends that the scheduler was told of.
struct Ends {
  std::vector<QueryCancelled> ofKnown;
  std::vector<QueryNeverArrived> ofOthers;
};

class RecordingScheduler final : public Scheduler {
public:
  explicit RecordingScheduler(Ends &ends) : ends(ends) {}

  void handle(Time now, const Event &event, Decision &decision) override {
    if (auto *e = std::get_if<QueryCancelled>(&event))
      ends.ofKnown.push_back(*e);
    if (auto *e = std::get_if<QueryNeverArrived>(&event))
      ends.ofOthers.push_back(*e);
    policy->handle(now, event, decision);
  }
  SchedulerStatistics statistics() const override {
    return policy->statistics();
  }
  SchedulerStatistics statistics(TenantId tenant) const override {
    return policy->statistics(tenant);
  }

private:
  Ends &ends;
  std::unique_ptr<Scheduler> policy = firstComeFirstServed();
};

} // namespace

TEST(Admission, TheSchedulerIsToldOfEveryEarlyEnd) {
  for (uint64_t arenaLimit : {0u, 4096u}) { // for all, or for one at a time
    Ends ends;
    Service service;
    ManualExecutor executor(std::make_unique<RecordingScheduler>(ends),
                            arenaLimit);
    Tenant &tenant = executor.addTenant(service.tenant());
    auto running = std::make_shared<Request>();
    auto expired = std::make_shared<Request>();
    auto givenUp = std::make_shared<Request>();
    service.submit(executor, tenant, running);
    veltair_query_options options{};
    options.deadline_ns = uint64_t(manualTime) + 100;
    service.submit(executor, tenant, expired, options);
    service.submit(executor, tenant, givenUp);
    manualTime += 100;
    executor.tick();
    EXPECT_EQ(expired->status, VELTAIR_EXPIRED);
    executor.cancel(*givenUp);
    EXPECT_EQ(givenUp->status, VELTAIR_CANCELLED);
    if (arenaLimit) {
      EXPECT_TRUE(ends.ofKnown.empty());
      ASSERT_EQ(ends.ofOthers.size(), 2u);
      EXPECT_EQ(ends.ofOthers[0].tenant, tenant.id);
      EXPECT_EQ(ends.ofOthers[0].arrival, expired->arrival);
      EXPECT_TRUE(ends.ofOthers[0].shed);
      EXPECT_FALSE(ends.ofOthers[1].shed);
    } else {
      EXPECT_TRUE(ends.ofOthers.empty());
      ASSERT_EQ(ends.ofKnown.size(), 2u);
      EXPECT_TRUE(ends.ofKnown[0].shed);
      EXPECT_FALSE(ends.ofKnown[1].shed);
    }
    executor.removeTenant(tenant);
  }
}

TEST(Admission, NoPriorityWaitsForEver) {
  Service service;
  ManualExecutor executor(firstComeFirstServed(), /*arenaLimit=*/4096);
  auto add = [&](Priority priority) -> Tenant & {
    std::unique_ptr<veltair::Tenant> tenant = service.tenant();
    tenant->info.priority = priority;
    return executor.addTenant(std::move(tenant));
  };
  Tenant &high = add(Priority::high), &low = add(Priority::low);
  auto running = std::make_shared<Request>();
  service.submit(executor, high, running);
  auto waiting = std::make_shared<Request>();
  service.submit(executor, low, waiting);
  unsigned passed = 0;
  for (; waiting->admitted == never && passed < 100; ++passed) {
    auto next = std::make_shared<Request>();
    service.submit(executor, high, next);
    executor.cancel(*running);
    running = next;
  }
  EXPECT_GT(passed, 8u);
  EXPECT_LT(passed, 17u);
  executor.removeTenant(high);
  executor.removeTenant(low);
}
