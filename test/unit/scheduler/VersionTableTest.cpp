// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/VersionTable.h"

#include "TestProgram.h"

namespace veltair {
namespace {

// Version 0: 100, +100 % at level 1. Version 1: 120, +10 %. Version 2 (another
// numerics class): 50, +300 %.
std::shared_ptr<ProgramInfo> threeVersions() {
  auto program = std::make_shared<ProgramInfo>();
  LayerInfo layer;
  for (auto [work, sensitivity, numerics] :
       {std::tuple{1000u, 100u, 0u}, {1200u, 10u, 0u}, {500u, 300u, 1u}}) {
    VersionInfo version;
    version.flops = work;
    version.bytes = sensitivity;
    version.chunks = 64;
    version.numericsClass = numerics;
    layer.versions.push_back(version);
  }
  program->layers.push_back(layer);
  return program;
}

std::vector<unsigned> row(const VersionTable &table, unsigned cores) {
  std::vector<unsigned> versions;
  for (unsigned b = 0; b < levelBucketCount; ++b)
    versions.push_back(table.version(0, cores, b));
  return versions;
}

TEST(VersionTable, KeepsTheNumericsClassWhenReproducible) {
  TestTimeModel model;
  VersionTable table(*threeVersions(), model, 4, {});
  // Level 0.2: 1200 against 1224: a gain of 2 %, below the hysteresis.
  // Level 0.4: 1400 against 1248.
  EXPECT_EQ(row(table, 1), (std::vector<unsigned>{0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(row(table, 4), row(table, 1));
}

TEST(VersionTable, UsesEveryVersionWhenFast) {
  TestTimeModel model;
  VersionTable table(*threeVersions(), model, 1, {Numerics::fast, {}, 0.03});
  // 500 * (1 + 3 L): 500 800 1100 1400 1700 2000; version 1: 1200 1224 1248
  // 1272 1296 1320.
  EXPECT_EQ(row(table, 1), (std::vector<unsigned>{2, 2, 2, 1, 1, 1}));
}

TEST(VersionTable, HysteresisKeepsTheVersion) {
  TestTimeModel model;
  VersionTable strict(*threeVersions(), model, 1,
                      {Numerics::reproducible, {}, 0});
  VersionTable lazy(*threeVersions(), model, 1,
                    {Numerics::reproducible, {}, 0.3});
  // At 0.2: 1200 < 1224 still keeps version 0.
  EXPECT_EQ(row(strict, 1), (std::vector<unsigned>{0, 0, 1, 1, 1, 1}));
  // 1320 against 2000 at level 1 is a gain of 34 %; 1296 / 1800 only 28 %.
  EXPECT_EQ(row(lazy, 1), (std::vector<unsigned>{0, 0, 0, 0, 0, 1}));
}

TEST(VersionTable, ForcedVersionIsClamped) {
  TestTimeModel model;
  VersionTable second(*threeVersions(), model, 2,
                      {Numerics::reproducible, 1, 0.03});
  EXPECT_EQ(row(second, 1), std::vector<unsigned>(levelBucketCount, 1));
  VersionTable last(*threeVersions(), model, 2,
                    {Numerics::reproducible, 9, 0.03});
  EXPECT_EQ(row(last, 2), std::vector<unsigned>(levelBucketCount, 2));
}

TEST(VersionTable, ClampsCores) {
  TestTimeModel model;
  VersionTable table(*threeVersions(), model, 2, {});
  EXPECT_EQ(table.version(0, 0, 5), table.version(0, 1, 5));
  EXPECT_EQ(table.version(0, 99, 5), table.version(0, 2, 5));
}

TEST(Levels, Buckets) {
  for (unsigned b = 0; b < levelBucketCount; ++b)
    EXPECT_EQ(bucketOfLevel(levelOfBucket(b)), b);
  EXPECT_EQ(bucketOfLevel(-1), 0u);
  EXPECT_EQ(bucketOfLevel(7), levelBucketCount - 1);
  EXPECT_EQ(bucketOfLevel(0.09), 0u);
  EXPECT_EQ(bucketOfLevel(0.11), 1u);
}

} // namespace
} // namespace veltair
