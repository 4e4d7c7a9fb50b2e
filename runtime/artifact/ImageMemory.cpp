// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/ImageMemory.h"
#include "runtime/support/Numbers.h"

#include <cstring>

namespace veltair {

bool ImageMemory::contains(const void *address, uint64_t size,
                           uint64_t alignment) const {
  auto begin = reinterpret_cast<uintptr_t>(address);
  if (!begin || begin % alignment)
    return false;
  if (!bounded)
    return true;
  for (const Segment &s : segments)
    if (begin >= s.begin && fits(begin - s.begin, size, s.end - s.begin))
      return true;
  return false;
}

bool ImageMemory::containsCode(uintptr_t address) const {
  if (!bounded)
    return address != 0;
  for (const Segment &s : segments)
    if (s.executable && address >= s.begin && address < s.end)
      return true;
  return false;
}

bool ImageMemory::containsString(const char *text) const {
  auto begin = reinterpret_cast<uintptr_t>(text);
  if (!bounded)
    return begin != 0;
  for (const Segment &s : segments)
    if (begin >= s.begin && begin < s.end)
      return std::memchr(text, 0, s.end - begin);
  return false;
}

} // namespace veltair
