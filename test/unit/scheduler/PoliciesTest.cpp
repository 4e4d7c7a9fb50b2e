// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The table of policies, and the ablations, which differ from others only by
// the table.

#include "TestProgram.h"

#include <algorithm>

namespace veltair {
namespace {

TEST(Policies, AreKnownByName) {
  TestTimeModel model;
  EXPECT_EQ(schedulerNames(),
            (std::vector<std::string_view>{"edf", "fcfs", "fixed", "fixed:10",
                                           "fixed:20", "fixed:5", "layerwise",
                                           "veltair", "veltair:compilation",
                                           "veltair:scheduling"}));
  std::vector<std::string_view> names = schedulerNames();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (std::string_view name : names)
    EXPECT_TRUE(createScheduler(name, {}, model));
  for (std::string_view name : {"none", "fixed:0", "veltair:", ""})
    EXPECT_FALSE(createScheduler(name, {}, model)) << name;
}

class VersionsTest : public SchedulerTest,
                     public testing::WithParamInterface<std::string_view> {};

// The version under full interference of a layer whose second version is then
// twice as fast.
static unsigned versionUnderLoad(Decision &decision) {
  EXPECT_EQ(decision.grants.size(), 1u);
  return decision.grants.at(0).versions->version(0, 1, levelBucketCount - 1);
}

static std::shared_ptr<ProgramInfo> twoVersions() {
  auto program = testProgram({{100, 1}, {100, 1}});
  for (LayerInfo &layer : program->layers) {
    layer.versions[0].bytes = 200; // 300 at level 1
    layer.versions.push_back(layer.versions[0]);
    layer.versions[1].flops = 150;
    layer.versions[1].bytes = 0;
  }
  return program;
}

class AdaptsVersions : public VersionsTest {};
TEST_P(AdaptsVersions, ByInterference) {
  create(GetParam(), 1);
  addTenant(1, twoVersions(), 1000);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 1}}));
  EXPECT_EQ(versionUnderLoad(decision), 1u);
}
INSTANTIATE_TEST_SUITE_P(Policies, AdaptsVersions,
                         testing::Values("veltair", "veltair:compilation"));

class RunsOneVersion : public VersionsTest {};
TEST_P(RunsOneVersion, Always) {
  create(GetParam(), 1);
  addTenant(1, twoVersions(), 1000);
  arrive(0, 1, 1);
  EXPECT_EQ(versionUnderLoad(decision), 0u);
}
INSTANTIATE_TEST_SUITE_P(Policies, RunsOneVersion,
                         testing::Values("edf", "fcfs", "fixed", "layerwise",
                                         "veltair:scheduling"));

using AblationTest = SchedulerTest;

TEST_F(AblationTest, CompilationAloneServesWholeModelsInTheirOrder) {
  create("veltair:compilation", 4);
  addTenant(1, testProgram({{100, 4}, {100, 4}}), 1000);
  addTenant(2, testProgram({{100, 4}}), 100);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  EXPECT_EQ(arrive(10, 2, 2), Grants());
  EXPECT_EQ(blockEnd(50, 1, 2), (Grants{{2, 0, 1, 4}}));
}

TEST_F(AblationTest, SchedulingAloneServesTheUrgentFirst) {
  create("veltair:scheduling", 4);
  addTenant(1, testProgram({{400, 4}, {400, 4}}), 1000);
  addTenant(2, testProgram({{100, 4}}), 100);
  EXPECT_EQ(arrive(0, 1, 1), (Grants{{1, 0, 2, 4}}));
  EXPECT_EQ(arrive(10, 2, 2), (Grants{{1, 0, 2, 0}, {2, 0, 1, 4}}));
}

// A tenant's own choice of a version goes before the policy's.
TEST_F(AblationTest, ForcedVersionsAreKept) {
  create("fcfs", 1);
  TenantInfo info;
  info.qos = 1000;
  info.forcedVersion = 1;
  info.programs = {twoVersions()};
  send(0, TenantChanged{1, info});
  arrive(0, 1, 1);
  EXPECT_EQ(versionUnderLoad(decision), 1u);
}

// Also for another number of cores than there are by then.
TEST_F(AblationTest, TablesMayBePreparedBefore) {
  create("edf", 4);
  TenantInfo info;
  info.qos = 1000;
  info.programs = {testProgram({{400, 4}, {400, 4}})};
  for (uint32_t cores : {1, 4, 8}) {
    TenantId id = cores;
    std::shared_ptr<TenantTables> tables = scheduler->prepare(info, cores);
    ASSERT_TRUE(tables);
    send(0, TenantChanged{id, info, std::move(tables)});
    EXPECT_EQ(arrive(0, id, id), (Grants{{id, 0, 2, 4}}));
    EXPECT_EQ(blockEnd(200, id, 2), Grants());
  }
}

} // namespace
} // namespace veltair
