// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/MachineFile.h"
#include "tools/veltair/UserError.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace veltair;
using namespace veltair::tool;
using testing::HasSubstr;

static std::string problemOf(std::string_view text) {
  try {
    parseMachine(text);
    return "none";
  } catch (const UserError &error) {
    return error.what();
  }
}

TEST(MachineFile, ReadsUnits) {
  Machine machine = parseMachine(
      R"({"cores": 10, "cores_per_l3": 4, "l3_mib": 2, "core_gflops": 50,
          "core_cache_gb_per_s": 40, "core_memory_gb_per_s": 8.5,
          "memory_gb_per_s": 30, "stage_overhead_us": 1.5,
          "block_overhead_us": 4})");
  EXPECT_EQ(machine.cores, 10u);
  EXPECT_EQ(machine.domains(), 3u);
  EXPECT_EQ(machine.parameters.l3Bytes, 2u << 20);
  EXPECT_EQ(machine.parameters.flopsPerSecond, 50e9);
  EXPECT_EQ(machine.parameters.cacheBytesPerSecond, 40e9);
  EXPECT_EQ(machine.parameters.memoryBytesPerSecond, 8.5e9);
  EXPECT_EQ(machine.parameters.totalMemoryBytesPerSecond, 30e9);
  EXPECT_EQ(machine.parameters.stageOverhead, 1500);
  EXPECT_EQ(machine.blockOverhead, 4000);
}

TEST(MachineFile, HasDefaults) {
  Machine machine = parseMachine(R"({"cores": 3})");
  EXPECT_EQ(machine.coresPerL3, 3u);
  EXPECT_EQ(machine.domains(), 1u);
  EXPECT_EQ(machine.parameters.l3Bytes, MachineParameters().l3Bytes);
}

TEST(MachineFile, NamesWhatIsWrong) {
  EXPECT_THAT(problemOf("{"), HasSubstr("the machine is no JSON"));
  EXPECT_THAT(problemOf("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(problemOf("{}"), HasSubstr("lacks the key 'cores'"));
  EXPECT_THAT(problemOf(R"({"cores": 0})"), HasSubstr("'cores'"));
  EXPECT_THAT(problemOf(R"({"cores": 1.5})"),
              HasSubstr("'cores' must be a whole number"));
  EXPECT_THAT(problemOf(R"({"cores": 1e9})"), HasSubstr("at most"));
  EXPECT_THAT(problemOf(R"({"cores": 2, "l3_mib": "much"})"),
              HasSubstr("'l3_mib' must be a number"));
  EXPECT_THAT(problemOf(R"({"cores": 2, "sockets": 1})"),
              HasSubstr("unknown key 'sockets'"));
}
