// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Readings from a text, one a line: what was measured once can be looked at,
// and played again.

#ifndef VELTAIR_INTERFERENCE_RECORDEDCOUNTERS_H
#define VELTAIR_INTERFERENCE_RECORDEDCOUNTERS_H

#include "runtime/interference/ScriptedCounters.h"
#include "runtime/support/Status.h"

#include <string>
#include <string_view>
#include <vector>

namespace veltair {

// The names of a reading's fields, separated by commas: a recording's first
// line.
std::string_view recordingHeader();

// One line without its end; what is absent is left empty.
std::string recordingLine(const CounterReading &reading);

// Parses a header and lines. An error names the line.
Result<std::vector<CounterReading>> parseRecording(std::string_view text);

// Plays a recording: a reading for each call, then idle ones.
class RecordedCounters final : public ScriptedCounters {
public:
  using ScriptedCounters::ScriptedCounters;
  std::string_view name() const override { return "recorded"; }
};

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_RECORDEDCOUNTERS_H
