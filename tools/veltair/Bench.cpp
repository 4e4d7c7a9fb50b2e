// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair bench: the latency of one model, one query after the other.

#include "tools/veltair/Latency.h"
#include "tools/veltair/LayerTimes.h"
#include "tools/veltair/PrintJson.h"
#include "tools/veltair/ResidentMemory.h"
#include "tools/veltair/ServedModel.h"

#include <cstdio>
#include <optional>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

static double nowMs() { return double(veltair_now_ns()) / 1e6; }

// The units that the program's kernels use.
static uint32_t vectorBits(const veltair_program &program) {
  return program.features & VELTAIR_CPU_AVX512F ? 512 : 256;
}

static Json describe(const Roofline &roofline) {
  Json curve = Json::array();
  for (const Roofline::Bandwidth &b : roofline.bandwidths())
    curve.push_back(
        {{"set_bytes", b.setBytes}, {"gb_per_s", b.bytesPerSecond / 1e9}});
  return {{"gflops", roofline.flopsPerSecond() / 1e9}, {"bandwidth", curve}};
}

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
  LayerTimes layers(model.artifact(), model.selected());
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
  std::optional<Roofline> roofline;
  if (command.perLayer)
    roofline = measureRoofline(runtime.threads(), vectorBits(model.selected()));
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
    if (roofline)
      layers.print(*roofline);
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
  if (roofline) {
    document["roofline"] = describe(*roofline);
    document["layers"] = layers.json(*roofline);
  }
  printJson(document);
}

} // namespace veltair::tool
