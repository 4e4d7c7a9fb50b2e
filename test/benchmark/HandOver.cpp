// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the executor costs: from the last chunk of a layer to the first ones of
// the next, and around a query.

#include "test/unit/runtime/Options.h"
#include "test/unit/runtime/TestModel.h"

#include "veltair/veltair.hpp"

#include <benchmark/benchmark.h>

#include <vector>

using namespace veltair;
using namespace veltair::test;

static constexpr uint32_t elements = 64;

static int32_t nothing(const veltair_layer_args *, uint32_t, uint32_t, void *) {
  return VELTAIR_KERNEL_OK;
}

// Queries of `layers` empty layers with a chunk for each of `threads` workers.
static void runQueries(benchmark::State &state, uint32_t layers,
                       uint32_t threads) {
  TestModel model(elements, /*buffers=*/4);
  for (uint32_t i = 0; i < layers; ++i)
    model.addLayer(nothing, threads);
  Module module(queryOf(model.artifact()));
  veltair_runtime_options options = runtimeOptions(threads, "fcfs");
  Runtime runtime(&options);
  Tenant tenant(runtime, module);
  std::vector<float> x(elements), y(elements);
  int64_t dims[] = {elements};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  for (auto _ : state)
    tenant.run({&in, 1}, {&out, 1});
}

// Time of a layer: hand-over and two claims.
static void handOver(benchmark::State &state) {
  constexpr uint32_t layers = 1000;
  runQueries(state, layers, uint32_t(state.range(0)));
  state.counters["a layer"] =
      benchmark::Counter(layers, benchmark::Counter::kIsIterationInvariantRate |
                                     benchmark::Counter::kInvert);
}
BENCHMARK(handOver)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

// Time of a query of one layer: submission, scheduling, waking, waiting.
static void roundTrip(benchmark::State &state) {
  runQueries(state, 1, uint32_t(state.range(0)));
}
BENCHMARK(roundTrip)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

BENCHMARK_MAIN();
