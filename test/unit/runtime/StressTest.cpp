// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Everything at once: tenants that come and go, queries from many threads,
// cancellations; no query is lost, no result is wrong.

#include "Options.h"
#include "TestModel.h"

#include "veltair/veltair.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {
class StressTest : public testing::TestWithParam<const char *> {
protected:
  static constexpr uint32_t elements = 512;

  StressTest() : model(elements), x(elements), dims{elements} {
    for (int i = 0; i < 10; ++i)
      i % 3 ? model.addAffine() : model.addReduce();
    module = std::make_unique<Module>(queryOf(model.artifact()));
    for (uint32_t i = 0; i < elements; ++i)
      x[i] = float(i % 23) - 11;
    expected = model.expected(x);
    veltair_runtime_options options = runtimeOptions(3, GetParam());
    runtime = std::make_unique<Runtime>(&options);
  }

  // One tenant from beginning to end.
  void serve(unsigned seed) {
    std::mt19937 random(seed);
    veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
    options.qos_ms = 0.1 + random() % 100 * 0.1;
    options.priority = 1 + random() % 3;
    options.queue_limit = 6;
    Tenant tenant(*runtime, *module, &options);
    uint64_t offered = 0;
    for (int round = 0; round < 8; ++round) {
      size_t queries = 1 + random() % 8;
      std::vector<std::vector<float>> results(queries,
                                              std::vector<float>(elements));
      std::vector<veltair_request *> requests(queries);
      std::vector<veltair_status> statuses(queries);
      for (size_t i = 0; i < queries; ++i) {
        veltair_input in = makeInput<float>(x, dims);
        veltair_output out = makeOutput<float>(results[i]);
        statuses[i] = veltair_submit(tenant.get(), &in, 1, &out, 1, nullptr,
                                     countCallback, this, &requests[i]);
        ++offered;
        submitted += statuses[i] == VELTAIR_OK;
        if (requests[i] && random() % 4 == 0)
          veltair_request_cancel(requests[i]);
      }
      for (size_t i = 0; i < queries; ++i) {
        if (!requests[i]) {
          EXPECT_EQ(statuses[i], VELTAIR_REJECTED);
          continue;
        }
        veltair_status status = veltair_request_wait(requests[i], nullptr);
        veltair_request_release(requests[i]);
        if (status == VELTAIR_OK)
          EXPECT_EQ(results[i], expected);
        else
          EXPECT_EQ(status, VELTAIR_CANCELLED);
      }
    }
    veltair_tenant_metrics metrics = tenant.metrics();
    EXPECT_EQ(metrics.offered, offered);
    EXPECT_EQ(metrics.offered, metrics.completed + metrics.rejected +
                                   metrics.cancelled + metrics.failed);
    EXPECT_EQ(metrics.failed, 0u);
  }

  static void countCallback(void *context, const veltair_result *) {
    ++static_cast<StressTest *>(context)->called;
  }

  TestModel model;
  std::vector<float> x, expected;
  std::vector<int64_t> dims;
  std::atomic<uint64_t> submitted = 0, called = 0;
  std::unique_ptr<Module> module;
  std::unique_ptr<Runtime> runtime;
};
} // namespace

TEST_P(StressTest, TenantsComeAndGo) {
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      for (unsigned i = 0; i < 4; ++i)
        serve(t * 100 + i);
    });
  for (std::thread &thread : threads)
    thread.join();
  // Removing a tenant waits for its callbacks.
  EXPECT_EQ(called, submitted);
}

INSTANTIATE_TEST_SUITE_P(Policies, StressTest,
                         testing::Values("fcfs", "veltair"),
                         [](const auto &info) { return info.param; });
