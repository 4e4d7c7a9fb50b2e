// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What a scheduler's decision costs while many queries wait.

#include "runtime/scheduler/Scheduler.h"

#include <benchmark/benchmark.h>

#include <map>
#include <memory>

using namespace veltair;

static constexpr uint32_t cores = 2, layers = 60;

static std::shared_ptr<const ProgramInfo> program() {
  auto program = std::make_shared<ProgramInfo>();
  for (uint32_t l = 0; l < layers; ++l) {
    VersionInfo version;
    version.chunks = 64;
    version.flops = 10'000'000;
    program->layers.emplace_back().versions = {version};
  }
  return program;
}

// A query ends and another one arrives while `waiting` wait; all of them can be
// in time or (`late`) none.
static void decisions(benchmark::State &state, std::string_view policy,
                      bool late) {
  AnnotationTimeModel model;
  std::unique_ptr<Scheduler> scheduler = createScheduler(policy, {}, model);
  Decision decision;
  Time now = 0;
  std::map<QueryId, Grant> running;
  auto send = [&](const Event &event) {
    scheduler->handle(now, event, decision);
    for (const Grant &grant : decision.grants)
      running.insert_or_assign(grant.query, grant);
  };
  send(CoresChanged{cores});
  TenantInfo info;
  info.qos = late ? 1000 : 1'000'000'000'000;
  info.programs = {program()};
  constexpr TenantId tenants = 3;
  for (TenantId t = 0; t < tenants; ++t)
    send(TenantChanged{t, info});
  QueryId last = 0;
  auto arrive = [&] {
    ++last;
    send(QueryArrived{last, TenantId(last % tenants), 0, now});
  };
  for (int64_t i = 0; i < state.range(0) + 1; ++i)
    arrive();
  for (auto _ : state) {
    now += 4'000'000;
    auto it = running.begin();
    while (!it->second.cores)
      ++it;
    Grant block = it->second;
    running.erase(it);
    uint32_t done = block.firstLayer + block.layerCount;
    send(BlockEnded{block.query, done});
    if (done == layers)
      arrive();
  }
}
BENCHMARK_CAPTURE(decisions, veltair, "veltair", false)
    ->Name("decisions/veltair")
    ->ArgName("waiting")
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000);
BENCHMARK_CAPTURE(decisions, late, "veltair", true)
    ->Name("decisions/veltair, late")
    ->ArgName("waiting")
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000);
BENCHMARK_CAPTURE(decisions, fcfs, "fcfs", false)
    ->Name("decisions/fcfs")
    ->ArgName("waiting")
    ->Arg(1)
    ->Arg(1000);
