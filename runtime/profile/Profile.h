// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `veltair calibrate` measured on one CPU, and its file.

#ifndef VELTAIR_PROFILE_PROFILE_H
#define VELTAIR_PROFILE_PROFILE_H

#include "runtime/interference/LevelEstimator.h"
#include "runtime/scheduler/TimeModel.h"
#include "runtime/support/Status.h"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace veltair {

// The condition of a machine that does nothing else; its level is 0.
inline constexpr const char *quietCondition = "quiet";

struct Profile {
  // Which version of which layer, on how many cores, beside what.
  struct Key {
    uint64_t layerHash;
    std::string isa;
    std::string schedule;
    unsigned cores;
    std::string condition;

    auto operator<=>(const Key &) const = default;
  };

  std::string cpu; // cpuName()
  // The interference level of each condition.
  std::map<std::string, double> levels;
  LinearProxy proxy;
  std::map<Key, Time> times; // nanoseconds, of the whole layer

  // Records the times of the conditions whose level is known. At level 0 only
  // the quiet times count: others that slowed nothing down would replace them.
  void fill(ProfileTimeModel &model) const;
};

// The file's text, and back. Every field is checked; an error says which.
std::string profileText(const Profile &profile);
Result<Profile> parseProfile(std::string_view text);

// Reads a file, and refuses one of another CPU than `cpu`.
Result<Profile> readProfile(const std::string &path, std::string_view cpu);

} // namespace veltair

#endif // VELTAIR_PROFILE_PROFILE_H
