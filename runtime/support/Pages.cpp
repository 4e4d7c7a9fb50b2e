// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Pages.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace veltair {

// The size on x86-64.
static constexpr size_t largePage = size_t(2) << 20;

std::byte *mapPages(size_t size) {
  void *data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, /*fd=*/-1, /*offset=*/0);
  if (data == MAP_FAILED)
    return nullptr;
  // A wish: without large pages it fails.
  if (size >= largePage)
    madvise(data, size, MADV_HUGEPAGE);
  return static_cast<std::byte *>(data);
}

void unmapPages(std::byte *data, size_t size) { munmap(data, size); }

void dropPages(std::span<const std::byte> mapped) {
  auto pageSize = uintptr_t(sysconf(_SC_PAGESIZE));
  auto begin = reinterpret_cast<uintptr_t>(mapped.data());
  uintptr_t end = (begin + mapped.size()) / pageSize * pageSize;
  begin = (begin + pageSize - 1) / pageSize * pageSize;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

// "always [madvise] never": what is chosen stands in brackets.
static bool hasLargePages() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string text;
  return std::getline(file, text) && text.find("[never]") == text.npos;
}

LargePageCopy::LargePageCopy(std::span<const std::byte> data) {
  if (data.size() < largePage || !hasLargePages())
    return;
  std::byte *pages = mapPages(data.size());
  if (!pages)
    return;
  copy = {pages, data.size()};
  std::copy(data.begin(), data.end(), copy.begin());
  mprotect(copy.data(), copy.size(), PROT_READ);
}

LargePageCopy::~LargePageCopy() {
  if (!copy.empty())
    unmapPages(copy.data(), copy.size());
}

} // namespace veltair
