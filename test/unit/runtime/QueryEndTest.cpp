// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// How queries end other than by themselves.

#include "Gate.h"
#include "Options.h"
#include "TestModel.h"

#include "veltair/veltair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <vector>

using namespace veltair;
using namespace veltair::test;
using testing::HasSubstr;

namespace {
// One tenant whose only layer waits at the gate.
class GateTest : public testing::Test {
public:
  static constexpr uint32_t chunks = 64;

  GateTest() : model(TestModel::grain), x(16), y(16), dims{16} {
    Gate::close();
    model.addLayer(Gate::kernel, chunks);
    model.addAffine();
    module.emplace(queryOf(model.artifact()));
    veltair_runtime_options options = runtimeOptions(1, "fcfs");
    runtime.emplace(&options);
    veltair_tenant_options tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
    tenantOptions.queue_limit = 3;
    tenant.emplace(*runtime, *module, &tenantOptions);
  }
  ~GateTest() override { Gate::letGo(); }

  Request submit(uint64_t deadline = 0) {
    veltair_input in = makeInput<float>(x, dims);
    veltair_output out = makeOutput<float>(y);
    veltair_query_options options{};
    options.size = sizeof options;
    options.deadline_ns = deadline;
    return tenant->submit({&in, 1}, {&out, 1}, nullptr, nullptr, &options);
  }
  static veltair_status statusOf(Request &request) {
    try {
      request.wait();
      return VELTAIR_OK;
    } catch (const Error &error) {
      return error.status();
    }
  }

  TestModel model;
  std::vector<float> x, y;
  std::vector<int64_t> dims;
  std::optional<Module> module;
  std::optional<Runtime> runtime;
  std::optional<Tenant> tenant;
};
} // namespace

TEST_F(GateTest, CancelsQueuedAndRunningQueries) {
  Request running = submit();
  Gate::waitUntilEntered();
  Request queued = submit();

  queued.cancel();
  EXPECT_EQ(statusOf(queued), VELTAIR_CANCELLED); // though the gate is closed
  EXPECT_THAT(veltair_last_message(), HasSubstr("cancelled"));
  EXPECT_EQ(Gate::entered, chunks / 8);

  running.cancel();
  Gate::letGo();
  EXPECT_EQ(statusOf(running), VELTAIR_CANCELLED);
  EXPECT_EQ(Gate::entered, chunks / 8) << "more chunks ran after it";
  running.cancel(); // without effect
  EXPECT_EQ(tenant->metrics().cancelled, 2u);
}

TEST_F(GateTest, ShedsWhatHasNotStartedInTime) {
  constexpr uint64_t second = 1'000'000'000;
  Request running = submit(veltair_now_ns() + second / 100);
  Gate::waitUntilEntered();
  Request queued = submit(veltair_now_ns() + second / 100);
  Request patient = submit(veltair_now_ns() + 3600 * second);
  // Though the gate is closed.
  EXPECT_EQ(statusOf(queued), VELTAIR_EXPIRED);
  EXPECT_THAT(veltair_last_message(), HasSubstr("before its deadline"));
  Gate::letGo();
  EXPECT_EQ(statusOf(running), VELTAIR_OK) << "it had started";
  EXPECT_EQ(statusOf(patient), VELTAIR_OK);

  Request late = submit(/*deadline=*/1);
  EXPECT_EQ(statusOf(late), VELTAIR_EXPIRED);
  EXPECT_EQ(tenant->metrics().shed, 2u);
  EXPECT_EQ(tenant->metrics().offered, 4u);
  EXPECT_EQ(tenant->metrics().failed, 0u);
  EXPECT_EQ(runtime->metrics().shed, 2u);
}

TEST_F(GateTest, RejectsBeyondTheQueueLimit) {
  std::vector<Request> requests;
  for (int i = 0; i < 3; ++i)
    requests.push_back(submit());
  try {
    submit();
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), VELTAIR_REJECTED);
  }
  Gate::letGo();
  for (Request &request : requests)
    EXPECT_EQ(statusOf(request), VELTAIR_OK);
  veltair_tenant_metrics metrics = tenant->metrics();
  EXPECT_EQ(metrics.offered, 4u);
  EXPECT_EQ(metrics.rejected, 1u);
  EXPECT_EQ(metrics.completed, 3u);
}

TEST_F(GateTest, RemovalCancelsAndWaits) {
  Request running = submit();
  Gate::waitUntilEntered();
  Request queued = submit();
  std::thread remover([&] { tenant.reset(); });
  EXPECT_EQ(statusOf(queued), VELTAIR_CANCELLED);
  Gate::letGo();
  remover.join();
  EXPECT_EQ(statusOf(running), VELTAIR_CANCELLED);
}

