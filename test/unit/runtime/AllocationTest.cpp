// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Once warm, nothing is allocated for a layer, and nothing is done without
// queries.

#include "Options.h"
#include "TestModel.h"

#include "veltair/veltair.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include <time.h>

using namespace veltair;
using namespace veltair::test;

static std::atomic<uint64_t> allocations{0};

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = std::malloc(size))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

// Allocations of some queries of a model of so many layers.
static uint64_t countFor(int layers) {
  constexpr uint32_t elements = 256;
  TestModel model(elements, /*buffers=*/4);
  for (int i = 0; i < layers; ++i)
    i % 3 ? model.addAffine() : model.addReduce();
  Module module(queryOf(model.artifact()));
  veltair_runtime_options options = runtimeOptions(2, "fcfs");
  Runtime runtime(&options);
  Tenant tenant(runtime, module);
  std::vector<float> x(elements), y(elements);
  int64_t dims[] = {elements};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  for (int i = 0; i < 200; ++i)
    tenant.run({&in, 1}, {&out, 1});
  uint64_t before = allocations;
  for (int i = 0; i < 100; ++i)
    tenant.run({&in, 1}, {&out, 1});
  return allocations - before;
}

TEST(Allocations, NoneForALayer) {
  // A few more, since queries and the timer meet at other times.
  EXPECT_LE(countFor(200), countFor(2) + 300);
}

TEST(IdleRuntime, TakesNoCpuTime) {
  TestModel model(64);
  model.addAffine();
  Module module(queryOf(model.artifact()));
  veltair_runtime_options options = runtimeOptions(4);
  Runtime runtime(&options);
  Tenant tenant(runtime, module);
  std::vector<float> x(64), y(64);
  int64_t dims[] = {64};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  tenant.run({&in, 1}, {&out, 1});
  auto cpuTime = [] {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
  };
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  double before = cpuTime();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(cpuTime() - before, 0.01);
}
