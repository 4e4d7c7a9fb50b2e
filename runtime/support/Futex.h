// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sleeping on a word of memory.

#ifndef VELTAIR_SUPPORT_FUTEX_H
#define VELTAIR_SUPPORT_FUTEX_H

#include <atomic>
#include <cstdint>

namespace veltair {

// Sleeps while `word` holds `value`, until it is woken or the time `until`
// (nanoseconds, as currentTime; negative: none) is reached. May return without
// any reason.
void futexWait(std::atomic<uint32_t> &word, uint32_t value, int64_t until = -1);

// Wakes one sleeper.
void futexWakeOne(std::atomic<uint32_t> &word);

} // namespace veltair

#endif // VELTAIR_SUPPORT_FUTEX_H
