// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/AllowedCpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include <unistd.h>

using namespace veltair;

namespace {
// A made-up file system.
class AllowedCpusTest : public testing::Test {
protected:
  AllowedCpusTest()
      : root(testing::TempDir() + "veltair-cpus-" + std::to_string(getpid())) {
    std::filesystem::remove_all(root);
  }
  ~AllowedCpusTest() override { std::filesystem::remove_all(root); }

  void write(const std::string &path, const std::string &text) {
    std::filesystem::create_directories(
        std::filesystem::path(root + path).parent_path());
    std::ofstream(root + path) << text;
  }

  std::optional<double> quota() { return ControlGroups::find(root).quota(); }
  int64_t throttling() { return ControlGroups::find(root).throttling(); }

  std::string root;
};
} // namespace

TEST_F(AllowedCpusTest, NoControlGroups) { EXPECT_EQ(quota(), std::nullopt); }

TEST_F(AllowedCpusTest, VersionTwo) {
  write("/proc/self/cgroup", "0::/a/b\n");
  write(
      "/proc/self/mountinfo",
      "22 1 0:20 / /proc rw - proc proc rw\n"
      "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n");
  write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("/sys/fs/cgroup/a/b/cpu.max", "350000 100000\n");
  EXPECT_EQ(quota(), 3.5);
  // A parent's limit counts too.
  write("/sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota(), 1.5);
  EXPECT_EQ(throttling(), 0);
  write("/sys/fs/cgroup/a/b/cpu.stat", "usage_usec 7\nthrottled_usec 40\n");
  write("/sys/fs/cgroup/a/cpu.stat", "nr_throttled 3\nthrottled_usec 2\n");
  EXPECT_EQ(throttling(), 42'000);
}

TEST_F(AllowedCpusTest, VersionTwoInAContainer) {
  write("/proc/self/cgroup", "0::/\n");
  write("/proc/self/mountinfo",
        "30 22 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
  write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_EQ(quota(), 2.0);
}

// `docker run -v /sys/fs/cgroup:/sys/fs/cgroup`: the namespace hides by which
// names the container's group is found there.
TEST_F(AllowedCpusTest, AContainerThatMountsTheHosts) {
  write("/proc/self/cgroup", "0::/inner\n");
  write("/proc/self/mountinfo",
        "30 22 0:26 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
  std::string host = "/sys/fs/cgroup/", slice = host + "system.slice/";
  write(host + "cpu.max", "900000 100000\n");
  write(host + "inner/cpu.max", "100000 100000\n"); // another of that name
  write(slice + "other.scope/inner/cgroup.procs", "0\n");
  write(slice + "other.scope/cpu.max", "100000 100000\n");
  EXPECT_EQ(quota(), 9.0);
  write(slice + "own.scope/inner/cgroup.procs",
        "1\n" + std::to_string(getpid()) + "\n");
  write(slice + "own.scope/cpu.max", "200000 100000\n");
  write(slice + "own.scope/cpu.stat", "throttled_usec 40\n");
  EXPECT_EQ(quota(), 2.0);
  EXPECT_EQ(throttling(), 40'000);
}

TEST_F(AllowedCpusTest, VersionOne) {
  write("/proc/self/cgroup", "11:memory:/x\n4:cpu,cpuacct:/docker/77\n0::/\n");
  write("/proc/self/mountinfo",
        "31 30 0:27 /docker/77 /cg/cpu ro - cgroup cgroup rw,cpu,cpuacct\n"
        "32 30 0:28 /docker/77 /cg/memory ro - cgroup cgroup rw,memory\n");
  write("/cg/cpu/cpu.cfs_quota_us", "-1\n");
  write("/cg/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), std::nullopt);
  write("/cg/cpu/cpu.cfs_quota_us", "50000\n");
  EXPECT_EQ(quota(), 0.5);
  write("/cg/cpu/cpu.stat", "nr_throttled 3\nthrottled_time 42\n");
  EXPECT_EQ(throttling(), 42);
}

TEST_F(AllowedCpusTest, NamesThatMountinfoEscapes) {
  write("/proc/self/cgroup", "4:cpu:/m/a\\x2db/inner\n");
  write("/proc/self/mountinfo", "31 30 0:27 /m/a\\134x2db /my\\040groups ro - "
                                "cgroup cgroup rw,cpu\n");
  write("/my groups/inner/cpu.cfs_quota_us", "50000\n");
  write("/my groups/inner/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), 0.5);
}

TEST_F(AllowedCpusTest, TheMountOfAGroupWhoseNameBeginsAlike) {
  write("/proc/self/cgroup", "4:cpu:/docker/77\n");
  write("/proc/self/mountinfo",
        "31 30 0:27 /docker/7 /cg/cpu ro - cgroup cgroup rw,cpu\n");
  write("/cg/cpu7/cpu.cfs_quota_us", "50000\n");
  write("/cg/cpu7/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(quota(), std::nullopt);
}

// As when a container's user mounts it once more, over the container's own.
TEST_F(AllowedCpusTest, AHierarchyMountedTwiceCountsOnce) {
  write("/proc/self/cgroup", "0::/a\n");
  std::string mount = "30 22 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
  write("/proc/self/mountinfo", mount + mount);
  write("/sys/fs/cgroup/a/cpu.max", "200000 100000\n");
  write("/sys/fs/cgroup/a/cpu.stat", "throttled_usec 40\n");
  EXPECT_EQ(quota(), 2.0);
  EXPECT_EQ(throttling(), 40'000);
}

TEST_F(AllowedCpusTest, GroupsAreFoundOnceButReadAnew) {
  write("/proc/self/cgroup", "0::/a\n");
  write("/proc/self/mountinfo",
        "30 22 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
  write("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
  ControlGroups groups = ControlGroups::find(root);
  std::filesystem::remove_all(root + "/proc");
  EXPECT_EQ(groups.quota(), std::nullopt);
  write("/sys/fs/cgroup/a/cpu.max", "200000 100000\n");
  write("/sys/fs/cgroup/a/cpu.stat", "throttled_usec 40\n");
  EXPECT_EQ(groups.quota(), 2.0);
  EXPECT_EQ(groups.throttling(), 40'000);
  // A group may go.
  std::filesystem::remove_all(root + "/sys");
  EXPECT_EQ(groups.quota(), std::nullopt);
  EXPECT_EQ(groups.throttling(), 0);
}

TEST_F(AllowedCpusTest, Threads) {
  AllowedCpus cpus{{0, 1, 2, 3}, std::nullopt};
  EXPECT_EQ(cpus.threads(), 4u);
  cpus.quota = 2.9;
  EXPECT_EQ(cpus.threads(), 2u);
  cpus.quota = 0.3;
  EXPECT_EQ(cpus.threads(), 1u);
  cpus.quota = 64;
  EXPECT_EQ(cpus.threads(), 4u);
}

TEST_F(AllowedCpusTest, ThisProcess) {
  AllowedCpus cpus = allowedCpus(ControlGroups::find());
  EXPECT_FALSE(cpus.cpus.empty());
  EXPECT_TRUE(std::is_sorted(cpus.cpus.begin(), cpus.cpus.end()));
  EXPECT_GE(cpus.threads(), 1u);
}
