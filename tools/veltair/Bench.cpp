// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair bench: the latency of one model, one query after the other.

#include "tools/veltair/Latency.h"
#include "tools/veltair/ResidentMemory.h"
#include "tools/veltair/ServedModel.h"

#include "nlohmann/json.hpp"

#include <cstdio>
#include <iostream>
namespace veltair::tool {

using Json = nlohmann::ordered_json;

static double nowMs() { return double(veltair_now_ns()) / 1e6; }

namespace {

// The times of every layer over all measured runs.
class LayerTimes {
public:
  explicit LayerTimes(const veltair_program &program)
      : program(program), latest(program.layer_count),
        sums(program.layer_count), mins(program.layer_count, -1) {}

  veltair_query_options options() {
    veltair_query_options raw = {};
    raw.size = sizeof(raw);
    raw.layer_times = latest.data();
    raw.layer_times_capacity = uint32_t(latest.size());
    return raw;
  }

  void add() {
    ++runs;
    for (size_t l = 0; l < latest.size(); ++l) {
      double ms = double(latest[l].end_ns - latest[l].begin_ns) / 1e6;
      sums[l] += ms;
      mins[l] = mins[l] < 0 ? ms : std::min(mins[l], ms);
    }
  }

  Json json() const {
    Json layers = Json::array();
    for (uint32_t l = 0; l < program.layer_count; ++l) {
      const veltair_layer &layer = program.layers[l];
      layers.push_back({{"name", layer.name},
                        {"ops", layer.ops},
                        {"version", latest[l].version},
                        {"cores", latest[l].cores},
                        {"mean_ms", sums[l] / runs},
                        {"min_ms", mins[l]},
                        {"gflops", gflops(l)}});
    }
    return layers;
  }

  void print() const {
    std::printf("%4s %10s %10s %8s %3s %3s  %s\n", "", "mean ms", "min ms",
                "GFLOP/s", "v", "c", "layer");
    for (uint32_t l = 0; l < program.layer_count; ++l)
      std::printf("%4u %10.4f %10.4f %8.1f %3u %3u  %s (%s)\n", l,
                  sums[l] / runs, mins[l], gflops(l), latest[l].version,
                  latest[l].cores, program.layers[l].name,
                  program.layers[l].ops);
  }

private:
  // At the least time.
  double gflops(uint32_t l) const {
    const veltair_version &version =
        program.layers[l].versions[latest[l].version];
    return mins[l] > 0 ? double(version.cache.flops) / mins[l] / 1e6 : 0;
  }

  const veltair_program &program;
  std::vector<veltair_layer_time> latest;
  std::vector<double> sums, mins;
  double runs = 0;
};

} // namespace

void execute(const BenchCommand &command) {
  Runtime runtime = makeRuntime(command.common);
  double begin = nowMs();
  ServedModel model(runtime, command.artifact, command.common);
  double loadMs = nowMs() - begin;
  model.setInputs(assignments(model.artifact(), command.inputs),
                  /*fillMissing=*/true,
                  assignments(model.artifact(), command.ranges));

  std::vector<Tensor> outputs = model.makeOutputs();
  std::vector<veltair_output> views = outputViews(outputs);
  LayerTimes layers(model.selected());
  veltair_query_options options = layers.options();
  auto runOnce = [&] {
    double start = nowMs();
    model.tenant().run(model.inputs(), views,
                       command.perLayer ? &options : nullptr);
    return nowMs() - start;
  };

  double firstMs = runOnce();
  for (double start = nowMs(); nowMs() - start < command.warmupMs;)
    runOnce();
  std::vector<double> times;
  TraceFile trace(runtime, command.common);
  double start = nowMs();
  do {
    times.push_back(runOnce());
    if (command.perLayer)
      layers.add();
  } while (command.iterations ? times.size() < command.iterations
                              : nowMs() - start < command.durationS * 1e3);
  trace.finish();

  Latencies latency(std::move(times));
  uint64_t rss = residentBytes();
  if (!command.json) {
    std::printf("%s, %s, %u threads, %zu runs\n", model.artifact().name,
                model.selected().isa, runtime.threads(), latency.count());
    std::printf("latency ms: min %.3f  mean %.3f  p50 %.3f  p90 %.3f  p95 %.3f",
                latency.min(), latency.mean(), latency.percentile(50),
                latency.percentile(90), latency.percentile(95));
    if (latency.count() >= 100)
      std::printf("  p99 %.3f", latency.percentile(99));
    std::printf("  max %.3f\n", latency.max());
    std::printf("load %.1f ms, first run %.1f ms, resident %.1f MB\n", loadMs,
                firstMs, double(rss) / 1e6);
    if (command.perLayer)
      layers.print();
    return;
  }
  Json document = {
      {"schema", "veltair.bench.1"},
      {"model", model.artifact().name},
      {"isa", model.selected().isa},
      {"threads", runtime.threads()},
      {"cpus", runtime.cpus()},
      {"runs", latency.count()},
      {"latency_ms",
       {{"min", latency.min()},
        {"mean", latency.mean()},
        {"p50", latency.percentile(50)},
        {"p90", latency.percentile(90)},
        {"p95", latency.percentile(95)},
        {"p99", latency.count() < 100 ? Json() : Json(latency.percentile(99))},
        {"max", latency.max()}}},
      {"load_ms", loadMs},
      {"first_ms", firstMs},
      {"rss_bytes", rss}};
  if (command.perLayer)
    document["layers"] = layers.json();
  std::cout << document.dump(2) << "\n";
}

} // namespace veltair::tool
