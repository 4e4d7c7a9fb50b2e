// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/LayerTimes.h"
#include "tools/veltair/WeightBytes.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

LayerTimes::LayerTimes(const veltair_artifact &artifact,
                       const veltair_program &program)
    : artifact(artifact), program(program), latest(program.layer_count),
      sums(program.layer_count),
      mins(program.layer_count, std::numeric_limits<double>::infinity()) {}

veltair_query_options LayerTimes::options() {
  veltair_query_options raw = {};
  raw.size = sizeof(raw);
  raw.layer_times = latest.data();
  raw.layer_times_capacity = uint32_t(latest.size());
  return raw;
}

void LayerTimes::add() {
  ++runs;
  for (size_t l = 0; l < latest.size(); ++l) {
    double ms = double(latest[l].end_ns - latest[l].begin_ns) / 1e6;
    sums[l] += ms;
    mins[l] = std::min(mins[l], ms);
  }
}

const veltair_version &LayerTimes::version(uint32_t layer) const {
  return program.layers[layer].versions[latest[layer].version];
}

LayerWork LayerTimes::work(uint32_t layer) const {
  const veltair_cache_usage &cache = version(layer).cache;
  // Of a table only some rows may be read.
  uint64_t weights =
      std::min(weightBytes(artifact, version(layer)), cache.bytes_read);
  return {cache.flops, weights,
          cache.bytes_read - weights + cache.bytes_written};
}

double LayerTimes::gflops(uint32_t layer) const {
  return mins[layer] > 0 ? double(work(layer).flops) / mins[layer] / 1e6 : 0;
}

uint64_t LayerTimes::queryBytes() const {
  uint64_t bytes = program.arena_bytes;
  for (uint32_t l = 0; l < program.layer_count; ++l)
    bytes += work(l).weightBytes;
  return bytes;
}

double LayerTimes::share(uint32_t layer, const Roofline &roofline,
                         uint64_t queryBytes) const {
  double least = roofline.leastSeconds(work(layer), queryBytes) * 1e3;
  return mins[layer] > 0 ? least / mins[layer] : 0;
}

Json LayerTimes::json(const Roofline &roofline) const {
  Json layers = Json::array();
  uint64_t all = queryBytes();
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    LayerWork w = work(l);
    layers.push_back({{"name", program.layers[l].name},
                      {"ops", program.layers[l].ops},
                      {"version", latest[l].version},
                      {"cores", latest[l].cores},
                      {"mean_ms", sums[l] / runs},
                      {"min_ms", mins[l]},
                      {"flops", w.flops},
                      {"bytes", w.weightBytes + w.activationBytes},
                      {"gflops", gflops(l)},
                      {"roofline_share", share(l, roofline, all)}});
  }
  return layers;
}

void LayerTimes::print(const Roofline &roofline) const {
  std::printf("roofline, measured: %.1f GFLOP/s; GB/s by MiB of the set read:",
              roofline.flopsPerSecond() / 1e9);
  for (const Roofline::Bandwidth &b : roofline.bandwidths())
    std::printf(" %g: %.0f", double(b.setBytes) / (1 << 20),
                b.bytesPerSecond / 1e9);
  std::printf("\n%4s %10s %10s %8s %9s %8s %3s %3s  %s\n", "", "mean ms",
              "min ms", "GFLOP/s", "kB", "roofline", "v", "c", "layer");
  uint64_t all = queryBytes();
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    LayerWork w = work(l);
    std::printf("%4u %10.4f %10.4f %8.1f %9.1f %7.0f%% %3u %3u  %s (%s)\n", l,
                sums[l] / runs, mins[l], gflops(l),
                double(w.weightBytes + w.activationBytes) / 1e3,
                share(l, roofline, all) * 100, latest[l].version,
                latest[l].cores, program.layers[l].name, program.layers[l].ops);
  }
}

} // namespace veltair::tool
