// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads of the runtime.

#ifndef VELTAIR_SUPPORT_THREADS_H
#define VELTAIR_SUPPORT_THREADS_H

#include <functional>
#include <string>
#include <thread>

namespace veltair {

// Starts a thread with this name (at most 15 bytes) that receives no signals:
// they are for the threads of the program; and whose floating-point mode is
// that of a new process, not the caller's. Throws std::system_error.
std::thread startThread(const std::string &name, std::function<void()> body);

} // namespace veltair

#endif // VELTAIR_SUPPORT_THREADS_H
