// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lets allocations fail, and counts them.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_FAILINGALLOCATIONS_H
#define VELTAIR_TEST_UNIT_RUNTIME_FAILINGALLOCATIONS_H

#include <cstdint>

namespace veltair::test {

// While it lives, the `operator new` of this thread throws once in `oneIn`
// calls at random (0: never). They do not nest.
class FailingAllocations {
public:
  FailingAllocations(uint64_t seed, uint32_t oneIn);
  ~FailingAllocations();
  FailingAllocations(const FailingAllocations &) = delete;
  FailingAllocations &operator=(const FailingAllocations &) = delete;
};

// What the `operator new` of this thread has given so far.
uint64_t allocatedBytes();

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_FAILINGALLOCATIONS_H
