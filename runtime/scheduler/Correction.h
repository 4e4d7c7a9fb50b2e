// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much longer a program really takes than predicted, by the size of the
// team: what a team loses, predictions of single layers do not know. Where
// cores do not share a cache, two may be slower than one.

#ifndef VELTAIR_SCHEDULER_CORRECTION_H
#define VELTAIR_SCHEDULER_CORRECTION_H

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace veltair {

class Correction {
public:
  Correction() {
    measured.fill(1);
    hoped.fill(1);
  }

  // Teams of 1, 2, up to 4, up to 8 and so on are of one class.
  static constexpr size_t classCount = 14;
  static size_t classOf(unsigned team) {
    return std::min(size_t(std::bit_width(team - 1)), classCount - 1);
  }

  // How far a block has come by the predictions alone, so that what is learned
  // meanwhile counts for all of it.
  class Progress {
  public:
    // A team worked for this share of the time that is predicted for the block.
    void add(unsigned team, double share) { shares[classOf(team)] += share; }

  private:
    friend class Correction;
    std::array<double, classCount> shares{};
  };

  // Real time over predicted time, for choosing among teams: hoped for where it
  // was not measured for long.
  double of(unsigned team) const { return ofClass(classOf(team)); }
  double ofClass(size_t teams) const { return 1 / hoped[teams]; }

  // The same as it was measured, maybe of the next class.
  double ofMeasured(unsigned team) const { return 1 / measured[classOf(team)]; }

  // The share of the block that should be done.
  double done(const Progress &block) const;

  // Takes the progress of a block that has ended, as one.
  void learn(const Progress &block);

private:
  void hope(size_t latest);

  // Predicted time over real time. Where no blocks told it, `measured` is that
  // of the nearest class with some, a smaller one before a larger.
  std::array<double, classCount> measured, hoped;
  std::array<uint64_t, classCount> blocks{}; // that told it
  std::array<uint64_t, classCount> ages{};   // blocks since
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_CORRECTION_H
