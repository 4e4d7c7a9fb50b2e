// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Options.h"
#include "TestModel.h"

#include "runtime/executor/AllowedCpus.h"

#include "veltair/veltair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <xmmintrin.h>

using namespace veltair;
using namespace veltair::test;
using testing::HasSubstr;

namespace {

// A runtime with one tenant of a chain of layers.
class ApiTest : public testing::Test {
protected:
  static constexpr uint32_t elements = 1024;

  ApiTest()
      : model(elements), tables(fill(model).artifact()), x(elements),
        y(elements), dims{elements} {
    for (uint32_t i = 0; i < elements; ++i)
      x[i] = float(i % 37) * 0.125f - 2;
  }

  void open(uint32_t threads = 2, const char *policy = nullptr) {
    veltair_runtime_options options = runtimeOptions(threads, policy);
    runtime.emplace(&options);
    module.emplace(queryOf(tables));
    tenant.emplace(*runtime, *module);
  }

  veltair_input input() { return makeInput<float>(x, dims); }
  veltair_output output() { return makeOutput<float>(y); }
  veltair_status run(const veltair_input &in, const veltair_output &out) {
    return veltair_run(tenant->get(), &in, 1, &out, 1, nullptr);
  }

  TestModel model;
  veltair_artifact &tables;
  std::vector<float> x, y;
  std::vector<int64_t> dims;
  std::optional<Module> module;
  std::optional<Runtime> runtime;
  std::optional<Tenant> tenant;

private:
  static TestModel &fill(TestModel &model) {
    for (int i = 0; i < 4; ++i) {
      model.addAffine();
      model.addReduce();
    }
    return model;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

TEST_F(ApiTest, ResultsDoNotDependOnThreadsOrPolicy) {
  std::vector<float> expected = model.expected(x);
  for (const char *policy : {"fcfs", "veltair"})
    for (uint32_t threads = 1; threads <= 4; ++threads) {
      SCOPED_TRACE(std::string(policy) + " " + std::to_string(threads));
      tenant.reset();
      open(threads, policy);
      for (int repetition = 0; repetition < 20; ++repetition) {
        std::fill(y.begin(), y.end(), -1.0f);
        ASSERT_EQ(run(input(), output()), VELTAIR_OK);
        ASSERT_EQ(y, expected);
      }
    }
}

TEST_F(ApiTest, ServesManyThreads) {
  open(3);
  constexpr int threadCount = 4, repetitions = 50;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < threadCount; ++t)
    threads.emplace_back([&, t] {
      std::vector<float> mine = x, result(elements);
      mine[0] = float(t);
      std::vector<float> expected = model.expected(mine);
      veltair_input in = makeInput<float>(mine, dims);
      veltair_output out = makeOutput<float>(result);
      for (int i = 0; i < repetitions; ++i)
        wrong += run(in, out) != VELTAIR_OK || result != expected;
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
  veltair_tenant_metrics metrics = tenant->metrics();
  EXPECT_EQ(metrics.offered, uint64_t(threadCount * repetitions));
  EXPECT_EQ(metrics.completed, metrics.offered);
  EXPECT_EQ(metrics.latency.count, metrics.completed);
  EXPECT_GE(metrics.scheduling.blocks, metrics.completed);
}

TEST_F(ApiTest, ServesSeveralTenants) {
  open(2);
  Tenant second(*runtime, *module);
  std::vector<float> z(elements);
  veltair_input in = input();
  veltair_output outY = output(), outZ = makeOutput<float>(z);
  for (int i = 0; i < 20; ++i) {
    Request a = tenant->submit({&in, 1}, {&outY, 1});
    Request b = second.submit({&in, 1}, {&outZ, 1});
    a.wait();
    b.wait();
    ASSERT_EQ(y, model.expected(x));
    ASSERT_EQ(z, y);
  }
}

TEST_F(ApiTest, CallsBackInOrderFromOneThread) {
  open();
  struct Log {
    std::mutex mutex;
    std::vector<std::thread::id> threads;
    std::vector<uint64_t> ends;
    std::atomic<int> count = 0;
  } log;
  veltair_callback callback = [](void *context, const veltair_result *result) {
    auto &log = *static_cast<Log *>(context);
    std::lock_guard lock(log.mutex);
    log.threads.push_back(std::this_thread::get_id());
    log.ends.push_back(result->end_ns);
    EXPECT_EQ(result->status, VELTAIR_OK);
    EXPECT_STREQ(result->message, "");
    EXPECT_LE(result->arrival_ns, result->start_ns);
    EXPECT_LE(result->start_ns, result->end_ns);
    ++log.count;
    log.count.notify_all();
  };
  constexpr int queries = 16;
  std::vector<std::vector<float>> results(queries,
                                          std::vector<float>(elements));
  veltair_input in = input();
  for (auto &result : results) {
    veltair_output out = makeOutput<float>(result);
    ASSERT_EQ(veltair_submit(tenant->get(), &in, 1, &out, 1, nullptr, callback,
                             &log, nullptr),
              VELTAIR_OK);
  }
  for (int seen; (seen = log.count) < queries;)
    log.count.wait(seen);
  tenant.reset(); // waits for the last callback to return
  for (auto &result : results)
    EXPECT_EQ(result, model.expected(x));
  EXPECT_THAT(log.threads, testing::Each(log.threads.front()));
  EXPECT_NE(log.threads.front(), std::this_thread::get_id());
  EXPECT_TRUE(std::is_sorted(log.ends.begin(), log.ends.end()));
}

TEST_F(ApiTest, TimesLayers) {
  open();
  std::vector<veltair_layer_time> times(8);
  veltair_query_options options{};
  options.size = sizeof options;
  options.layer_times = times.data();
  options.layer_times_capacity = uint32_t(times.size());
  std::vector<int64_t> shape(1);
  veltair_input in = input();
  veltair_output out = makeOutput<float>(y, shape.data());
  tenant->run({&in, 1}, {&out, 1}, &options);
  EXPECT_EQ(shape, dims);
  for (size_t i = 0; i < times.size(); ++i) {
    EXPECT_LE(times[i].begin_ns, times[i].end_ns);
    EXPECT_GE(times[i].cores, 1u);
    EXPECT_EQ(times[i].version, 0u);
    if (i)
      EXPECT_LE(times[i - 1].end_ns, times[i].begin_ns);
  }
}

TEST_F(ApiTest, LeavesTheCallersFloatingPointModeAlone) {
  open();
  unsigned before = _mm_getcsr();
  std::fill(x.begin(), x.end(), 1e-40f); // a denormal
  ASSERT_EQ(run(input(), output()), VELTAIR_OK);
  EXPECT_EQ(_mm_getcsr() & 0x8040, before & 0x8040);
}

// The mask of blocked signals of a thread, by its folder in /proc; all when the
// thread is gone.
static uint64_t blockedSignals(const std::filesystem::path &task) {
  std::ifstream status(task / "status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("SigBlk:"))
      return std::stoull(line.substr(7), nullptr, 16);
  return ~uint64_t(0);
}

TEST_F(ApiTest, WorkersHaveNamesAndReceiveNoSignals) {
  constexpr uint64_t interrupt = 1ull << (SIGINT - 1),
                     fault = 1ull << (SIGSEGV - 1);
  open(2);
  std::set<std::string> names;
  for (auto &task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    if (!name.starts_with("veltair-"))
      continue;
    names.insert(name);
    // The C library blocks everything until the thread's function begins.
    while (std::filesystem::exists(task) && blockedSignals(task) & fault)
      std::this_thread::yield();
    EXPECT_TRUE(blockedSignals(task) & interrupt) << name;
  }
  EXPECT_THAT(names,
              testing::IsSupersetOf({"veltair-0", "veltair-1", "veltair-timer",
                                     "veltair-notify"}));
}

TEST_F(ApiTest, PassesNotANumberOn) {
  open();
  x[5] = NAN;
  x[6] = INFINITY;
  ASSERT_EQ(run(input(), output()), VELTAIR_OK);
  EXPECT_TRUE(std::isnan(y[5]));
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

TEST_F(ApiTest, RefusesWrongInputs) {
  open();
  EXPECT_EQ(veltair_run(tenant->get(), nullptr, 0, nullptr, 0, nullptr),
            VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("has 1 inputs, 0 are given"));

  veltair_input in = input();
  in.dtype = VELTAIR_U8;
  EXPECT_EQ(run(in, output()), VELTAIR_TYPE_MISMATCH);
  EXPECT_THAT(veltair_last_message(),
              HasSubstr("input 'x' must have element type f32, not u8"));

  in = input();
  int64_t shape[] = {2, 512};
  in.rank = 2;
  in.dims = shape;
  EXPECT_EQ(run(in, output()), VELTAIR_SHAPE_MISMATCH);
  EXPECT_THAT(veltair_last_message(),
              HasSubstr("input 'x' has shape 2x512; model 'toy' was compiled "
                        "for 1024"));

  in = input();
  in.bytes -= 4;
  EXPECT_EQ(run(in, output()), VELTAIR_INVALID_ARGUMENT);
  in = input();
  in.data = nullptr;
  EXPECT_EQ(run(in, output()), VELTAIR_INVALID_ARGUMENT);
  in = input();
  in.data = reinterpret_cast<const char *>(x.data()) + 1;
  EXPECT_EQ(run(in, output()), VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("not aligned"));

  veltair_output out = output();
  out.bytes = 8;
  EXPECT_EQ(run(input(), out), VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(),
              HasSubstr("output 'y' has 8 bytes, 4096 are needed"));
  EXPECT_EQ(tenant->metrics().offered, 0u);
}

TEST_F(ApiTest, InputsOfOneExtentHaveEquallyManyRows) {
  veltair_tensor inputs[] = {tables.inputs[0], tables.inputs[0]};
  inputs[1].name = "mask";
  veltair_shape shapes[] = {model.program().input_shapes[0],
                            model.program().input_shapes[0]};
  shapes[0].extent = shapes[1].extent = 0;
  tables.inputs = inputs;
  tables.input_count = 2;
  model.program().input_shapes = shapes;
  model.program().extent_count = 1;
  open();
  auto runRows = [&](int64_t rows, int64_t maskRows) {
    veltair_input given[] = {
        {x.data(), uint64_t(rows) * sizeof(float), VELTAIR_F32, 1, &rows},
        {x.data(), uint64_t(maskRows) * sizeof(float), VELTAIR_F32, 1,
         &maskRows}};
    veltair_output out = output();
    return veltair_run(tenant->get(), given, 2, &out, 1, nullptr);
  };
  EXPECT_EQ(runRows(elements, elements), VELTAIR_OK);
  EXPECT_EQ(runRows(8, elements), VELTAIR_SHAPE_MISMATCH);
  EXPECT_THAT(
      veltair_last_message(),
      HasSubstr("'x' has 8 rows, another one of the same extent has 1024"));
  EXPECT_EQ(runRows(elements, 8), VELTAIR_SHAPE_MISMATCH);
  tenant.reset();
}

TEST_F(ApiTest, RefusesWrongOptions) {
  veltair_runtime *raw = nullptr;
  veltair_runtime_options options = runtimeOptions(1, "lottery");
  EXPECT_EQ(veltair_runtime_create(&options, &raw), VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(),
              testing::AllOf(HasSubstr("'lottery'"), HasSubstr("fcfs")));
  options = runtimeOptions(1);
  options.size = 4096;
  EXPECT_EQ(veltair_runtime_create(&options, &raw), VELTAIR_INVALID_ARGUMENT);
  options = runtimeOptions(100000);
  EXPECT_EQ(veltair_runtime_create(&options, &raw), VELTAIR_INVALID_ARGUMENT);
  options = runtimeOptions(0);
  uint32_t cpus[] = {100000};
  options.cpus = cpus;
  options.cpu_count = 1;
  EXPECT_EQ(veltair_runtime_create(&options, &raw), VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("CPU 100000"));

  open();
  veltair_tenant *rawTenant = nullptr;
  veltair_tenant_options tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
  tenantOptions.isa = "pdp-11";
  EXPECT_EQ(veltair_tenant_add(runtime->get(), module->get(), &tenantOptions,
                               &rawTenant),
            VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(),
              HasSubstr("no program for 'pdp-11'; it has x86-64"));
  tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
  tenantOptions.qos_share = 1.5;
  EXPECT_EQ(veltair_tenant_add(runtime->get(), module->get(), &tenantOptions,
                               &rawTenant),
            VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("not between 0 and 1"));
  tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
  tenantOptions.qos_ms = -1;
  EXPECT_EQ(veltair_tenant_add(runtime->get(), module->get(), &tenantOptions,
                               &rawTenant),
            VELTAIR_INVALID_ARGUMENT);
}

TEST_F(ApiTest, PinsToNamedCpus) {
  open();
  uint32_t cpu = runtime->cpus().back();
  tenant.reset();
  veltair_runtime_options options = runtimeOptions(0);
  options.cpus = &cpu;
  options.cpu_count = 1;
  runtime.emplace(&options);
  EXPECT_EQ(runtime->threads(), 1u);
  EXPECT_EQ(runtime->cpus(), std::vector<uint32_t>{cpu});
  EXPECT_EQ(veltair_runtime_cpus(runtime->get(), nullptr, /*capacity=*/8), 1u);
  tenant.emplace(*runtime, *module);
  EXPECT_EQ(run(input(), output()), VELTAIR_OK);
}

TEST_F(ApiTest, RefusesProgramsForAnotherCpu) {
  model.program().features = uint64_t(1) << 40;
  Runtime local;
  Module other(queryOf(tables));
  veltair_tenant *raw = nullptr;
  EXPECT_EQ(veltair_tenant_add(local.get(), other.get(), nullptr, &raw),
            VELTAIR_CPU_MISMATCH);
  EXPECT_THAT(veltair_last_message(), HasSubstr("x86-64 needs feature 40"));
}

TEST_F(ApiTest, TenantsGoBeforeTheRuntime) {
  open();
  EXPECT_EQ(veltair_runtime_destroy(runtime->get()), VELTAIR_INVALID_ARGUMENT);
  EXPECT_THAT(veltair_last_message(), HasSubstr("1 tenants"));
}

TEST_F(ApiTest, FailsInForkedChild) {
  open();
  pid_t child = fork();
  if (child == 0) {
    veltair_tenant_metrics metrics;
    bool ok =
        run(input(), output()) == VELTAIR_FORKED &&
        veltair_tenant_get_metrics(tenant->get(), &metrics) == VELTAIR_FORKED &&
        veltair_tenant_remove(tenant->get()) == VELTAIR_FORKED &&
        veltair_runtime_destroy(runtime->get()) == VELTAIR_FORKED;
    _exit(ok ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(run(input(), output()), VELTAIR_OK);
}

TEST_F(ApiTest, KeepsToTheArenaLimit) {
  veltair_runtime_options options = runtimeOptions(1);
  options.arena_limit_bytes = 4096;
  runtime.emplace(&options);
  module.emplace(queryOf(tables));
  tenant.emplace(*runtime, *module);
  EXPECT_EQ(run(input(), output()), VELTAIR_OUT_OF_MEMORY);
  EXPECT_THAT(veltair_last_message(), HasSubstr("needs 16384 bytes"));
  EXPECT_EQ(tenant->metrics().failed, 1u);
}

TEST_F(ApiTest, Logs) {
  std::string log;
  veltair_runtime_options options = runtimeOptions(64);
  options.log_context = &log;
  options.log = [](void *context, veltair_log_level level,
                   const char *message) {
    *static_cast<std::string *>(context) +=
        std::to_string(level) + message + "\n";
  };
  Runtime local(&options);
  EXPECT_THAT(log, HasSubstr("0policy veltair, 64 threads"));
  if (local.cpus().size() < 64)
    EXPECT_THAT(log, HasSubstr("1"
                               "64 threads share"));
  if (std::optional<double> quota = ControlGroups::find().quota();
      quota && *quota < 64)
    EXPECT_THAT(log, HasSubstr("1control groups allow"));
}
