// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/AllowedCpus.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

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

// Undoes what mountinfo does to blanks and backslashes, which systemd's names
// hold: `a\134x2db` stands for `a\x2db`.
static std::string unescaped(std::string_view text) {
  auto digit = [&](size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '7' ? text[i] - '0'
                                                               : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    int high = digit(i + 1), middle = digit(i + 2), low = digit(i + 3);
    if (text[i] != '\\' || high < 0 || middle < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += char(high * 64 + middle * 8 + low);
    i += 3;
  }
  return out;
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
      found.push_back(
          {type == "cgroup2", unescaped(mountPoint), unescaped(mountRoot)});
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

// True if the path is that of the group or of one below.
static bool isWithin(const std::string &path, const std::string &group) {
  return path.starts_with(group) &&
         (path.size() == group.size() || path[group.size()] == '/');
}

// How many levels of groups above this process's namespace are mounted too, as
// when a container mounts the host's: `/../..`. 0: none.
static size_t levelsAbove(std::string_view mountRoot) {
  size_t levels = 0;
  for (; mountRoot.starts_with("/.."); mountRoot.remove_prefix(3))
    ++levels;
  return mountRoot.empty() ? levels : 0;
}

static bool holdsThisProcess(const std::string &folder) {
  // In numbers of this process's namespace.
  std::ifstream file(folder + "/cgroup.procs");
  for (pid_t process; file >> process;)
    if (process == getpid())
      return true;
  return false;
}

// Looks for this process in the groups `path` of those that are so many levels
// below `folder`, whose names the namespace hides. Returns the path from there.
static std::optional<std::string>
findGroup(const std::string &folder, size_t levels, const std::string &path) {
  if (levels == 0)
    return holdsThisProcess(folder + path) ? std::optional(path) : std::nullopt;
  std::error_code error; // a group may go meanwhile
  for (std::filesystem::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_directory(ignored))
      continue;
    std::string name = "/" + it->path().filename().string();
    if (auto rest = findGroup(folder + name, levels - 1, path))
      return name + *rest;
  }
  return std::nullopt;
}

// In each hierarchy this process's group, then its parents; each once however
// often its hierarchy is mounted.
ControlGroups ControlGroups::find(const std::string &root) {
  ControlGroups found;
  std::set<std::pair<dev_t, ino_t>> visited;
  for (const Hierarchy &hierarchy : mountedHierarchies(root)) {
    std::optional<std::string> path = groupPath(root, hierarchy.unified);
    if (!path)
      continue;
    // The mount may show only a part of the hierarchy, or more than the path.
    std::string below = *path;
    if (size_t levels = levelsAbove(hierarchy.mountRoot))
      below = findGroup(root + hierarchy.mountPoint, levels, *path)
                  .value_or(""); // at least what is above all
    else if (hierarchy.mountRoot != "/" && isWithin(below, hierarchy.mountRoot))
      below.erase(0, hierarchy.mountRoot.size());
    while (true) {
      while (below.ends_with('/'))
        below.pop_back();
      std::string folder = root + hierarchy.mountPoint + below;
      struct stat info;
      if (stat(folder.c_str(), &info) == 0 &&
          visited.emplace(info.st_dev, info.st_ino).second)
        found.groups.push_back({folder, hierarchy.unified});
      if (below.empty())
        break;
      size_t slash = below.rfind('/');
      below.resize(slash == below.npos ? 0 : slash);
    }
  }
  return found;
}

std::optional<double> ControlGroups::quota() const {
  std::optional<double> least;
  for (const Group &group : groups)
    if (auto limit = quotaOf(group.folder, group.unified))
      least = std::min(*limit, least.value_or(*limit));
  return least;
}

int64_t ControlGroups::throttling() const {
  int64_t sum = 0;
  for (const Group &group : groups)
    if (quotaOf(group.folder, group.unified))
      sum += throttlingOf(group.folder);
  return sum;
}

AllowedCpus allowedCpus(const ControlGroups &groups) {
  return {affinityMask(), groups.quota()};
}

uint32_t AllowedCpus::threads() const {
  auto count = uint32_t(cpus.size());
  if (quota && *quota < count)
    count = uint32_t(*quota);
  return std::max(count, 1u);
}

} // namespace veltair
