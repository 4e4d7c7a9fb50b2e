// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FailingAllocations.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <random>

using namespace veltair::test;

static thread_local uint32_t failOneIn = 0;
static thread_local uint64_t allocated = 0;
static thread_local std::minstd_rand randomness;

FailingAllocations::FailingAllocations(uint64_t seed, uint32_t oneIn) {
  randomness.seed(std::minstd_rand::result_type(seed));
  failOneIn = oneIn;
}

FailingAllocations::~FailingAllocations() { failOneIn = 0; }

uint64_t veltair::test::allocatedBytes() { return allocated; }

// ThreadSanitizer has operators of its own, which a program cannot replace: no
// allocation fails under it, or is counted.
#if !__has_feature(thread_sanitizer)
void *operator new(size_t size) {
  if (failOneIn && randomness() % failOneIn == 0)
    throw std::bad_alloc();
  allocated += size;
  if (void *memory = std::malloc(size ? size : 1))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
#endif
