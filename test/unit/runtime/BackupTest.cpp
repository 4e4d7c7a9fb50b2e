// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A worker is held in the middle of a chunk, as if the system had taken its
// CPU: the others go on, but never over its memory.

#include "Options.h"
#include "TestModel.h"

#include "veltair/veltair.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

constexpr uint32_t chunks = 8;
constexpr uint32_t elements = chunks * TestModel::grain;

// y = x + 1, by kernels of which one can be held. The memory is written
// atomically since a late worker writes again what others read.
struct Held {
  static inline std::atomic<bool> armed, holding, released;
  static inline std::atomic<unsigned> calls; // of the kernel that can be held
  // The first chunks that the layers after it were given.
  static inline std::atomic<int> layersAfter;

  static void reset() { armed = holding = released = false; }
  static void release() {
    released = true;
    released.notify_all();
  }

  static void add(const veltair_layer_args *args, uint32_t begin,
                  uint32_t end) {
    auto *x = static_cast<float *>(args->operands[0]);
    auto *y = static_cast<float *>(args->operands[1]);
    for (uint32_t i = begin * TestModel::grain; i < end * TestModel::grain; ++i)
      std::atomic_ref(y[i]).store(
          std::atomic_ref(x[i]).load(std::memory_order_relaxed) + 1,
          std::memory_order_relaxed);
    // Long enough to be waited for.
    auto until =
        std::chrono::steady_clock::now() + std::chrono::microseconds(20);
    while (std::chrono::steady_clock::now() < until)
      ;
  }

  static int32_t mayHold(const veltair_layer_args *args, uint32_t begin,
                         uint32_t end, void *) {
    ++calls;
    if (armed.exchange(false)) {
      holding = true;
      holding.notify_all();
      released.wait(false);
    }
    add(args, begin, end);
    return VELTAIR_KERNEL_OK;
  }

  static int32_t after(const veltair_layer_args *args, uint32_t begin,
                       uint32_t end, void *) {
    if (begin == 0)
      ++layersAfter;
    add(args, begin, end);
    return VELTAIR_KERNEL_OK;
  }
};

// The second of seven layers is the one that can be held.
class BackupTest : public testing::TestWithParam<uint32_t> {
protected:
  static constexpr int layersBehind = 5;

  void SetUp() override {
    Held::reset();
    model.emplace(elements, /*buffers=*/GetParam());
    model->addLayer(Held::after, chunks);
    model->addLayer(Held::mayHold, chunks);
    for (int i = 0; i < layersBehind; ++i)
      model->addLayer(Held::after, chunks);
    module.emplace(queryOf(model->artifact()));
    veltair_runtime_options options = runtimeOptions(2, "fcfs");
    runtime.emplace(&options);
    tenant.emplace(*runtime, *module);
    for (uint32_t i = 0; i < elements; ++i)
      x[i] = float(i);
    // How long chunks take must be known.
    for (int i = 0; i < 3; ++i)
      submit().wait();
    runtime->resetMetrics();
    Held::calls = 0;
    Held::layersAfter = 0;
    Held::armed = true;
  }
  void TearDown() override { Held::release(); }

  Request submit() {
    veltair_input in = makeInput<float>(x, dims);
    veltair_output out = makeOutput<float>(y);
    return tenant->submit({&in, 1}, {&out, 1});
  }

  // Of the layers behind, those that may run while a worker is held.
  int layersAllowed() {
    return int(std::min(model->layer(1).first_conflict, layersBehind + 2u)) - 2;
  }
  void waitForLayers(int count) {
    while (Held::layersAfter - 1 < count)
      std::this_thread::yield();
  }
  // Time enough for what must not happen.
  static void waitABit() {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  std::optional<TestModel> model;
  std::vector<float> x = std::vector<float>(elements), y = x;
  std::vector<int64_t> dims{elements};
  std::optional<Module> module;
  std::optional<Runtime> runtime;
  std::optional<Tenant> tenant;
};

} // namespace

TEST_P(BackupTest, GoesOnUpToTheFirstConflict) {
  Request request = submit();
  Held::holding.wait(false);
  waitForLayers(layersAllowed());
  waitABit();
  EXPECT_EQ(Held::layersAfter - 1, layersAllowed());
  EXPECT_EQ(tenant->metrics().completed, 0u);
  Held::release();
  request.wait();
  for (uint32_t i = 0; i < elements; ++i)
    ASSERT_EQ(y[i], x[i] + 7);
  // Chunks of other layers may have backups too, on a machine with other work.
  if (layersAllowed()) {
    EXPECT_GT(Held::calls, chunks);
    EXPECT_GE(runtime->metrics().backups, 1u);
  } else {
    EXPECT_EQ(Held::calls, chunks);
  }
  // The late worker serves the next query.
  submit().wait();
}

TEST_P(BackupTest, CancellationWaitsForTheLateWorker) {
  Request request = submit();
  Held::holding.wait(false);
  waitForLayers(layersAllowed());
  request.cancel();
  waitABit();
  EXPECT_EQ(tenant->metrics().cancelled, 0u);
  Held::release();
  EXPECT_THROW(request.wait(), Error);
  EXPECT_EQ(tenant->metrics().cancelled, 1u);
}

TEST_P(BackupTest, UnloadingWaitsForTheLateWorker) {
  Request request = submit();
  Held::holding.wait(false);
  waitForLayers(layersAllowed());
  std::atomic<bool> removed = false;
  std::thread remover([&] {
    tenant.reset();
    removed = true;
  });
  waitABit();
  EXPECT_FALSE(removed);
  Held::release();
  remover.join();
  EXPECT_THROW(request.wait(), Error);
}

// With 2 buffers the next layer is the first conflict; with 8 it is the end.
INSTANTIATE_TEST_SUITE_P(Buffers, BackupTest, testing::Values(2, 3, 5, 8));

TEST(NoBackup, OfTheCallersMemoryNorInPlaceNorByTheData) {
  for (uint32_t flags : {0u, uint32_t(VELTAIR_VERSION_IN_PLACE),
                         uint32_t(VELTAIR_VERSION_DATA_DEPENDENT)}) {
    Held::reset();
    TestModel model(elements, /*buffers=*/4);
    if (flags)
      model.addLayer(Held::after, chunks);
    model.addLayer(Held::mayHold, chunks);
    model.addLayer(Held::after, chunks);
    model.addLayer(Held::after, chunks);
    Module module(queryOf(model.artifact()));
    if (flags)
      model.version(1).flags = flags;
    veltair_runtime_options options = runtimeOptions(2, "fcfs");
    Runtime runtime(&options);
    Tenant tenant(runtime, module);
    std::vector<float> x(elements), y(elements);
    int64_t dims[] = {elements};
    veltair_input in = makeInput<float>(x, dims);
    veltair_output out = makeOutput<float>(y);
    for (int i = 0; i < 3; ++i)
      tenant.run({&in, 1}, {&out, 1});
    Held::calls = 0;
    Held::armed = true;
    Request request = tenant.submit({&in, 1}, {&out, 1});
    Held::holding.wait(false);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(Held::calls, chunks);
    Held::release();
    request.wait();
    EXPECT_EQ(y[0], flags ? 4 : 3);
  }
}
