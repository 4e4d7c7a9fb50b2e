// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/AllowedCpus.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>

#include <sched.h>

namespace veltair {

//===----------------------------------------------------------------------===//
// Affinity
//===----------------------------------------------------------------------===//

static std::vector<uint32_t> affinityMask() {
  std::vector<uint32_t> cpus;
  // The kernel refuses a set that is smaller than its own.
  for (int capacity = 1024; capacity <= 1 << 20; capacity *= 2) {
    cpu_set_t *set = CPU_ALLOC(capacity);
    size_t size = CPU_ALLOC_SIZE(capacity);
    bool ok = sched_getaffinity(0, size, set) == 0;
    bool tooSmall = !ok && errno == EINVAL;
    for (int cpu = 0; ok && cpu < capacity; ++cpu)
      if (CPU_ISSET_S(cpu, size, set))
        cpus.push_back(uint32_t(cpu));
    CPU_FREE(set);
    if (!tooSmall)
      break;
  }
  if (cpus.empty())
    cpus.push_back(0);
  return cpus;
}

//===----------------------------------------------------------------------===//
// Control groups
//===----------------------------------------------------------------------===//

namespace {
// A hierarchy of control groups as this process sees it.
struct Hierarchy {
  bool unified; // v2
  std::string mountPoint;
  std::string mountRoot; // the group that is mounted there
};
} // namespace

static bool hasWord(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    size_t comma = list.find(',');
    if (list.substr(0, comma) == word)
      return true;
    if (comma == list.npos)
      break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

// Those that can limit CPU time.
static std::vector<Hierarchy> mountedHierarchies(const std::string &root) {
  std::vector<Hierarchy> found;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    // id parent device root mountpoint options… - type source superoptions
    std::istringstream fields(line);
    std::string skip, mountRoot, mountPoint, type, options;
    fields >> skip >> skip >> skip >> mountRoot >> mountPoint;
    while (fields >> skip && skip != "-")
      ;
    fields >> type >> skip >> options;
    if (type == "cgroup2" || (type == "cgroup" && hasWord(options, "cpu")))
      found.push_back({type == "cgroup2", mountPoint, mountRoot});
  }
  return found;
}

// The path of this process's group.
static std::optional<std::string> groupPath(const std::string &root,
                                            bool unified) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    // number:controllers:path
    size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos)
      continue;
    std::string_view controllers =
        std::string_view(line).substr(first + 1, second - first - 1);
    if (unified ? controllers.empty() : hasWord(controllers, "cpu"))
      return line.substr(second + 1);
  }
  return std::nullopt;
}

// The limit of one group.
static std::optional<double> quotaOf(const std::string &folder, bool unified) {
  double quota = -1, period = 0;
  if (unified) {
    std::ifstream(folder + "/cpu.max") >> quota >> period; // "max" fails
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  if (quota > 0 && period > 0)
    return quota / period;
  return std::nullopt;
}

// Time held back by the limit of one group, in nanoseconds.
static int64_t throttlingOf(const std::string &folder) {
  std::ifstream file(folder + "/cpu.stat");
  int64_t value = 0;
  for (std::string key; file >> key >> value;) {
    if (key == "throttled_usec") // v2
      return value * 1000;
    if (key == "throttled_time") // v1
      return value;
  }
  return 0;
}

// Calls `visit` with the folder of this process's group in each hierarchy, then
// with its parents'.
template <typename Visit>
static void visitGroups(const std::string &root, Visit visit) {
  for (const Hierarchy &hierarchy : mountedHierarchies(root)) {
    std::optional<std::string> path = groupPath(root, hierarchy.unified);
    if (!path)
      continue;
    // The mount may show only a part of the hierarchy.
    std::string below = *path;
    if (hierarchy.mountRoot != "/" && below.starts_with(hierarchy.mountRoot))
      below.erase(0, hierarchy.mountRoot.size());
    while (true) {
      while (below.ends_with('/'))
        below.pop_back();
      visit(root + hierarchy.mountPoint + below, hierarchy.unified);
      if (below.empty())
        break;
      size_t slash = below.rfind('/');
      below.resize(slash == below.npos ? 0 : slash);
    }
  }
}

std::optional<double> controlGroupQuota(const std::string &root) {
  std::optional<double> least;
  visitGroups(root, [&](const std::string &folder, bool unified) {
    if (auto quota = quotaOf(folder, unified))
      least = std::min(*quota, least.value_or(*quota));
  });
  return least;
}

int64_t controlGroupThrottling(const std::string &root) {
  int64_t sum = 0;
  visitGroups(root, [&](const std::string &folder, bool unified) {
    if (quotaOf(folder, unified))
      sum += throttlingOf(folder);
  });
  return sum;
}

AllowedCpus allowedCpus() { return {affinityMask(), controlGroupQuota()}; }

uint32_t AllowedCpus::threads() const {
  auto count = uint32_t(cpus.size());
  if (quota && *quota < count)
    count = uint32_t(*quota);
  return std::max(count, 1u);
}

} // namespace veltair
