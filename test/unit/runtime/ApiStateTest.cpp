// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What stands behind the handles of the C API.

#include "Options.h"
#include "TestModel.h"

#include "runtime/api/Api.h"

#include <gtest/gtest.h>

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
    tables = &model.artifact();
  }
  ~ApiState() override { close(); }

  void open() {
    veltair_runtime_options options = runtimeOptions(1);
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
