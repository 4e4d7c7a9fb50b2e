// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An executor without threads: queries start, but no chunk is executed.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_MANUALEXECUTOR_H
#define VELTAIR_TEST_UNIT_RUNTIME_MANUALEXECUTOR_H

#include "TestModel.h"
#include "TestTenant.h"

#include "runtime/executor/Transaction.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace veltair::test {

// The clock of such executors.
inline Time manualTime = 1000;

inline std::unique_ptr<Scheduler> firstComeFirstServed() {
  static AnnotationTimeModel predictions;
  return createScheduler("fcfs", {}, predictions);
}

class ManualExecutor final : public Executor {
public:
  explicit ManualExecutor(
      std::unique_ptr<Scheduler> scheduler = firstComeFirstServed(),
      uint64_t arenaLimit = 0, uint32_t threadCount = 1)
      : Executor(manual(arenaLimit, threadCount), std::move(scheduler)) {
    offerWorkers();
  }

  using Executor::mutex;
  using Executor::notifier;
  using Executor::slots;
  using Executor::workers;

  // At once, as when one's end is what ends the other.
  void cancel(std::initializer_list<Request *> requests) {
    Transaction transaction(*this);
    for (Request *request : requests)
      stopQuery(*request, VELTAIR_CANCELLED);
  }
  using Executor::cancel;

  // As a grant of so many cores does.
  void resizeTeam(Query &query, uint32_t cores) {
    Transaction transaction(*this);
    Executor::resizeTeam(query, cores);
  }

  // Returns when the timer would look again.
  Time tick() {
    while (true) {
      Transaction transaction(*this);
      if (Time next = runDue(manualTime); next != manualTime)
        return next;
    }
  }

private:
  static ExecutorOptions manual(uint64_t arenaLimit, uint32_t threadCount) {
    ExecutorOptions options = withThreads(threadCount);
    options.arenaLimit = arenaLimit;
    options.clock = [] { return manualTime; };
    return options;
  }
};

// A model of one layer, and its caller.
struct Service {
  explicit Service(uint32_t elements = TestModel::grain)
      : model(elements), x(elements), y(elements) {
    model.addAffine();
  }

  std::unique_ptr<Tenant> tenant() { return makeTenant(model.artifact()); }
  void submit(Executor &executor, Tenant &tenant,
              std::shared_ptr<Request> request,
              const veltair_query_options &options = {}) {
    ASSERT_TRUE(
        executor.submit(tenant, 0, buffersOf(x, y), options, std::move(request))
            .ok());
  }

  TestModel model;
  std::vector<float> x, y;
};

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_MANUALEXECUTOR_H
