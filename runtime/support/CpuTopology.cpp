// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/CpuTopology.h"

#include <algorithm>
#include <fstream>
#include <tuple>

namespace veltair {

// Of a file with a number, or a list like "0-3,64" that begins with the lowest.
static std::optional<uint32_t> firstNumber(const std::string &path) {
  std::ifstream file(path);
  if (uint32_t number; file >> number)
    return number;
  return std::nullopt;
}

static std::optional<uint32_t> cacheOf(const std::string &cpu) {
  for (int index = 0;; ++index) {
    std::string cache = cpu + "/cache/index" + std::to_string(index);
    std::optional<uint32_t> level = firstNumber(cache + "/level");
    if (!level)
      return std::nullopt;
    if (*level == 3)
      return firstNumber(cache + "/shared_cpu_list");
  }
}

CpuTopology::CpuTopology(std::span<const uint32_t> cpus,
                         const std::string &root) {
  for (uint32_t cpu : cpus) {
    std::string folder =
        root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
    places[cpu] = {firstNumber(folder + "/topology/thread_siblings_list"),
                   cacheOf(folder)};
  }
}

std::vector<uint32_t> CpuTopology::coresFirst() const {
  // How many CPUs of its core come before it, its cache, itself.
  std::vector<std::tuple<uint32_t, uint32_t, uint32_t>> order;
  std::map<uint32_t, uint32_t> seen; // CPUs by core
  for (const auto &[cpu, place] : places) {
    uint32_t before = place.core ? seen[*place.core]++ : 0;
    order.emplace_back(before, place.cache.value_or(0), cpu);
  }
  std::sort(order.begin(), order.end());
  std::vector<uint32_t> cpus;
  for (const auto &[before, cache, cpu] : order)
    cpus.push_back(cpu);
  return cpus;
}

CpuTopology::Sharing
CpuTopology::sharing(std::span<const uint32_t> team,
                     std::span<const uint32_t> others) const {
  bool known = true;
  for (uint32_t one : team)
    for (uint32_t other : others) {
      std::optional<uint32_t> first = places.at(one).cache,
                              second = places.at(other).cache;
      known &= first && second;
      if (first && first == second)
        return Sharing::yes;
    }
  return known ? Sharing::no : Sharing::unknown;
}

} // namespace veltair
