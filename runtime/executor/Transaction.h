// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the executor's state is changed.

#ifndef VELTAIR_EXECUTOR_TRANSACTION_H
#define VELTAIR_EXECUTOR_TRANSACTION_H

#include "runtime/executor/Executor.h"

#include <memory>
#include <mutex>
#include <utility>

namespace veltair {

// Holds the lock; at its end handles all events and tells who waits, which
// needs no memory.
class Executor::Transaction {
public:
  explicit Transaction(Executor &executor) : executor(executor) {
    executor.lockWaiters.fetch_add(1, std::memory_order_relaxed);
    lock = std::unique_lock(executor.mutex);
    executor.lockWaiters.fetch_sub(1, std::memory_order_relaxed);
  }
  ~Transaction() {
    executor.processEvents();
    RequestList silent;
    while (std::shared_ptr<Request> request = executor.completed.pop()) {
      if (!request->callback) {
        silent.push(std::move(request));
        continue;
      }
      // Under the lock, so that callbacks come in the order of the ends.
      request->finish();
      executor.notifier.push(std::move(request));
    }
    lock.unlock();
    // From here on the executor may be gone.
    while (std::shared_ptr<Request> request = silent.pop())
      request->finish();
  }
  Transaction(const Transaction &) = delete;
  Transaction &operator=(const Transaction &) = delete;

  std::unique_lock<std::mutex> lock;

private:
  Executor &executor;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_TRANSACTION_H
