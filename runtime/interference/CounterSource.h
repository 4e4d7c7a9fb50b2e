// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the runtime learns how much its workers are disturbed.

#ifndef VELTAIR_INTERFERENCE_COUNTERSOURCE_H
#define VELTAIR_INTERFERENCE_COUNTERSOURCE_H

#include "runtime/scheduler/TimeModel.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace veltair {

// What happened since the reading before, summed over the workers. A source
// fills what it can measure; counters can fail one by one.
struct CounterReading {
  Time duration = 0; // of the reading, wall clock

  // Worker time inside chunks that have a known quiet time, and the time that
  // the same chunks take when the machine is quiet.
  Time busy = 0;
  Time quiet = 0;

  std::optional<Time> runDelay; // of `busy`: workers had no CPU
  std::optional<uint64_t> l3Misses;
  std::optional<uint64_t> l3Accesses;
  std::optional<uint64_t> memoryReads; // cache lines
  std::optional<uint64_t> cycles;
  std::optional<uint64_t> instructions;
};

// Read by one thread at a time.
class CounterSource {
public:
  virtual ~CounterSource() = default;

  virtual std::string_view name() const = 0;

  // What happened since the last call (or the source's creation), up to `now`.
  virtual CounterReading read(Time now) = 0;
};

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_COUNTERSOURCE_H
