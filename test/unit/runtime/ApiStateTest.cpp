// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What stands behind the handles of the C API.

#include "FailingAllocations.h"
#include "Options.h"
#include "TestModel.h"

#include "runtime/api/Api.h"
#include "runtime/profile/Profile.h"
#include "runtime/support/CpuFeatures.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

class ApiState : public testing::Test {
protected:
  static constexpr uint32_t elements = 64;

  ApiState() : model(elements), x(elements), y(elements) {
    model.addAffine();
    model.addReduce();
    for (uint32_t l = 0; l < 2; ++l)
      model.layer(l).hash = 1 + l;
    tables = &model.artifact();
  }
  ~ApiState() override { close(); }

  void open(const char *profile = nullptr) {
    veltair_runtime_options options = runtimeOptions(1);
    options.profile = profile;
    ASSERT_EQ(veltair_runtime_create(&options, &runtime), VELTAIR_OK)
        << veltair_last_message();
    ASSERT_EQ(veltair_module_link(queryOf(*tables), &module), VELTAIR_OK);
    ASSERT_EQ(veltair_tenant_add(runtime, module, nullptr, &tenant),
              VELTAIR_OK);
  }

  void close() {
    veltair_tenant_remove(std::exchange(tenant, nullptr));
    veltair_module_release(std::exchange(module, nullptr));
    veltair_runtime_destroy(std::exchange(runtime, nullptr));
  }

  veltair_request *submit(const veltair_query_options &options) {
    veltair_input in{x.data(), elements * sizeof(float), VELTAIR_F32, 1, &dim};
    veltair_output out{y.data(), elements * sizeof(float), nullptr};
    veltair_request *request = nullptr;
    EXPECT_EQ(veltair_submit(tenant, &in, 1, &out, 1, &options, nullptr,
                             nullptr, &request),
              VELTAIR_OK);
    return request;
  }

  TestModel model;
  const veltair_artifact *tables;
  std::vector<float> x, y;
  int64_t dim = elements;
  veltair_runtime *runtime = nullptr;
  veltair_module *module = nullptr;
  veltair_tenant *tenant = nullptr;
};

} // namespace

// Another thread may be inside veltair_request_cancel or _wait, which found
// that the query had not ended yet.
TEST_F(ApiState, RequestsKeepTheExecutor) {
  open();
  veltair_query_options options{};
  options.size = sizeof options;
  veltair_request *request = submit(options);
  EXPECT_EQ(veltair_request_wait(request, nullptr), VELTAIR_OK);
  close();
  EXPECT_TRUE(checkProcess(*request->executor).ok());
  request->executor->cancel(*request->request);
  veltair_request_release(request);
}

// A query may end before veltair_submit does.
TEST_F(ApiState, CallbacksReleaseTheirRequest) {
  open();
  struct Context {
    veltair_request *request;
    std::promise<bool> hadRequest;
  };
  veltair_query_options options{};
  options.size = sizeof options;
  options.deadline_ns = 1; // it is shed at once
  veltair_input in{x.data(), elements * sizeof(float), VELTAIR_F32, 1, &dim};
  veltair_output out{y.data(), elements * sizeof(float), nullptr};
  auto onEnd = [](void *data, const veltair_result *) {
    auto *context = static_cast<Context *>(data);
    std::promise<bool> hadRequest = std::move(context->hadRequest);
    bool had = context->request != nullptr;
    veltair_request_release(context->request);
    delete context;
    hadRequest.set_value(had);
  };
  for (int i = 0; i < 200; ++i) {
    auto *context = new Context{};
    std::future<bool> had = context->hadRequest.get_future();
    ASSERT_EQ(veltair_submit(tenant, &in, 1, &out, 1, &options, onEnd, context,
                             &context->request),
              VELTAIR_OK);
    EXPECT_TRUE(had.get());
  }
  // Nothing is left of one that was refused.
  veltair_request *request = nullptr;
  EXPECT_NE(veltair_submit(tenant, &in, 0, &out, 1, &options, nullptr, nullptr,
                           &request),
            VELTAIR_OK);
  EXPECT_EQ(request, nullptr);
}

