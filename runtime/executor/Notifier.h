// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The thread that calls back when queries have ended.

#ifndef VELTAIR_EXECUTOR_NOTIFIER_H
#define VELTAIR_EXECUTOR_NOTIFIER_H

#include "runtime/executor/Request.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace veltair {

// Thread safe.
class Notifier {
public:
  // `called` is called after each callback, on the same thread.
  explicit Notifier(std::function<void(Request &)> called)
      : called(std::move(called)) {}

  // Throws std::system_error.
  void start();
  // Ends the thread after all callbacks.
  void stop();

  void push(std::shared_ptr<Request> request);

  // Calls back for the oldest request; false if there is none. The thread's
  // work.
  bool callNext();

  // True on the thread that calls back.
  bool isCurrentThread() const {
    return std::this_thread::get_id() == thread.get_id();
  }

private:
  void run();

  std::function<void(Request &)> called;
  std::mutex mutex;
  std::condition_variable changed;
  RequestList queue;
  bool stopping = false;
  std::thread thread;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_NOTIFIER_H
