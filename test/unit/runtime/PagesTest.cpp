// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Pages.h"
#include "runtime/support/MappedFile.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace veltair {
namespace {

std::vector<std::byte> someBytes(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i)
    bytes[i] = std::byte(i * 7 + i / 4096);
  return bytes;
}

TEST(Pages, AreZero) {
  constexpr size_t size = 5 << 20;
  std::byte *data = mapPages(size);
  ASSERT_TRUE(data);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 4096, 0u);
  EXPECT_TRUE(std::all_of(data, data + size,
                          [](std::byte b) { return b == std::byte(); }));
  unmapPages(data, size);
}

TEST(Pages, MoreThanThereIsIsNull) { EXPECT_FALSE(mapPages(size_t(1) << 62)); }

TEST(LargePageCopy, IsEqualOrEmpty) {
  std::vector<std::byte> bytes = someBytes((5 << 20) + 123);
  LargePageCopy copy(bytes);
  if (copy.bytes().empty())
    GTEST_SKIP() << "this system has no large pages";
  LargePageCopy moved(std::move(copy));
  EXPECT_TRUE(copy.bytes().empty());
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), moved.bytes().begin(),
                         moved.bytes().end()));
}

TEST(LargePageCopy, SmallDataStaysWhereItIs) {
  EXPECT_TRUE(LargePageCopy(someBytes(1 << 20)).bytes().empty());
  EXPECT_TRUE(LargePageCopy(std::span<const std::byte>()).bytes().empty());
}

TEST(Pages, DroppedOnesAreReadAgain) {
  std::string path = testing::TempDir() + "dropped-pages";
  std::vector<std::byte> bytes = someBytes(1 << 20);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char *>(bytes.data()),
             std::streamsize(bytes.size()));
  Result<MappedFile> file = MappedFile::open(path);
  ASSERT_TRUE(file.ok()) << file.status().message();
  dropPages(file->bytes().subspan(100, 300'000));
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), file->bytes().begin(),
                         file->bytes().end()));
  std::filesystem::remove(path);
}

} // namespace
} // namespace veltair
