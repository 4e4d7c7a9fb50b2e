// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Threads.h"

#include <pthread.h>
#include <signal.h>
#include <xmmintrin.h>

namespace veltair {

namespace {
// Blocks the signals of this thread, for the threads that it starts meanwhile.
// Faults and profiling stay: they are about the thread that receives them.
class SignalBlocker {
public:
  SignalBlocker() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int signal :
         {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGPROF, SIGSEGV, SIGSYS, SIGTRAP})
      sigdelset(&blocked, signal);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
  }
  ~SignalBlocker() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  SignalBlocker(const SignalBlocker &) = delete;
  SignalBlocker &operator=(const SignalBlocker &) = delete;

private:
  sigset_t before;
};
} // namespace

// MXCSR of a new process: all exceptions masked, rounding to nearest.
static constexpr unsigned defaultMode = 0x1F80;

std::thread startThread(const std::string &name, std::function<void()> body) {
  SignalBlocker blocker;
  std::thread thread([body = std::move(body)] {
    _mm_setcsr(defaultMode);
    body();
  });
  pthread_setname_np(thread.native_handle(), name.c_str());
  return thread;
}

} // namespace veltair
