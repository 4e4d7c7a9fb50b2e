// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A kernel that waits until the test lets it go on.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_GATE_H
#define VELTAIR_TEST_UNIT_RUNTIME_GATE_H

#include "veltair/artifact.h"

#include <atomic>
#include <cstdint>

namespace veltair::test {

struct Gate {
  static inline std::atomic<uint32_t> entered{0}; // chunks
  static inline std::atomic<bool> open{false};

  static void close() {
    entered = 0;
    open = false;
  }
  static void waitUntilEntered(uint32_t count = 1) {
    for (uint32_t seen; (seen = entered.load()) < count;)
      entered.wait(seen);
  }
  static void letGo() {
    open = true;
    open.notify_all();
  }

  // The stage function.
  static int32_t kernel(const veltair_layer_args *, uint32_t begin,
                        uint32_t end, void *) {
    entered += end - begin;
    entered.notify_all();
    open.wait(false);
    return VELTAIR_KERNEL_OK;
  }
};

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_GATE_H
