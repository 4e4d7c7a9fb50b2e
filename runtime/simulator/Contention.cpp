// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/simulator/Contention.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace veltair {

// What the working sets in each domain add up to.
static std::vector<double> domainPressure(const Machine &machine,
                                          std::span<const Activity> all) {
  std::vector<double> pressure(machine.domains());
  for (const Activity &a : all)
    for (size_t d = 0; d < pressure.size(); ++d)
      if (a.domains[d])
        pressure[d] += double(a.version->sharedBytes);
  return pressure;
}

// Bytes that the layer moves from and to DRAM. Each domain's workers do their
// part of the layer with that domain's share of the cache.
static double sharedTraffic(const Machine &machine, const Activity &a,
                            const std::vector<double> &pressure) {
  auto l3 = double(machine.parameters.l3Bytes);
  double cores = std::accumulate(a.domains.begin(), a.domains.end(), 0.0);
  double bytes = double(a.version->writebackBytes);
  for (size_t d = 0; d < pressure.size(); ++d) {
    if (!a.domains[d])
      continue;
    double share = pressure[d] <= l3
                       ? l3
                       : l3 * double(a.version->sharedBytes) / pressure[d];
    bytes += missedBytes(*a.version, share) * double(a.domains[d]) / cores;
  }
  return bytes;
}

// The rate that each of `wanted` gets of `capacity`: the small ones all they
// want, the others an equal part of the rest.
static std::vector<double> fairRates(const std::vector<double> &wanted,
                                     double capacity) {
  std::vector<size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(wanted[a], a) < std::tie(wanted[b], b);
  });
  std::vector<double> rates(wanted.size());
  size_t left = order.size();
  for (size_t i : order) {
    rates[i] = std::min(wanted[i], capacity / double(left--));
    capacity -= rates[i];
  }
  return rates;
}

void contendedTimes(const Machine &machine,
                    std::span<const Activity> activities,
                    std::vector<double> &times) {
  const MachineParameters &parameters = machine.parameters;
  // Bytes a nanosecond.
  double capacity = parameters.totalMemoryBytesPerSecond * 1e-9;
  std::vector<double> pressure = domainPressure(machine, activities);
  std::vector<double> traffic, rate, quietRate;
  times.clear();
  for (const Activity &a : activities) {
    double cores = std::accumulate(a.domains.begin(), a.domains.end(), 0.0);
    double fastest =
        std::min(parameters.memoryBytesPerSecond * 1e-9 * cores, capacity);
    double alone = missedBytes(*a.version, double(parameters.l3Bytes)) +
                   double(a.version->writebackBytes);
    // The annotations may claim more than the measured time allows.
    double scale = std::min(1.0, fastest * a.quiet / std::max(alone, 1.0));
    traffic.push_back(scale * sharedTraffic(machine, a, pressure));
    rate.push_back(fastest);
    quietRate.push_back(scale * alone / a.quiet);
    times.push_back(a.quiet +
                    std::max(traffic.back() - scale * alone, 0.0) / fastest);
  }

  double sum = std::accumulate(quietRate.begin(), quietRate.end(), 0.0);
  std::vector<double> wanted;
  for (size_t i = 0; i < times.size(); ++i) {
    double others = std::clamp((sum - quietRate[i]) / capacity, 0.0, 1.0);
    times[i] += others * traffic[i] / rate[i];
    wanted.push_back(traffic[i] / times[i]);
  }
  std::vector<double> granted = fairRates(wanted, capacity);
  for (size_t i = 0; i < times.size(); ++i)
    if (granted[i] < wanted[i])
      times[i] = traffic[i] / granted[i];
}

} // namespace veltair
