// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_SUPPORT_UTF8_H
#define VELTAIR_SUPPORT_UTF8_H

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace veltair {

// True if the text is well-formed UTF-8.
// Source: The Unicode Standard 15.0, table 3-7.
inline bool isUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    auto lead = uint8_t(text[i++]);
    if (lead < 0x80)
      continue;
    if (lead < 0xC2 || lead > 0xF4)
      return false;
    // What the second byte may be; other forms would be too long, surrogates,
    // or beyond 0x10FFFF.
    uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    for (int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3; more > 0; --more) {
      if (i == text.size() || uint8_t(text[i]) < least ||
          uint8_t(text[i]) > most)
        return false;
      ++i;
      least = 0x80;
      most = 0xBF;
    }
  }
  return true;
}

} // namespace veltair

#endif // VELTAIR_SUPPORT_UTF8_H
