// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Who completes chunks that several workers execute.

#include "runtime/executor/Claim.h"
#include "runtime/executor/Query.h"

#include <gtest/gtest.h>

using namespace veltair;

namespace {
class ClaimTest : public testing::Test {
protected:
  Claim claim;
  Trace trace;
  Query query{0, {&claim, 1}, trace};
  LayerRun run;
};
} // namespace

TEST_F(ClaimTest, AloneTheOwnerIsFirst) {
  Claim::View view;
  EXPECT_FALSE(claim.look(view));
  claim.publish(query, run, {3, 5}, 10);
  ASSERT_TRUE(claim.look(view));
  EXPECT_EQ(view.query, &query);
  EXPECT_EQ(view.run, &run);
  EXPECT_EQ(view.range.begin, 3u);
  EXPECT_EQ(view.range.end, 5u);
  EXPECT_EQ(view.begin, 10);
  auto [first, shared] = claim.finish();
  EXPECT_TRUE(first);
  EXPECT_FALSE(shared);
  EXPECT_FALSE(claim.look(view));
}

TEST_F(ClaimTest, TheBackupMayBeFirst) {
  Claim::View view;
  claim.publish(query, run, {0, 1}, 10);
  ASSERT_TRUE(claim.look(view));
  EXPECT_TRUE(claim.join(view, 20));
  EXPECT_TRUE(claim.finish(view));
  EXPECT_FALSE(claim.look(view));
  auto [first, shared] = claim.finish();
  EXPECT_FALSE(first);
  EXPECT_TRUE(shared);
}

TEST_F(ClaimTest, TheOwnerMayBeFirst) {
  Claim::View view;
  claim.publish(query, run, {0, 1}, 10);
  ASSERT_TRUE(claim.look(view));
  EXPECT_TRUE(claim.join(view, 20));
  auto [first, shared] = claim.finish();
  EXPECT_TRUE(first);
  EXPECT_TRUE(shared);
  EXPECT_FALSE(claim.finish(view));
  // Not even when the owner is at its next chunks.
  claim.publish(query, run, {1, 2}, 30);
  EXPECT_FALSE(claim.finish(view));
  EXPECT_TRUE(claim.finish().first);
}

TEST_F(ClaimTest, OneJoinsAtATime) {
  Claim::View view, other;
  claim.publish(query, run, {0, 1}, 10);
  ASSERT_TRUE(claim.look(view));
  other = view;
  EXPECT_TRUE(claim.join(view, 20));
  EXPECT_FALSE(claim.join(other, 20));
  ASSERT_TRUE(claim.look(other));
  EXPECT_EQ(other.backups(), 1u);
  EXPECT_EQ(other.begin, 20);
  EXPECT_TRUE(claim.join(other, 40));
  EXPECT_TRUE(claim.finish(other));
  EXPECT_FALSE(claim.finish(view));
  EXPECT_FALSE(claim.finish().first);
}

TEST_F(ClaimTest, AnOldViewCannotBeJoined) {
  Claim::View view;
  claim.publish(query, run, {0, 1}, 10);
  ASSERT_TRUE(claim.look(view));
  claim.finish();
  EXPECT_FALSE(claim.join(view, 20));
  claim.publish(query, run, {0, 1}, 10);
  EXPECT_FALSE(claim.join(view, 20));
  EXPECT_FALSE(claim.finish().shared);
}
