// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/CpuTopology.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include <unistd.h>

using namespace veltair;
using Sharing = CpuTopology::Sharing;
using Cpus = std::vector<uint32_t>;

namespace {
// A made-up file system.
class CpuTopologyTest : public testing::Test {
protected:
  CpuTopologyTest()
      : root(testing::TempDir() + "veltair-topology-" +
             std::to_string(getpid())) {
    std::filesystem::remove_all(root);
  }
  ~CpuTopologyTest() override { std::filesystem::remove_all(root); }

  void write(uint32_t cpu, const std::string &file, const std::string &text) {
    std::filesystem::path path =
        root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/" + file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }

  // The last CPUs are second threads of the first ones' cores.
  void describe(uint32_t cores, uint32_t coresPerCache, uint32_t threads) {
    for (uint32_t cpu = 0; cpu < cores * threads; ++cpu) {
      uint32_t core = cpu % cores;
      std::string siblings = std::to_string(core);
      if (threads == 2)
        siblings += "," + std::to_string(core + cores);
      write(cpu, "topology/thread_siblings_list", siblings);
      write(cpu, "cache/index0/level", "2");
      write(cpu, "cache/index0/shared_cpu_list", siblings);
      write(cpu, "cache/index1/level", "3");
      uint32_t first = core / coresPerCache * coresPerCache;
      write(cpu, "cache/index1/shared_cpu_list",
            std::to_string(first) + "-" +
                std::to_string(first + coresPerCache - 1));
    }
  }

  CpuTopology topology(uint32_t count) {
    Cpus cpus(count);
    std::iota(cpus.begin(), cpus.end(), 0);
    return CpuTopology(cpus, root);
  }

  // Of a team of the first CPUs, and all others.
  static Sharing sharing(const CpuTopology &topology, uint32_t team) {
    Cpus cpus = topology.coresFirst();
    std::span<const uint32_t> all = cpus;
    return topology.sharing(all.first(team), all.subspan(team));
  }

  std::string root;
};
} // namespace

TEST_F(CpuTopologyTest, OneOfEachCoreComesFirst) {
  describe(4, 2, 2);
  EXPECT_EQ(topology(8).coresFirst(), (Cpus{0, 1, 2, 3, 4, 5, 6, 7}));
  // Numbered as on many machines: the threads of a core side by side, or cores
  // by turns in two caches.
  for (uint32_t cpu = 0; cpu < 4; ++cpu) {
    write(cpu, "topology/thread_siblings_list", cpu < 2 ? "0-1" : "2-3");
    write(cpu, "cache/index1/shared_cpu_list", "0-3");
  }
  EXPECT_EQ(topology(4).coresFirst(), (Cpus{0, 2, 1, 3}));
  for (uint32_t cpu = 0; cpu < 4; ++cpu) {
    write(cpu, "topology/thread_siblings_list", std::to_string(cpu));
    write(cpu, "cache/index1/shared_cpu_list", cpu % 2 ? "1,3" : "0,2");
  }
  EXPECT_EQ(topology(4).coresFirst(), (Cpus{0, 2, 1, 3}));
}

// Though the CPUs named in the lists of the others' cores may not be used.
TEST_F(CpuTopologyTest, OrdersThoseThatMayBeUsed) {
  for (uint32_t cpu = 0; cpu < 8; ++cpu) {
    uint32_t first = cpu / 2 * 2;
    write(cpu, "topology/thread_siblings_list",
          std::to_string(first) + "-" + std::to_string(first + 1));
  }
  Cpus allowed = {1, 2, 3, 6, 7};
  EXPECT_EQ(CpuTopology(allowed, root).coresFirst(), (Cpus{1, 2, 6, 3, 7}));
}

// Caches that a team fills leave nobody to share them.
TEST_F(CpuTopologyTest, TeamsThatFillCachesShareNone) {
  describe(16, 4, 1);
  CpuTopology cores = topology(16);
  for (uint32_t team = 1; team < 16; ++team)
    EXPECT_EQ(sharing(cores, team), team % 4 ? Sharing::yes : Sharing::no)
        << team;
  // Second threads of the team's cores do share them.
  describe(16, 4, 2);
  CpuTopology threads = topology(32);
  for (uint32_t team = 1; team < 32; ++team)
    EXPECT_EQ(sharing(threads, team), Sharing::yes) << team;
}

TEST_F(CpuTopologyTest, WhatTheSystemDoesNotTellIsUnknown) {
  EXPECT_EQ(topology(3).coresFirst(), (Cpus{0, 1, 2}));
  EXPECT_EQ(sharing(topology(3), 1), Sharing::unknown);
  describe(2, 1, 1);
  EXPECT_EQ(sharing(topology(3), 1), Sharing::unknown);
  EXPECT_EQ(sharing(topology(2), 1), Sharing::no);
}
