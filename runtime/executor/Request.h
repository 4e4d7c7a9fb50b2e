// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A query for the one who submitted it, and all that one needs which has not
// started.

#ifndef VELTAIR_EXECUTOR_REQUEST_H
#define VELTAIR_EXECUTOR_REQUEST_H

#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Status.h"

#include "veltair/veltair.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace veltair {

class Query;
struct Tenant;

// What a query reads and writes, beside its arena.
struct QueryBuffers {
  std::vector<void *> inputs; // only read
  std::vector<void *> outputs;
  std::vector<int64_t *> outputDims;
  std::vector<int64_t> extents;
};

// Shared by the submitter, the executor and the notifier. Small, since many
// thousands may wait.
struct Request {
  Tenant *tenant = nullptr;
  veltair_callback callback = nullptr;
  void *context = nullptr;

  // While the query is under way; guarded by the executor.
  QueryId id = 0; // 0: it is not under way
  uint32_t programIndex = 0;
  bool known = false;    // to the scheduler
  Time deadline = never; // of the start
  Time due = never;      // when it should end
  Time admitted = never; // when its arena was reserved; `never`: not yet
  QueryBuffers buffers;  // until it starts
  veltair_layer_time *layerTimes = nullptr;
  uint32_t layerTimesCapacity = 0;
  Query *query = nullptr; // once it has started

  std::shared_ptr<Request> next; // of the list that it stands in

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

// First in, first out. A request stands in one list at a time, so that telling
// its end needs no memory.
class RequestList {
public:
  bool empty() const { return !first; }

  void push(std::shared_ptr<Request> request) {
    Request *pushed = request.get();
    (first ? last->next : first) = std::move(request);
    last = pushed;
  }

  // Null if there is none.
  std::shared_ptr<Request> pop() {
    std::shared_ptr<Request> request = std::move(first);
    if (request)
      first = std::move(request->next);
    return request;
  }

private:
  std::shared_ptr<Request> first;
  Request *last = nullptr; // valid if there is a first
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_REQUEST_H
