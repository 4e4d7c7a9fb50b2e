// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Utf8.h"

#include <gtest/gtest.h>

using namespace veltair;

TEST(Utf8, WellFormed) {
  for (const char *text :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
        "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
        "\xE5\xB1\x82 7"})
    EXPECT_TRUE(isUtf8(text)) << text;
}

TEST(Utf8, IllFormed) {
  for (const char *text :
       {"\x80", "a\xFF", "\xC0\x80", "\xC1\xBF", // too long
        "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",      // too
        "\xED\xA0\x80", "\xED\xBF\xBF",          // surrogates
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",  // beyond
        "\xC2", "\xC2z", "\xE5\xB1", "\xE5\xB1z", "\xF0\x90\x80",
        "\xF0\x90\x80z", // cut off
        "\xB1\xE5"})
    EXPECT_FALSE(isUtf8(text)) << text;
}
