// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The floating-point mode that workers call kernels in.

#include "Options.h"
#include "TestModel.h"

#include "veltair/veltair.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include <xmmintrin.h>

using namespace veltair;
using namespace veltair::test;

static constexpr unsigned exceptionFlags = _MM_EXCEPT_MASK;
static std::atomic<unsigned> seen;

static int32_t readMode(const veltair_layer_args *, uint32_t, uint32_t,
                        void *) {
  seen = _mm_getcsr() & ~exceptionFlags;
  return VELTAIR_KERNEL_OK;
}

// New threads inherit the mode of the one that starts them.
TEST(WorkerMode, IsNotThatOfTheRuntimesMaker) {
  TestModel model(TestModel::grain);
  model.addLayer(readMode, 1);
  Module module(queryOf(model.artifact()));
  unsigned before = _mm_getcsr();
  _mm_setcsr((before | _MM_ROUND_DOWN) & ~unsigned(_MM_MASK_DIV_ZERO));
  veltair_runtime_options options = runtimeOptions(1);
  Runtime runtime(&options);
  _mm_setcsr(before);

  Tenant tenant(runtime, module);
  std::vector<float> x(TestModel::grain), y(TestModel::grain);
  std::vector<int64_t> dims = {TestModel::grain};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  tenant.run({&in, 1}, {&out, 1});
  EXPECT_EQ(seen.load(), VELTAIR_MXCSR & ~exceptionFlags);
}
