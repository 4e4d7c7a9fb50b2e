// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What remains of a query for the one who submitted it.

#ifndef VELTAIR_EXECUTOR_REQUEST_H
#define VELTAIR_EXECUTOR_REQUEST_H

#include "runtime/support/Status.h"

#include "veltair/veltair.h"

#include <atomic>
#include <string>

namespace veltair {

class Query;
struct Tenant;

// Shared by the submitter, the query and the notifier.
struct Request {
  Tenant *tenant = nullptr;
  veltair_callback callback = nullptr;
  void *context = nullptr;

  // The query while it is under way; guarded by the executor.
  Query *query = nullptr;

  // Valid once `ended`.
  veltair_status status = VELTAIR_OK;
  std::string message;
  uint32_t program = 0;
  int64_t arrival = 0;
  int64_t start = 0;
  int64_t end = 0;

  veltair_result result() const {
    return {status,          program,      message.c_str(), uint64_t(arrival),
            uint64_t(start), uint64_t(end)};
  }

  Status outcome() const {
    return status == VELTAIR_OK ? Status() : Status::error(status, message);
  }

  bool hasEnded() const { return ended.load(std::memory_order_acquire); }
  void wait() const {
    while (!ended.load(std::memory_order_acquire))
      ended.wait(0, std::memory_order_acquire);
  }
  void finish() {
    ended.store(1, std::memory_order_release);
    ended.notify_all();
  }

private:
  std::atomic<uint32_t> ended{0};
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_REQUEST_H
