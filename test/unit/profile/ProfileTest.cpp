// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/profile/Profile.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstdio>
#include <fstream>

namespace veltair {
namespace {

using testing::HasSubstr;

Profile example() {
  Profile profile;
  profile.cpu = "a CPU";
  profile.levels = {{"quiet", 0}, {"stream", 1}};
  profile.proxy.intercept = 0.25;
  profile.proxy.weights[0] = 2;
  profile.times[{0xabcdef0123456789, "v4", "direct", 1, "quiet"}] = 100;
  profile.times[{0xabcdef0123456789, "v4", "direct", 1, "stream"}] = 200;
  profile.times[{0xabcdef0123456789, "v4", "direct", 2, "quiet"}] = 60;
  profile.times[{0xabcdef0123456789, "v4", "winograd", 1, "quiet"}] = 50;
  profile.times[{1, "v3", "direct", 1, "unknown"}] = 70;
  return profile;
}

TEST(Profile, IsReadAsItWasWritten) {
  Profile before = example();
  Result<Profile> after = parseProfile(profileText(before));
  ASSERT_TRUE(after.ok()) << after.status().message();
  EXPECT_EQ(after->cpu, before.cpu);
  EXPECT_EQ(after->levels, before.levels);
  EXPECT_EQ(after->proxy.intercept, before.proxy.intercept);
  EXPECT_EQ(after->proxy.weights, before.proxy.weights);
  EXPECT_EQ(after->times, before.times);
}

TEST(Profile, FillsATimeModel) {
  ProgramInfo program;
  program.layers.resize(1);
  program.layers[0].hash = 0xabcdef0123456789;
  program.layers[0].versions.resize(1);
  program.layers[0].versions[0].key = versionKey("v4", "direct");
  AnnotationTimeModel fallback;
  ProfileTimeModel model(fallback);
  example().fill(model);
  EXPECT_EQ(model.predict(program, 0, 0, 1, 0), 100);
  EXPECT_EQ(model.predict(program, 0, 0, 1, 0.5), 150);
  EXPECT_EQ(model.predict(program, 0, 0, 2, 0), 60);
}

TEST(Profile, OnlyQuietTimesCountAtLevel0) {
  Profile profile;
  profile.levels = {{"compute", 0}, {quietCondition, 0}, {"stream", 0}};
  profile.times[{1, "v4", "direct", 1, "compute"}] = 90;
  profile.times[{1, "v4", "direct", 1, quietCondition}] = 100;
  profile.times[{1, "v4", "direct", 1, "stream"}] = 110;
  AnnotationTimeModel fallback;
  ProfileTimeModel model(fallback);
  profile.fill(model);
  EXPECT_EQ(model.quietTime(1, versionKey("v4", "direct")), 100);
}

TEST(Profile, BadTextsAreRefused) {
  std::string good = profileText(example());
  auto refused = [&](const std::string &from, const std::string &to,
                     const std::string &says) {
    std::string bad = good;
    size_t at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    Result<Profile> profile = parseProfile(bad);
    ASSERT_FALSE(profile.ok()) << to;
    EXPECT_THAT(profile.status().message(), HasSubstr(says));
  };
  refused("{", "[", "no JSON");
  refused("{", "[", "at line 2");
  refused("profile.1", "profile.9", "schema");
  refused("\"cpu\": \"a CPU\"", "\"cpu\": 3", "'cpu'");
  refused("\"levels\"", "\"heights\"", "'levels' is missing");
  refused("\"stream\": 1.0", "\"stream\": 1.5", "'stream'");
  refused("0.25", "null", "'intercept'");
  refused("\"slowdown\"", "\"slow\"", "'slowdown'");
  refused("abcdef0123456789", "xyz", "'hash'");
  refused("abcdef0123456789", "abcdef01234567890", "'hash'");
  refused("\"cores\": 1", "\"cores\": 0", "'cores'");
  refused("\"ns\": 100", "\"ns\": -1", "'ns'");
  refused("\"ns\": 100", "\"ns\": 1e300", "'ns'");
  refused("\"ns\": 60", "\"ns\": 0", "layer 1: time 2: 'ns'");
  EXPECT_FALSE(parseProfile("").ok());
  EXPECT_FALSE(parseProfile("[]").ok());
}

TEST(Profile, OfAnotherCpuIsRefused) {
  std::string path = testing::TempDir() + "profile.json";
  std::ofstream(path) << profileText(example());
  EXPECT_TRUE(readProfile(path, "a CPU").ok());
  EXPECT_THAT(readProfile(path, "another").status().message(),
              HasSubstr("another CPU (a CPU)"));
  std::remove(path.c_str());
  EXPECT_THAT(readProfile(path, "a CPU").status().message(), HasSubstr(path));
}

} // namespace
} // namespace veltair
