// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where, and on how many CPUs at once, this process may run.

#ifndef VELTAIR_EXECUTOR_ALLOWEDCPUS_H
#define VELTAIR_EXECUTOR_ALLOWEDCPUS_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace veltair {

// Control groups and their parents, v1 or v2: those that a process was in when
// they were looked for, or none.
class ControlGroups {
public:
  // Looks for this process's. `root` is put before the paths of all files that
  // are read.
  static ControlGroups find(const std::string &root = "");

  // The least quota of all; none: no limit.
  std::optional<double> quota() const;

  // How long the groups have been held back since their creation for having
  // used up a quota, in nanoseconds, summed over CPUs and groups; 0 when there
  // is no quota.
  int64_t throttling() const;

private:
  struct Group {
    std::string folder;
    bool unified; // v2
  };
  std::vector<Group> groups; // each once
};

struct AllowedCpus {
  std::vector<uint32_t> cpus; // of the calling thread, ascending
  // CPU time over wall time that control groups allow; none: no limit.
  std::optional<double> quota;

  // How many threads can run at once: the quota rounded down, at least 1.
  uint32_t threads() const;
};

// Of a process that is in these control groups.
AllowedCpus allowedCpus(const ControlGroups &groups);

} // namespace veltair

#endif // VELTAIR_EXECUTOR_ALLOWEDCPUS_H
