// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Scenario.h"
#include "tools/veltair/TrialOutcome.h"
#include "tools/veltair/UserError.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace veltair::tool {
namespace {

constexpr const char *good = R"({"seed": 7, "duration_s": 2.5,
  "satisfied": 0.99, "search": true, "tenants": [
  {"name": "a", "artifact": "a.so", "qos_ms": 20, "rate_rps": 30,
   "priority": "high", "inputs": {"x": "x.npy"}},
  {"name": "b", "artifact": "/models/b.so", "qos_ms": 0.5, "rate_rps": 2.5}]})";

std::string errorOf(std::string_view text) {
  try {
    parseScenario(text, "");
  } catch (const UserError &error) {
    return error.what();
  }
  return "no error";
}

TEST(Scenario, IsRead) {
  Scenario s = parseScenario(good, "folder");
  EXPECT_EQ(s.seed, 7u);
  EXPECT_EQ(s.durationS, 2.5);
  EXPECT_EQ(s.satisfied, 0.99);
  EXPECT_TRUE(s.search);
  ASSERT_EQ(s.tenants.size(), 2u);
  EXPECT_EQ(s.tenants[0].artifact, "folder/a.so");
  EXPECT_EQ(s.tenants[0].priority, VELTAIR_PRIORITY_HIGH);
  EXPECT_EQ(s.tenants[0].inputs.at("x"), "folder/x.npy");
  EXPECT_EQ(s.tenants[1].artifact, "/models/b.so");
  EXPECT_EQ(s.tenants[1].qosMs, 0.5);
  EXPECT_EQ(s.tenants[1].rateRps, 2.5);
  EXPECT_EQ(s.tenants[1].priority, VELTAIR_PRIORITY_MEDIUM);
}

TEST(Scenario, ErrorsNameTheKey) {
  using testing::HasSubstr;
  auto tenant = [](std::string members) {
    return R"({"tenants": [{"name": "a", "artifact": "a.so", )" + members +
           "}]}";
  };
  EXPECT_THAT(errorOf("{"), HasSubstr("no JSON"));
  EXPECT_THAT(errorOf("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(errorOf("{}"), HasSubstr("'tenants'"));
  EXPECT_THAT(errorOf(R"({"tenants": []})"), HasSubstr("'tenants'"));
  EXPECT_THAT(errorOf(R"({"tenants": [3]})"), HasSubstr("tenant 0"));
  EXPECT_THAT(errorOf(tenant(R"("rate_rps": 1)")), HasSubstr("'qos_ms'"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 1)")), HasSubstr("'rate_rps'"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 0, "rate_rps": 1)")),
              HasSubstr("'qos_ms' must be a number above 0"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": "1", "rate_rps": 1)")),
              HasSubstr("'qos_ms' must be a number"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 1, "rate_rps": 1, "qps": 2)")),
              HasSubstr("unknown key 'qps'"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 1, "rate_rps": 1, "priority": 2)")),
              HasSubstr("'priority'"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 1e10, "rate_rps": 1)")),
              HasSubstr("'qos_ms' must be a number above 0 and at most"));
  EXPECT_THAT(errorOf(tenant(R"("qos_ms": 1, "rate_rps": 1e9)")),
              HasSubstr("'rate_rps' of all tenants"));
  std::string wrong = good;
  wrong.replace(wrong.find("search"), 6, "sarch");
  EXPECT_THAT(errorOf(wrong), HasSubstr("unknown key 'sarch'"));
  wrong = good;
  wrong.replace(wrong.find("0.99"), 4, "1.01");
  EXPECT_THAT(errorOf(wrong), HasSubstr("'satisfied'"));
  wrong = good;
  wrong.replace(wrong.find("\"b\""), 3, "\"a\"");
  EXPECT_THAT(errorOf(wrong), HasSubstr("two tenants 'a'"));
}

// Else the last one would silently count.
TEST(Scenario, HasNoKeyTwice) {
  auto changed = [](const std::string &before, const std::string &after) {
    std::string text = good;
    return errorOf(text.replace(text.find(before), before.size(), after));
  };
  EXPECT_EQ(changed("\"seed\": 7", "\"seed\": 7, \"seed\": 8"),
            "the scenario has the key 'seed' twice");
  EXPECT_EQ(changed("\"rate_rps\": 2.5", "\"rate_rps\": 2.5, \"qos_ms\": 1"),
            "the scenario has the key 'qos_ms' twice in tenants[1]");
  EXPECT_EQ(changed("\"x.npy\"", "\"x.npy\", \"x\": [1, {}]"),
            "the scenario has the key 'x' twice in tenants[0].inputs");
}

TEST(MissesAllowed, AreThoseThatSatisfy) {
  Scenario s = parseScenario(good, "");
  s.tenants.pop_back();
  for (double share : {0.07, 0.5, 0.9, 0.95, 0.99, 1.0})
    for (uint64_t count : {1, 7, 99, 100, 1000}) {
      s.satisfied = share;
      uint64_t misses = missesAllowed(s, std::vector<Arrival>(count))[0];
      TrialOutcome outcome;
      outcome.tenants.resize(1);
      outcome.tenants[0].offered = count;
      outcome.tenants[0].satisfied = count - misses;
      EXPECT_TRUE(outcome.satisfies(share)) << share << " of " << count;
      --outcome.tenants[0].satisfied;
      EXPECT_FALSE(outcome.satisfies(share)) << share << " of " << count;
    }
  s.satisfied = 0.9;
  EXPECT_EQ(missesAllowed(s, std::vector<Arrival>(100))[0], 10u);
}

// Products of shares like 0.55, which a double does not hold, are rounded up.
TEST(MissesAllowed, AreCountedInDecimals) {
  for (uint64_t percent = 1; percent <= 100; ++percent)
    for (uint64_t hundreds : {1, 7, 1000})
      EXPECT_EQ(mostMisses(double(percent) / 100, 100 * hundreds),
                (100 - percent) * hundreds)
          << percent;
  EXPECT_EQ(mostMisses(0.55, 101), 45u);
}

TEST(PoissonArrivals, AreReproducibleAndIndependent) {
  Scenario s = parseScenario(good, "");
  s.durationS = 100;
  std::vector<Arrival> both = poissonArrivals(s, 1);
  EXPECT_EQ(both, poissonArrivals(s, 1));
  // The second tenant changes nothing for the first.
  std::vector<Arrival> first;
  for (const Arrival &a : both)
    if (a.tenant == 0)
      first.push_back(a);
  s.tenants.pop_back();
  EXPECT_EQ(first, poissonArrivals(s, 1));
  // 3000 expected; five standard deviations are 274.
  EXPECT_NEAR(double(first.size()), 3000, 274);
  s.seed = 8;
  EXPECT_NE(first, poissonArrivals(s, 1));
}

TEST(PoissonArrivals, ScaleOnlyStretchesTime) {
  Scenario s = parseScenario(good, "");
  s.durationS = 10;
  std::vector<Arrival> slow = poissonArrivals(s, 1);
  s.durationS = 5;
  std::vector<Arrival> fast = poissonArrivals(s, 2);
  ASSERT_EQ(slow.size(), fast.size());
  for (size_t i = 0; i < slow.size(); ++i)
    EXPECT_NEAR(double(slow[i].time), 2 * double(fast[i].time), 3);
}

} // namespace
} // namespace veltair::tool
