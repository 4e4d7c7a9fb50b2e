// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of the system, in large pages where it has them: a model streams
// through more small ones than a TLB holds, and in a virtual machine each miss
// walks two page tables.

#ifndef VELTAIR_SUPPORT_PAGES_H
#define VELTAIR_SUPPORT_PAGES_H

#include <cstddef>
#include <span>
#include <utility>

namespace veltair {

// Zeros, aligned to pages; null when there is no memory. Thread safe.
std::byte *mapPages(size_t size);
void unmapPages(std::byte *data, size_t size);

// Gives back the pages of the system that lie in memory which a file backs;
// what is touched later is read from the file.
void dropPages(std::span<const std::byte> mapped);

// A copy of data that does not change.
class LargePageCopy {
public:
  LargePageCopy() = default;
  // Empty where large pages would not help or cannot be had.
  explicit LargePageCopy(std::span<const std::byte> data);
  LargePageCopy(LargePageCopy &&other) noexcept
      : copy(std::exchange(other.copy, {})) {}
  LargePageCopy &operator=(LargePageCopy &&other) noexcept {
    std::swap(copy, other.copy);
    return *this;
  }
  ~LargePageCopy();

  std::span<const std::byte> bytes() const { return copy; }

private:
  std::span<std::byte> copy;
};

} // namespace veltair

#endif // VELTAIR_SUPPORT_PAGES_H
