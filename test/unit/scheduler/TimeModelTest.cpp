// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/TimeModel.h"

#include "TestProgram.h"

namespace veltair {
namespace {

MachineParameters simpleMachine() {
  MachineParameters machine;
  machine.flopsPerSecond = 1e9;      // 1 a nanosecond
  machine.cacheBytesPerSecond = 1e9; // 1 a nanosecond
  machine.memoryBytesPerSecond = 0.5e9;
  machine.totalMemoryBytesPerSecond = 1e9;
  machine.l3Bytes = 1000;
  machine.stageOverhead = 10;
  return machine;
}

std::shared_ptr<ProgramInfo> oneLayer(const VersionInfo &version) {
  auto program = std::make_shared<ProgramInfo>();
  program->name = "model/isa/1";
  program->layers.emplace_back().versions = {version};
  return program;
}

TEST(AnnotationTimeModel, DividesComputationByWavesOfChunks) {
  VersionInfo version;
  version.flops = 12000;
  version.chunks = 6;
  auto program = oneLayer(version);
  AnnotationTimeModel model(simpleMachine());
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 0), 12010);
  EXPECT_EQ(model.predict(*program, 0, 0, 3, 0), 4010);
  // Four cores need two waves, as three do.
  EXPECT_EQ(model.predict(*program, 0, 0, 4, 0), 4010);
  EXPECT_EQ(model.predict(*program, 0, 0, 6, 0), 2010);
  EXPECT_EQ(model.predict(*program, 0, 0, 50, 0), 2010);
}

TEST(AnnotationTimeModel, InterferenceTakesCacheAndBandwidth) {
  VersionInfo version;
  version.flops = 5000;
  version.bytes = 2000;
  version.chunks = 8;
  // 1000 bytes missed with the whole cache, 3000 with none.
  version.missCurve = {{0, 3000}, {1000, 1000}};
  auto program = oneLayer(version);
  AnnotationTimeModel model(simpleMachine());
  // Quiet: 5000 of computation hide 1000 / 0.5 = 2000.
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 0), 5010);
  // Half: 2000 / 0.5 = 4000 hidden, and half of it added.
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 0.5), 7010);
  // Full: 3000 / 0.5 = 6000, and again.
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 1), 12010);
  // Four cores share the machine's bandwidth of 1 a nanosecond.
  EXPECT_EQ(model.predict(*program, 0, 0, 4, 1), 6010);
}

TEST(AnnotationTimeModel, TheFirstVersionIsTheFastestAlone) {
  VersionInfo first, second;
  first.flops = 4000;
  first.chunks = 2;
  first.missCurve = {{0, 2000}, {1000, 0}};
  second.flops = 3000; // less, and yet slower by the compiler's knowledge
  second.chunks = 4;
  auto program = oneLayer(first);
  program->layers[0].versions.push_back(second);
  AnnotationTimeModel model(simpleMachine());
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 0), 4010);
  EXPECT_EQ(model.predict(*program, 0, 1, 1, 0), 4010);
  // Not with more cores than the first has chunks, or beside others.
  EXPECT_EQ(model.predict(*program, 0, 0, 4, 0), 2010);
  EXPECT_EQ(model.predict(*program, 0, 1, 4, 0), 1010);
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 1), 8010);
  EXPECT_EQ(model.predict(*program, 0, 1, 1, 1), 4010);
}

TEST(AnnotationTimeModel, NeedsNoAnnotations) {
  auto program = oneLayer(VersionInfo());
  EXPECT_GE(AnnotationTimeModel().predict(*program, 0, 0, 1, 0), 1);
}

TEST(ProfileTimeModel, InterpolatesAndFallsBack) {
  VersionInfo version;
  version.flops = 100;
  auto program = oneLayer(version);
  program->layers.push_back(program->layers[0]);
  TestTimeModel fallback;
  ProfileTimeModel model(fallback);
  // The first layer's only version.
  program->layers[0].hash = 7;
  uint64_t key = program->layers[0].versions[0].key = versionKey("isa", "a");
  EXPECT_NE(key, versionKey("isa", "b"));
  EXPECT_NE(key, versionKey("isb", "a"));
  model.record(7, key, 2, 0, 1000);
  model.record(7, key, 2, 1, 2000);
  model.record(7, key, 4, 0, 600);
  EXPECT_EQ(model.predict(*program, 0, 0, 2, 0), 1000);
  EXPECT_EQ(model.predict(*program, 0, 0, 2, 0.25), 1250);
  // Core times of 2000 and 2400.
  EXPECT_EQ(model.predict(*program, 0, 0, 3, 0), 2200 / 3);
  // Where nothing is measured beside others, the nearest smaller team tells.
  EXPECT_EQ(model.predict(*program, 0, 0, 3, 1), 2200 * 2 / 3);
  EXPECT_EQ(model.predict(*program, 0, 0, 4, 1), 1200);
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 1), 2000);
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 0), 1000);
  EXPECT_EQ(model.predict(*program, 0, 0, 9, 0), 600);
  EXPECT_EQ(model.predict(*program, 1, 0, 1, 0), 100);
}

TEST(ProfileTimeModel, InterpolatesSlowdowns) {
  VersionInfo version;
  auto program = oneLayer(version);
  TestTimeModel fallback;
  ProfileTimeModel model(fallback);
  program->layers[0].hash = 7;
  uint64_t key = program->layers[0].versions[0].key;
  for (unsigned cores : {2, 4, 6}) // core times of 1200
    model.record(7, key, cores, 0, 1200 / cores);
  model.record(7, key, 2, 1, 720); // 1.2 times
  model.record(7, key, 4, 1, 600); // twice
  EXPECT_EQ(model.predict(*program, 0, 0, 1, 1), 720);
  EXPECT_EQ(model.predict(*program, 0, 0, 3, 1), 640); // 1.6 times 400
  EXPECT_EQ(model.predict(*program, 0, 0, 6, 1), 400);
}

TEST(ProfileTimeModel, KnowsOnlyRecordedQuietTimes) {
  TestTimeModel fallback;
  ProfileTimeModel model(fallback);
  model.record(7, 1, 1, 0, 1000);
  model.record(7, 2, 1, 0.5, 1000);
  model.record(7, 3, 2, 0, 1000);
  EXPECT_EQ(model.quietTime(7, 1), 1000);
  for (uint64_t version : {2, 3, 4})
    EXPECT_EQ(model.quietTime(7, version), std::nullopt);
}

} // namespace
} // namespace veltair