TEST_F(GateTest, ModelsAreReplacedWithoutLoss) {
  Request running = submit();
  Gate::waitUntilEntered();
  Request queued = submit();
  Tenant old = std::move(*tenant);
  tenant.emplace(*runtime, *module);
  std::atomic<bool> retired = false;
  std::thread retirer([&] {
    old.retire();
    retired = true;
  });
  Request next = submit();
  EXPECT_FALSE(retired);
  Gate::letGo();
  retirer.join();
  EXPECT_EQ(statusOf(running), VELTAIR_OK);
  EXPECT_EQ(statusOf(queued), VELTAIR_OK);
  EXPECT_EQ(statusOf(next), VELTAIR_OK);
  EXPECT_EQ(runtime->metrics().cancelled, 0u);
}

TEST_F(GateTest, CallbacksMaySubmitButNotRemove) {
  Gate::letGo();
  struct Context {
    GateTest *test;
    std::atomic<int> left = 5;
    veltair_status removed = VELTAIR_OK;
    static void again(void *context, const veltair_result *) {
      auto &self = *static_cast<Context *>(context);
      self.removed = veltair_tenant_remove(self.test->tenant->get());
      if (--self.left > 0)
        self.submit();
      self.left.notify_all();
    }
    void submit() {
      veltair_input in = makeInput<float>(test->x, test->dims);
      veltair_output out = makeOutput<float>(test->y);
      veltair_submit(test->tenant->get(), &in, 1, &out, 1, nullptr, again, this,
                     nullptr);
    }
  } context{this};
  context.submit();
  for (int seen; (seen = context.left) > 0;)
    context.left.wait(seen);
  tenant.reset(); // waits for the callback to return
  EXPECT_EQ(context.removed, VELTAIR_INVALID_ARGUMENT);
}

TEST(KernelError, FailsTheQuery) {
  TestModel model(64);
  model.addAffine();
  model.addLayer(
      [](const veltair_layer_args *, uint32_t begin, uint32_t end, void *) {
        return begin <= 7 && 7 < end
                   ? int32_t(VELTAIR_KERNEL_INDEX_OUT_OF_RANGE)
                   : 0;
      },
      100);
  model.addLayer(
      [](const veltair_layer_args *, uint32_t, uint32_t, void *) -> int32_t {
        ADD_FAILURE() << "a layer ran after the failure";
        return 0;
      },
      4);
  veltair_runtime_options options = runtimeOptions(3);
  Runtime runtime(&options);
  Module module(queryOf(model.artifact()));
  Tenant tenant(runtime, module);
  std::vector<float> x(64), y(64);
  int64_t dims[] = {64};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(veltair_run(tenant.get(), &in, 1, &out, 1, nullptr),
              VELTAIR_KERNEL_ERROR);
    EXPECT_STREQ(veltair_last_message(),
                 "model 'toy', layer 'layer1' (Other): an index in the data "
                 "lies outside its axis");
  }
  EXPECT_EQ(tenant.metrics().failed, 20u);
}

namespace {
// There is memory for one query at a time.
class MemoryTest : public GateTest {
public:
  Tenant tenantWith(veltair_priority priority, double qosMs) {
    veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
    options.priority = priority;
    options.qos_ms = qosMs;
    return Tenant(*runtime, *module, &options);
  }

  // A query whose end will be noted in `order` as `number`.
  Request submitTo(Tenant &to, int number, uint64_t arrival = 0) {
    veltair_input in = makeInput<float>(x, dims);
    veltair_output out = makeOutput<float>(y);
    veltair_query_options options{};
    options.size = sizeof options;
    options.arrival_ns = arrival;
    notes.push_back({this, number});
    return to.submit(
        {&in, 1}, {&out, 1},
        [](void *context, const veltair_result *) {
          auto &note = *static_cast<Note *>(context);
          note.test->order.push_back(note.number);
        },
        &notes.back(), &options);
  }

  struct Note {
    MemoryTest *test;
    int number;
  };
  std::deque<Note> notes;
  std::vector<int> order; // valid after the tenants' removal

  MemoryTest() {
    tenant.reset();
    veltair_runtime_options options = runtimeOptions(1, "fcfs");
    options.arena_limit_bytes = 4096;
    runtime.emplace(&options);
    tenant.emplace(*runtime, *module);
  }
};
} // namespace

