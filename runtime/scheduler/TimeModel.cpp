// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/TimeModel.h"
#include "runtime/support/Hash.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace veltair {

uint64_t versionKey(std::string_view isa, std::string_view schedule) {
  std::string text = std::string(isa) + "/" + std::string(schedule);
  return hashBytes(std::as_bytes(std::span(text)));
}

ProgramInfo describeProgram(std::string name, const veltair_program &program) {
  ProgramInfo info;
  info.name = std::move(name);
  info.layers.resize(program.layer_count);
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    const veltair_layer &layer = program.layers[l];
    info.layers[l].hash = layer.hash;
    for (uint32_t v = 0; v < layer.version_count; ++v) {
      const veltair_version &version = layer.versions[v];
      const veltair_cache_usage &cache = version.cache;
      VersionInfo &out = info.layers[l].versions.emplace_back();
      out.key = versionKey(program.isa, version.schedule);
      out.numericsClass = version.numerics_class;
      out.stages = version.stage_count;
      for (uint32_t s = 0; s < version.stage_count; ++s)
        out.chunks = std::max(out.chunks, version.stages[s].chunks);
      out.flops = cache.flops;
      out.bytes = cache.bytes_read + cache.bytes_written;
      out.sharedBytes = cache.shared_bytes;
      out.writebackBytes = cache.writeback_bytes;
      for (uint32_t p = 0; p < cache.miss_curve_size; ++p)
        out.missCurve.emplace_back(cache.miss_curve[p].l3_bytes,
                                   cache.miss_curve[p].bytes);
    }
  }
  return info;
}

double missedBytes(const VersionInfo &version, double share) {
  const auto &curve = version.missCurve;
  if (curve.empty())
    return double(version.sharedBytes) > share ? double(version.bytes) : 0;
  if (share <= double(curve.front().first))
    return double(curve.front().second);
  for (size_t i = 1; i < curve.size(); ++i) {
    auto [x0, y0] = curve[i - 1];
    auto [x1, y1] = curve[i];
    if (share < double(x1))
      return double(y0) + (double(y1) - double(y0)) * (share - double(x0)) /
                              (double(x1) - double(x0));
  }
  return double(curve.back().second);
}

static Time toTime(double nanoseconds) {
  // A week bounds every layer; it also catches infinities.
  constexpr double longest = 7 * 24 * 3600e9;
  return Time(std::clamp(nanoseconds, 1.0, longest));
}

// Seconds of one core for the whole layer when `missed` bytes come from DRAM,
// which prefetching hides behind the rest.
static double rooflineSeconds(const VersionInfo &version, double missed,
                              const MachineParameters &machine) {
  return std::max({double(version.flops) / machine.flopsPerSecond,
                   double(version.bytes) / machine.cacheBytesPerSecond,
                   missed / machine.memoryBytesPerSecond});
}

Time AnnotationTimeModel::predict(const ProgramInfo &program, unsigned layer,
                                  unsigned version, unsigned cores,
                                  double level) const {
  const std::vector<VersionInfo> &versions = program.layers[layer].versions;
  const VersionInfo &info = versions[version];
  // The last wave of chunks may leave cores idle.
  uint64_t chunks = std::max<uint32_t>(info.chunks, 1);
  uint64_t waves = (chunks + cores - 1) / cores;
  double parallel = double(chunks) / double(waves);

  auto missed = [&](const VersionInfo &v, double share) {
    return missedBytes(v, double(machine.l3Bytes) * share) +
           double(v.writebackBytes);
  };
  double misses = missed(info, 1 - level);
  // The compiler knows which version is fastest alone: none beats it here.
  double work =
      std::max(rooflineSeconds(info, misses, machine),
               rooflineSeconds(versions[0], missed(versions[0], 1), machine));
  double quiet =
      std::max(work / parallel, misses / machine.totalMemoryBytesPerSecond);
  // Beside others the memory's time is no longer hidden: measured slow-downs
  // follow the missed bytes over the quiet time.
  double memoryRate = std::min(machine.memoryBytesPerSecond * parallel,
                               machine.totalMemoryBytesPerSecond);
  double seconds = quiet + level * misses / memoryRate;
  return toTime(seconds * 1e9 +
                double(machine.stageOverhead) * double(info.stages));
}

void ProfileTimeModel::record(uint64_t layerHash, uint64_t version,
                              unsigned cores, double level, Time time) {
  tables[{layerHash, version}][cores][level] = time;
}

std::optional<Time> ProfileTimeModel::quietTime(uint64_t layerHash,
                                                uint64_t version) const {
  auto table = tables.find({layerHash, version});
  if (table == tables.end())
    return std::nullopt;
  auto levels = table->second.find(1);
  if (levels == table->second.end())
    return std::nullopt;
  auto time = levels->second.find(0);
  return time == levels->second.end() ? std::nullopt
                                      : std::optional(time->second);
}

// The value at `x` of the piecewise linear function through `points`, which
// `get` reads; constant outside.
template <typename Map, typename Get>
static double interpolate(const Map &points, double x, Get get) {
  auto above = points.lower_bound(typename Map::key_type(x));
  if (above == points.begin())
    return get(*above);
  auto below = std::prev(above);
  if (above == points.end())
    return get(*below);
  double x0 = double(below->first), x1 = double(above->first);
  double y0 = get(*below), y1 = get(*above);
  return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}

// Core times lie on lines where times are a / cores + b, a usual law. What is
// not measured beside others, as the full machine, suffers as the nearest
// smaller team does.
Time ProfileTimeModel::predict(const ProgramInfo &program, unsigned layer,
                               unsigned version, unsigned cores,
                               double level) const {
  const LayerInfo &info = program.layers[layer];
  auto entry = tables.find({info.hash, info.versions[version].key});
  if (entry == tables.end())
    return fallback.predict(program, layer, version, cores, level);
  const Table &table = entry->second;
  auto quiet = [](const auto &measured) {
    return double(measured.second.begin()->second);
  };
  unsigned inside =
      std::clamp(cores, table.begin()->first, table.rbegin()->first);
  double coreTime = interpolate(table, inside, [&](const auto &measured) {
    return quiet(measured) * measured.first;
  });
  auto slowdownOf = [&](const auto &measured) {
    return interpolate(measured.second, level,
                       [](const auto &point) { return double(point.second); }) /
           quiet(measured);
  };
  const Table::value_type *below = nullptr, *above = nullptr;
  for (const auto &measured : table) {
    if (measured.second.size() == 1)
      continue;
    if (measured.first <= cores)
      below = &measured;
    else if (!above)
      above = &measured;
  }
  double slowdown = 1;
  if (below && above)
    slowdown = std::lerp(slowdownOf(*below), slowdownOf(*above),
                         double(cores - below->first) /
                             double(above->first - below->first));
  else if (below || above)
    slowdown = slowdownOf(below ? *below : *above);
  return toTime(coreTime / inside * slowdown);
}

} // namespace veltair
