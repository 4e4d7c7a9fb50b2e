// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/RateSearch.h"

#include <gtest/gtest.h>

using namespace veltair::tool;

namespace {

// A server that keeps its targets up to `limit` queries a second.
class Server {
public:
  explicit Server(double limit) : limit(limit) {}

  TrialOutcome operator()(const std::vector<Arrival> &arrivals, bool) {
    ++trials;
    TrialOutcome outcome;
    uint64_t offered = arrivals.size();
    bool ok = double(offered) <= limit * duration;
    outcome.tenants = {{offered, offered, 0, 0, 0, ok ? offered : 0, {}}};
    return outcome;
  }

  static constexpr double duration = 500;
  double limit;
  int trials = 0;
};

Scenario scenario(double rate, bool search) {
  Scenario scenario;
  scenario.durationS = Server::duration;
  scenario.search = search;
  scenario.tenants.resize(1);
  scenario.tenants[0].rateRps = rate;
  return scenario;
}

} // namespace

TEST(RateSearch, FindsTheBorderFromBelowAndAbove) {
  for (double guess : {3.0, 100.0, 700.0}) {
    Server server(100);
    Played played =
        playScenario(scenario(guess, true), std::ref(server), false);
    ASSERT_TRUE(played.maxRate);
    // Within the tolerance, and the arrivals' own spread.
    EXPECT_NEAR(*played.maxRate, 100, 3);
    EXPECT_EQ(played.rate, *played.maxRate);
    EXPECT_TRUE(played.outcome.satisfies(1));
  }
}

// It would be satisfied at a rate at which it has no request.
TEST(RateSearch, NoRateSatisfiesAnImpossibleTarget) {
  Scenario impossible = scenario(10, true);
  impossible.durationS = 10;
  auto trial = [](const std::vector<Arrival> &arrivals, bool) {
    TrialOutcome outcome;
    uint64_t offered = arrivals.size();
    outcome.tenants = {{offered, offered, 0, 0, 0, 0, {}}};
    return outcome;
  };
  Played played = playScenario(impossible, trial, false);
  ASSERT_TRUE(played.maxRate);
  EXPECT_EQ(*played.maxRate, 0);
}

TEST(RateSearch, WithoutSearchPlaysOnce) {
  Server server(100);
  Played played = playScenario(scenario(120, false), std::ref(server), false);
  EXPECT_EQ(server.trials, 1);
  EXPECT_FALSE(played.maxRate);
  EXPECT_EQ(played.rate, 120);
  EXPECT_FALSE(played.outcome.satisfies(0.95));
}
