// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time that one chunk of each stage takes on a quiet machine.

#ifndef VELTAIR_INTERFERENCE_QUIETTIMES_H
#define VELTAIR_INTERFERENCE_QUIETTIMES_H

#include "runtime/scheduler/TimeModel.h"

#include <atomic>
#include <memory>
#include <vector>

namespace veltair {

// Of one program. Times that were not calibrated are learned: the quiet time is
// the least one seen, let rise by 0.1 % a second so that one lucky stage is
// forgotten, in minutes.
// Thread safe without locks; a lost update of a learned time does no harm.
class QuietTimes {
public:
  explicit QuietTimes(const ProgramInfo &program);

  // The index of a stage, for the calls below.
  size_t slot(unsigned layer, unsigned version, unsigned stage) const {
    return stages[versions[layer] + version] + stage;
  }

  // Sets a calibrated time, in nanoseconds a chunk, which is then not learned.
  void calibrate(size_t slot, double perChunk);

  // Nanoseconds a chunk; 0: not known.
  float perChunk(size_t slot) const {
    return entries[slot].perChunk.load(std::memory_order_relaxed);
  }

  // Takes all `chunks` chunks of a stage, which took `elapsed` together until
  // `now`, and returns the time that they take when quiet.
  Time observe(size_t slot, unsigned chunks, Time elapsed, Time now);

private:
  struct Entry {
    std::atomic<float> perChunk{0}; // 0: not seen
    std::atomic<Time> changed{0};   // when it was set or rose the last time
    std::atomic<bool> calibrated{false};
  };

  std::vector<size_t> versions; // first version of each layer in `stages`
  std::vector<size_t> stages;   // first entry of each version
  std::unique_ptr<Entry[]> entries;
};

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_QUIETTIMES_H
