// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which CPUs share a core or an L3 cache, as the system tells. A hypervisor may
// have made it up.

#ifndef VELTAIR_SUPPORT_CPUTOPOLOGY_H
#define VELTAIR_SUPPORT_CPUTOPOLOGY_H

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace veltair {

class CpuTopology {
public:
  // Of these CPUs. `root` is put before the paths of all files that are read.
  explicit CpuTopology(std::span<const uint32_t> cpus,
                       const std::string &root = "");

  // The CPUs: first one of each core, then the others; those that share an L3
  // cache beside each other. The order of a runtime's workers.
  std::vector<uint32_t> coresFirst() const;

  // Whether some of `team` shares an L3 cache with some of `others`.
  enum class Sharing { no, yes, unknown };
  Sharing sharing(std::span<const uint32_t> team,
                  std::span<const uint32_t> others) const;

private:
  // By the lowest CPU of each; none: not known.
  struct Place {
    std::optional<uint32_t> core, cache;
  };

  std::map<uint32_t, Place> places; // by CPU
};

} // namespace veltair

#endif // VELTAIR_SUPPORT_CPUTOPOLOGY_H