TEST_F(MemoryTest, QueriesWaitForTheLimit) {
  Request first = submit();
  Gate::waitUntilEntered();
  Request second = submit(), third = submit();
  Request expired = submit(/*deadline=*/1);
  EXPECT_EQ(statusOf(expired), VELTAIR_EXPIRED);
  second.cancel();
  EXPECT_EQ(statusOf(second), VELTAIR_CANCELLED);
  EXPECT_LE(runtime->metrics().arena_bytes, 4096u);
  Gate::letGo();
  EXPECT_EQ(statusOf(first), VELTAIR_OK);
  EXPECT_EQ(statusOf(third), VELTAIR_OK);
  EXPECT_LE(runtime->metrics().arena_bytes, 4096u);
}

// Not in the order in which they came, which the policy could not change.
TEST_F(MemoryTest, TheUrgentWaitLess) {
  std::vector<Tenant> tenants;
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 0));
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_LOW, 1));
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 2e6));
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 1e6));
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_HIGH, 0));
  Request first = submit();
  Gate::waitUntilEntered();
  std::vector<Request> requests;
  for (int i = 0; i < 5; ++i)
    requests.push_back(submitTo(tenants[i], i));
  Gate::letGo();
  for (Request &request : requests)
    EXPECT_EQ(statusOf(request), VELTAIR_OK);
  tenants.clear(); // after the callbacks
  EXPECT_EQ(order, (std::vector<int>{4, 3, 2, 0, 1}));
}

// Neither the one that came later, nor the one without a target.
TEST_F(MemoryTest, AFloodKeepsMemoryFromNobody) {
  std::vector<Tenant> tenants;
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 1e6));
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 0));
  Request first = submit();
  Gate::waitUntilEntered();
  std::vector<Request> requests;
  for (int i = 0; i < 5; ++i)
    requests.push_back(submitTo(tenants[0], i));
  for (int i = 10; i < 12; ++i)
    requests.push_back(submitTo(tenants[1], i));
  Gate::letGo();
  for (Request &request : requests)
    EXPECT_EQ(statusOf(request), VELTAIR_OK);
  tenants.clear();
  EXPECT_EQ(order, (std::vector<int>{0, 10, 1, 11, 2, 3, 4}));
}

// Behind one of another tenant that needs more than is left.
TEST_F(MemoryTest, ASmallQueryPassesALargeOneOnce) {
  tenant.reset();
  veltair_runtime_options options = runtimeOptions(1, "fcfs");
  options.arena_limit_bytes = 4 * 4096;
  runtime.emplace(&options);
  TestModel large(TestModel::grain);
  large.addLayer(Gate::kernel, chunks);
  large.addAffine();
  veltair_artifact &tables = large.artifact();
  large.program().arena_bytes = 3 * 4096;
  Module largeModule(queryOf(tables));
  std::vector<Tenant> tenants;
  tenants.emplace_back(*runtime, largeModule);
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, 0));
  std::vector<Request> requests;
  requests.push_back(submitTo(tenants[0], 0));
  Gate::waitUntilEntered();
  requests.push_back(submitTo(tenants[0], 1));
  requests.push_back(submitTo(tenants[1], 2));
  Gate::letGo();
  for (Request &request : requests)
    EXPECT_EQ(statusOf(request), VELTAIR_OK);
  for (Tenant &each : tenants)
    EXPECT_EQ(each.metrics().offered, each.metrics().completed);
  tenants.clear();
  EXPECT_EQ(order, (std::vector<int>{0, 2, 1}));
}

TEST_F(MemoryTest, ALateQueryWaitsForThoseThatCanBeInTime) {
  uint64_t now = veltair_now_ns();
  std::vector<Tenant> tenants;
  tenants.push_back(tenantWith(VELTAIR_PRIORITY_MEDIUM, double(now) / 2e6));
  Request first = submit();
  Gate::waitUntilEntered();
  std::vector<Request> requests;
  requests.push_back(submitTo(tenants[0], 0, /*arrival=*/1));
  requests.push_back(submitTo(tenants[0], 1, now));
  requests.push_back(submitTo(tenants[0], 2, now - 1));
  Gate::letGo();
  for (Request &request : requests)
    EXPECT_EQ(statusOf(request), VELTAIR_OK);
  tenants.clear();
  EXPECT_EQ(order, (std::vector<int>{2, 1, 0}));
}

TEST_F(MemoryTest, RemovalEndsThoseThatWait) {
  Request first = submit();
  Gate::waitUntilEntered();
  Request second = submit();
  std::thread remover([&] { tenant.reset(); });
  EXPECT_EQ(statusOf(second), VELTAIR_CANCELLED);
  Gate::letGo();
  remover.join();
  EXPECT_EQ(statusOf(first), VELTAIR_CANCELLED);
}
