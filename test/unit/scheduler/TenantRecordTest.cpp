// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/TenantRecord.h"

#include "gtest/gtest.h"

#include <array>

namespace veltair {
namespace {

constexpr Time second = 1'000'000'000;

TEST(TenantRecord, CountsTheShareOfMisses) {
  TenantRecord record;
  EXPECT_EQ(record.missesUsed(0), 0);
  record.queryEnded(true);
  double once = record.missesUsed(0);
  EXPECT_GT(once, 0);
  EXPECT_GT(record.missesUsed(1), once);
  record.queryEnded(false);
  EXPECT_LT(record.missesUsed(0), once);
  // One in twenty uses all that 95 % leave, and what is long ago fades.
  for (int i = 0; i < 10000; ++i)
    record.queryEnded(i % 20 == 0);
  EXPECT_NEAR(record.missesUsed(0), 1, 0.1);
}

// Each tenant asks for so many cores, for a minute.
template <size_t count>
void load(std::array<TenantRecord, count> &tenants,
          const std::array<double, count> &cores) {
  constexpr Time step = second / 100;
  for (Time now = 0; now <= 60 * second; now += step)
    for (size_t i = 0; i < count; ++i)
      tenants[i].queryArrived(now, cores[i] * double(step));
}

template <size_t count>
void share(double cores, std::array<TenantRecord, count> &tenants) {
  std::array<TenantRecord *, count> all;
  for (size_t i = 0; i < count; ++i)
    all[i] = &tenants[i];
  shareFairly(60 * second, cores, all);
}

TEST(TenantRecord, NobodyExceedsAnIdleMachine) {
  std::array<TenantRecord, 2> tenants;
  load<2>(tenants, {0.5, 1.4});
  share(2, tenants);
  EXPECT_EQ(tenants[0].excess(), 0);
  EXPECT_EQ(tenants[1].excess(), 0);
}

// Not only when a moving average of ten seconds has followed.
TEST(TenantRecord, ANewTenantMayExceedAtOnce) {
  for (Time seconds : {2, 4, 10}) {
    TenantRecord flood, modest;
    for (Time now = second; now < (1 + seconds) * second; now += second / 10) {
      flood.queryArrived(now, 2 * double(second / 10));
      modest.queryArrived(now, 0.5 * double(second / 10));
    }
    TenantRecord *all[] = {&flood, &modest};
    shareFairly((1 + seconds) * second, 2, all);
    EXPECT_NEAR(flood.excess(), 0.25, 0.02) << seconds;
    EXPECT_EQ(modest.excess(), 0) << seconds;
  }
}

TEST(TenantRecord, ABurstIsNoExcess) {
  TenantRecord record;
  TenantRecord *all[] = {&record};
  record.queryArrived(second, 3.5 * second);
  shareFairly(second, 2, all);
  EXPECT_EQ(record.excess(), 0);
}

TEST(TenantRecord, WhoAsksForMoreThanAnEqualShareExceeds) {
  std::array<TenantRecord, 3> tenants;
  load<3>(tenants, {0.3, 2, 1.7});
  share(2, tenants); // 0.3, and 0.85 for each of the others
  EXPECT_EQ(tenants[0].excess(), 0);
  EXPECT_NEAR(tenants[1].excess(), 1.15 / 2, 0.01);
  EXPECT_NEAR(tenants[2].excess(), 0.85 / 1.7, 0.01);
}

TEST(TenantRecord, LowerPrioritiesShareWhatIsLeft) {
  std::array<TenantRecord, 3> tenants;
  tenants[0].priority = Priority::low;
  tenants[2].priority = Priority::high;
  load<3>(tenants, {0.5, 0.5, 1.25});
  share(2, tenants);
  EXPECT_NEAR(tenants[0].excess(), 0.25 / 0.5, 0.02);
  EXPECT_EQ(tenants[1].excess(), 0);
  EXPECT_EQ(tenants[2].excess(), 0);
}

TEST(TenantRecord, ExcessTellsApartThoseForWhomNothingIsLeft) {
  std::array<TenantRecord, 3> tenants;
  tenants[0].priority = Priority::high;
  load<3>(tenants, {4, 3, 0.1});
  share(2, tenants);
  EXPECT_NEAR(tenants[2].excess(), 0, 0.01); // half of a tenth of the cores
  EXPECT_GT(tenants[1].excess(), 0.9);
}

TEST(TenantRecord, ItsExcessExcusesMisses) {
  std::array<TenantRecord, 2> tenants;
  load<2>(tenants, {2, 0.5});
  share(1, tenants); // a quarter of what the first asks for
  for (int i = 0; i < 1000; ++i) {
    tenants[0].queryEnded(i % 4 != 0);
    tenants[1].queryEnded(i % 100 == 0);
  }
  EXPECT_LT(tenants[0].missesUsed(0), tenants[1].missesUsed(0));
  // An excess that ended is forgotten, and misses count.
  tenants[0].queryArrived(120 * second, 0);
  std::array<TenantRecord *, 2> all{&tenants[0], &tenants[1]};
  shareFairly(120 * second, 1, all);
  EXPECT_EQ(tenants[0].excess(), 0);
  for (int i = 0; i < 100; ++i)
    tenants[0].queryEnded(i % 10 == 0);
  EXPECT_GT(tenants[0].missesUsed(0), tenants[1].missesUsed(0));
}

} // namespace
} // namespace veltair
