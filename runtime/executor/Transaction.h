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
#include <vector>

namespace veltair {

// Holds the lock; at its end handles all events and tells who waits.
class Executor::Transaction {
public:
  explicit Transaction(Executor &executor)
      : lock(executor.mutex), executor(executor) {}
  ~Transaction() {
    executor.processEvents();
    std::vector<std::shared_ptr<Request>> ended;
    ended.swap(executor.completed);
    lock.unlock();
    for (const auto &request : ended)
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
