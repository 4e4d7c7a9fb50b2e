// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/Triage.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace veltair {
namespace {

// Which of the claims are kept, in order.
std::vector<bool> kept(std::vector<Triage::Claim> claims) {
  Triage triage;
  triage.run(claims);
  std::vector<bool> result;
  for (const Triage::Claim &claim : claims)
    result.push_back(claim.kept);
  return result;
}

using Kept = std::vector<bool>;

TEST(Triage, KeepsAllThatFit) {
  TenantRecord a, b;
  EXPECT_EQ(kept({}), Kept());
  EXPECT_EQ(kept({{100, 100, &a}, {200, 100, &b}}), Kept({true, true}));
}

TEST(Triage, GivesUpNothingInVain) {
  TenantRecord a, b, low;
  low.priority = Priority::low;
  // The second is late whatever is given up for it.
  EXPECT_EQ(kept({{20, 10, &low}, {30, 1000, &a}, {500, 10, &b}}),
            Kept({true, false, true}));
  // The small one of the low priority frees too little for the large one.
  EXPECT_EQ(kept({{100, 10, &low}, {100, 80, &a}, {100, 50, &b}}),
            Kept({true, false, true}));
}

TEST(Triage, GivesUpNobodyForWhatCannotBeInTime) {
  TenantRecord low, high;
  low.priority = Priority::low;
  high.priority = Priority::high;
  std::vector<Triage::Claim> claims(40, {100, 1, &low});
  claims.push_back({200, 1000, &high});
  Kept expected(41, true);
  expected.back() = false;
  EXPECT_EQ(kept(claims), expected);
}

TEST(Triage, TellsTheSlackOfThoseKept) {
  TenantRecord a;
  Triage triage;
  std::vector<Triage::Claim> claims;
  EXPECT_EQ(triage.run(claims), std::numeric_limits<double>::max());
  claims = {{100, 50, &a}, {200, 130, &a}, {250, 50, &a}};
  EXPECT_EQ(triage.run(claims), 20); // 50, 20, 20
  claims = {{70, 50, &a}, {170, 130, &a}, {220, 50, &a}};
  EXPECT_EQ(triage.run(claims), 20); // 20; without the second, 120
  claims = {{100, 100, &a}, {200, 30, &a}};
  EXPECT_EQ(triage.run(claims), 0);
}

TEST(Triage, GivesUpTheMostWorkAmongEquals) {
  TenantRecord a, b;
  // All end at 440; without the second, the others end at 240.
  EXPECT_EQ(kept({{400, 50, &a}, {400, 200, &b}, {400, 190, &a}}),
            Kept({true, false, true}));
  // Of one tenant: the longest, even if another one is late.
  EXPECT_EQ(kept({{400, 300, &a}, {410, 200, &a}}), Kept({false, true}));
}

TEST(Triage, SharesMisses) {
  TenantRecord a, b;
  a.queryEnded(true);
  EXPECT_EQ(kept({{100, 100, &a}, {100, 50, &b}}), Kept({true, false}));
  // More queries in time make up for it, and misses already decided count.
  for (int i = 0; i < 100; ++i)
    b.queryEnded(false);
  EXPECT_EQ(kept({{100, 100, &b}, {100, 100, &b}, {100, 100, &a}}),
            Kept({false, false, true}));
}

TEST(Triage, AStricterShareSparesLess) {
  TenantRecord a, b;
  a.qosShare = 0.99;
  b.qosShare = 0.9;
  a.queryEnded(true);
  for (int i = 0; i < 5; ++i)
    b.queryEnded(true); // half of its 10 %; the other has its 1 % five times
  EXPECT_EQ(kept({{100, 100, &a}, {100, 100, &b}}), Kept({true, false}));
}

// However many of its queries wait, and however few it may miss.
TEST(Triage, WhoAsksForTooMuchGivesWayFirst) {
  for (double qosShare : {0.95, 1.0}) {
    TenantRecord flood, modest;
    flood.qosShare = qosShare;
    flood.queryArrived(0, 300e9);
    modest.queryArrived(0, 0.9e9);
    TenantRecord *all[] = {&flood, &modest};
    shareFairly(0, 1, all);
    for (int i = 0; i < 500; ++i) {
      flood.queryEnded(i % 3 == 0);
      modest.queryEnded(i % 100 == 0);
    }
    std::vector<Triage::Claim> claims(1000, {100, 1, &flood});
    claims.push_back({101, 1, &modest});
    claims.push_back({101, 1, &modest});
    std::vector<bool> result = kept(claims);
    EXPECT_TRUE(result[1000] && result[1001]);
    EXPECT_EQ(std::count(result.begin(), result.end(), true), 101);
  }
}

TEST(Triage, LowPriorityGivesWay) {
  TenantRecord low, high;
  low.priority = Priority::low;
  high.priority = Priority::high;
  low.queryEnded(true);
  EXPECT_EQ(kept({{100, 60, &low}, {100, 80, &high}}), Kept({false, true}));
}

} // namespace
} // namespace veltair
