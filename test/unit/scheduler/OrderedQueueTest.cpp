// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/scheduler/OrderedQueue.h"

#include "gtest/gtest.h"

namespace veltair {
namespace {

struct Item {
  int value;
  int key() const { return -value; }
};

TEST(OrderedQueue, KeepsTheOrderOfTheKey) {
  Item a{1}, b{2}, c{3};
  OrderedQueue<Item, &Item::key> queue;
  EXPECT_TRUE(queue.empty());
  for (Item *item : {&b, &c, &a})
    queue.insert(*item);
  EXPECT_EQ(std::vector<Item *>(queue.begin(), queue.end()),
            (std::vector<Item *>{&c, &b, &a}));
  EXPECT_EQ(&queue.front(), &c);
  queue.erase(b);
  queue.erase(c);
  EXPECT_EQ(&queue.front(), &a);
  EXPECT_EQ(queue.size(), 1u);
}

TEST(OrderedQueue, OrdersByAMember) {
  Item a{1}, b{2};
  OrderedQueue<Item, &Item::value> queue;
  queue.insert(b);
  queue.insert(a);
  EXPECT_EQ(&queue.front(), &a);
}

} // namespace
} // namespace veltair
