// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options of runtimes for tests.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_OPTIONS_H
#define VELTAIR_TEST_UNIT_RUNTIME_OPTIONS_H

#include "veltair/veltair.h"

namespace veltair::test {

inline veltair_runtime_options runtimeOptions(uint32_t threads,
                                              const char *policy = nullptr) {
  veltair_runtime_options options{};
  options.size = sizeof options;
  options.threads = threads;
  options.policy = policy;
  return options;
}

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_OPTIONS_H
