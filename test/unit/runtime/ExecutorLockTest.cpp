// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the executor does under its lock, and what it leaves for later.

#include "FailingAllocations.h"
#include "ManualExecutor.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace veltair;
using namespace veltair::test;

TEST(ExecutorLock, CallbacksKeepTheOrderOfTheEnds) {
  Service service;
  ManualExecutor executor;
  Tenant &first = executor.addTenant(service.tenant());
  Tenant &second = executor.addTenant(service.tenant());
  static std::vector<void *> called;
  called.clear();
  auto early = std::make_shared<Request>(), late = std::make_shared<Request>();
  for (Request *request : {early.get(), late.get()}) {
    request->context = request;
    request->callback = [](void *context, const veltair_result *) {
      called.push_back(context);
    };
  }
  // Nobody waits for it: it goes when its end is told, and the other query ends
  // right then, as by another thread.
  std::shared_ptr<Request> silent(new Request, [&](Request *request) {
    delete request;
    executor.cancel(*late);
  });
  Request *silentOne = silent.get();
  service.submit(executor, first, std::move(silent));
  service.submit(executor, first, early);
  service.submit(executor, second, late);
  executor.cancel({silentOne, early.get()});
  EXPECT_TRUE(early->hasEnded() && late->hasEnded());
  while (executor.notifier.callNext())
    ;
  EXPECT_EQ(called, (std::vector<void *>{early.get(), late.get()}));
  executor.removeTenant(first);
  executor.removeTenant(second);
}

// Others must not wait until thousands of queries of a removed tenant are
// stopped.
TEST(ExecutorLock, RemovalsStopOneQueryAtATime) {
  Service service;
  ManualExecutor executor;
  Tenant &first = executor.addTenant(service.tenant());
  int ended = 0;
  for (int i = 0; i < 3; ++i)
    service.submit(executor, first, {new Request, [&](Request *request) {
                                       delete request;
                                       // After the lock was given back.
                                       EXPECT_TRUE(executor.mutex.try_lock());
                                       executor.mutex.unlock();
                                       EXPECT_EQ(first.underway,
                                                 uint64_t(2 - ended++));
                                     }});
  executor.removeTenant(first);
  EXPECT_EQ(ended, 3);
}

TEST(ExecutorLock, ModelsAreUnloadedWithoutIt) {
  Service service;
  ManualExecutor executor;
  uint32_t unloaded = 0;
  LoadedArtifact::Pointer artifact = service.tenant()->artifact;
  auto addAndRemove = [&] {
    std::unique_ptr<Tenant> tenant = service.tenant();
    tenant->artifact = {artifact.get(), [&](const LoadedArtifact *) {
                          ++unloaded;
                          // Who holds a mutex must not try to lock it.
                          std::thread([&] {
                            bool free = executor.mutex.try_lock();
                            EXPECT_TRUE(free);
                            if (free)
                              executor.mutex.unlock();
                          }).join();
                        }};
    executor.removeTenant(executor.addTenant(std::move(tenant)));
  };
  addAndRemove();
  EXPECT_EQ(unloaded, 1u);
  executor.startTrace(/*capacity=*/1);
  addAndRemove();
  EXPECT_EQ(unloaded, 1u) << "the trace needs it";
  executor.startTrace(/*capacity=*/1);
  EXPECT_EQ(unloaded, 2u);
}

TEST(ExecutorLock, StoppedTracesKeepNothing) {
  Service service;
  ManualExecutor executor;
  executor.startTrace(/*capacity=*/100);
  Tenant &tenant = executor.addTenant(service.tenant());
  std::weak_ptr<const LoadedArtifact> artifact = tenant.artifact;
  service.submit(executor, tenant, std::make_shared<Request>());
  executor.removeTenant(tenant);
  EXPECT_FALSE(artifact.expired()) << "events name its layers";
  std::ostringstream once, again;
  executor.stopTrace(once);
  EXPECT_NE(once.str().find("\"toy\""), std::string::npos);
  EXPECT_TRUE(artifact.expired());
  executor.stopTrace(again);
  EXPECT_EQ(again.str().find("\"toy\""), std::string::npos);
}

TEST(ExecutorLock, TracesKeepNothingWithoutMemory) {
  Service service;
  ManualExecutor executor;
  Tenant &first = executor.addTenant(service.tenant());
  Tenant &second = executor.addTenant(service.tenant());
  std::weak_ptr<const LoadedArtifact> artifact = first.artifact;
  long users = artifact.use_count();
  // True if there was enough memory.
  auto succeeds = [](uint64_t seed, uint32_t failOneIn, auto call) {
    try {
      FailingAllocations failing(seed, failOneIn);
      call();
      return true;
    } catch (const std::bad_alloc &) {
      return false;
    }
  };
  for (uint64_t seed = 0; seed < 64; ++seed) {
    std::ostringstream out;
    if (succeeds(seed, 2, [&] { executor.startTrace(/*capacity=*/1); }))
      succeeds(seed, 1, [&] { executor.stopTrace(out); });
    EXPECT_EQ(artifact.use_count(), users);
  }
  executor.removeTenant(first);
  executor.removeTenant(second);
}

TEST(ExecutorLock, ArenasGrowOldWhileOthersAreInUse) {
  Service large(256 * TestModel::grain), small;
  ManualExecutor executor;
  Tenant &rare = executor.addTenant(large.tenant());
  Tenant &busy = executor.addTenant(small.tenant());
  auto once = std::make_shared<Request>(), other = std::make_shared<Request>();
  large.submit(executor, rare, once);
  executor.cancel(*once);
  small.submit(executor, busy, other);
  uint64_t both = executor.metrics().arena_bytes;
  manualTime += ArenaPool::keepTime - 1;
  executor.tick();
  EXPECT_EQ(executor.metrics().arena_bytes, both);
  manualTime += 1;
  executor.tick();
  EXPECT_EQ(executor.metrics().arena_bytes, 4096u);
  executor.cancel(*other);
  // Nothing else is to be done then.
  EXPECT_EQ(executor.tick(), manualTime + ArenaPool::keepTime);
  executor.removeTenant(rare);
  executor.removeTenant(busy);
  EXPECT_EQ(executor.metrics().arena_bytes, 4096u);
}