// Not even when there is no memory for its message.
TEST_F(ApiState, NoExceptionLeaves) {
  veltair_runtime_options options = runtimeOptions(1);
  options.log = [](void *, veltair_log_level, const char *) { throw 7; };
  EXPECT_EQ(veltair_runtime_create(&options, &runtime), VELTAIR_SYSTEM_ERROR);
  EXPECT_STREQ(veltair_last_message(), "an unknown exception");

  static std::optional<FailingAllocations> failing;
  options.log = [](void *, veltair_log_level, const char *) {
    std::runtime_error error("longer than what a string holds by itself");
    failing.emplace(/*seed=*/0, /*oneIn=*/1);
    throw error;
  };
  veltair_status status = veltair_runtime_create(&options, &runtime);
  failing.reset();
  EXPECT_EQ(status, VELTAIR_SYSTEM_ERROR);
}

TEST_F(ApiState, NoQueryArrivesInTheFuture) {
  open();
  veltair_query_options options{};
  options.size = sizeof options;
  for (uint64_t arrival : {UINT64_MAX, uint64_t(1) << 63}) {
    uint64_t before = veltair_now_ns();
    options.arrival_ns = arrival;
    veltair_request *request = submit(options);
    veltair_result result;
    EXPECT_EQ(veltair_request_wait(request, &result), VELTAIR_OK);
    EXPECT_GE(result.arrival_ns, before);
    EXPECT_LE(result.arrival_ns, veltair_now_ns());
    veltair_request_release(request);
  }
}

TEST_F(ApiState, ProfilesTellQuietTimes) {
  Profile profile;
  profile.cpu = cpuName();
  profile.levels = {{quietCondition, 0}};
  for (uint64_t layer : {1, 2})
    profile
        .times[{layer, tables->programs[0].isa, "scalar", 1, quietCondition}] =
        1000;
  std::string path = testing::TempDir() + "veltair-quiet.json";
  std::ofstream(path) << profileText(profile);

  open(path.c_str());
  QuietTimes &quiet = tenant->tenant->programs[0]->quietTimes();
  EXPECT_EQ(quiet.perChunk(quiet.slot(0, 0, 0)),
            1000 / float(model.stage(0, 0).chunks));
  // Nobody knows how the time is shared by stages.
  EXPECT_EQ(quiet.perChunk(quiet.slot(1, 0, 0)), 0);
  close();

  auto expectUnknown = [&] {
    open(path.c_str());
    QuietTimes &learned = tenant->tenant->programs[0]->quietTimes();
    EXPECT_EQ(learned.perChunk(learned.slot(0, 0, 0)), 0);
    close();
  };
  model.layer(0).group = 0;
  expectUnknown();
  model.layer(0).group = VELTAIR_NONE;
  model.version(0).flags = VELTAIR_VERSION_DATA_DEPENDENT;
  expectUnknown();
  std::remove(path.c_str());
}

// Takes a millisecond for its first chunk, and next to nothing for the others.
static int32_t unequal(const veltair_layer_args *, uint32_t begin, uint32_t,
                       void *) {
  uint64_t end = veltair_now_ns() + 1'000'000;
  while (begin == 0 && veltair_now_ns() < end)
    ;
  return VELTAIR_KERNEL_OK;
}

// Else the smallest chunks would make the others look disturbed.
TEST_F(ApiState, LearnsQuietTimesOfWholeStages) {
  constexpr uint32_t chunks = 40;
  TestModel other(elements);
  other.addLayer(unequal, chunks);
  tables = &other.artifact();
  open();
  QuietTimes &quiet = tenant->tenant->programs[0]->quietTimes();
  for (int i = 0; i < 2; ++i) {
    veltair_query_options options{};
    options.size = sizeof options;
    veltair_request *request = submit(options);
    EXPECT_EQ(veltair_request_wait(request, nullptr), VELTAIR_OK);
    veltair_request_release(request);
    EXPECT_GE(quiet.perChunk(quiet.slot(0, 0, 0)) * chunks, 0.99e6f);
  }
  close();
}
