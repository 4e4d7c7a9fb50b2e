// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The hash of artifacts: xxh3, 64 bits.

#ifndef VELTAIR_SUPPORT_HASH_H
#define VELTAIR_SUPPORT_HASH_H

#include <cstddef>
#include <cstdint>
#include <span>

namespace veltair {

uint64_t hashBytes(std::span<const std::byte> bytes);

} // namespace veltair

#endif // VELTAIR_SUPPORT_HASH_H
