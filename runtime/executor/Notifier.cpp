// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Notifier.h"
#include "runtime/support/Threads.h"

namespace veltair {

void Notifier::start() {
  thread = startThread("veltair-notify", [this] { run(); });
}

void Notifier::stop() {
  {
    std::lock_guard lock(mutex);
    stopping = true;
  }
  changed.notify_one();
  if (thread.joinable())
    thread.join();
}

void Notifier::push(std::shared_ptr<Request> request) {
  {
    std::lock_guard lock(mutex);
    queue.push(std::move(request));
  }
  changed.notify_one();
}

bool Notifier::callNext() {
  std::unique_lock lock(mutex);
  std::shared_ptr<Request> request = queue.pop();
  lock.unlock();
  if (!request)
    return false;
  veltair_result result = request->result();
  request->callback(request->context, &result);
  called(*request);
  return true;
}

void Notifier::run() {
  while (true) {
    while (callNext())
      ;
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stopping || !queue.empty(); });
    if (queue.empty())
      return;
  }
}

} // namespace veltair
