// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/RecordedCounters.h"

#include <charconv>

namespace veltair {

// Calls `visit` with each field, in the order of the header.
template <typename Reading, typename Visit>
static void forEachField(Reading &reading, Visit visit) {
  visit(reading.duration);
  visit(reading.busy);
  visit(reading.quiet);
  visit(reading.runDelay);
  visit(reading.l3Misses);
  visit(reading.l3Accesses);
  visit(reading.memoryReads);
  visit(reading.cycles);
  visit(reading.instructions);
}

std::string_view recordingHeader() {
  return "duration,busy,quiet,runDelay,l3Misses,l3Accesses,memoryReads,cycles,"
         "instructions";
}

template <typename T> static std::string fieldText(const T &value) {
  char text[64];
  auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return std::string(text, end);
}
template <typename T>
static std::string fieldText(const std::optional<T> &value) {
  return value ? fieldText(*value) : std::string();
}

std::string recordingLine(const CounterReading &reading) {
  std::string line;
  bool first = true;
  forEachField(reading, [&](const auto &field) {
    line += (std::exchange(first, false) ? "" : ",") + fieldText(field);
  });
  return line;
}

template <typename T> static bool parseField(std::string_view text, T &value) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}
template <typename T>
static bool parseField(std::string_view text, std::optional<T> &value) {
  if (text.empty())
    return true;
  return parseField(text, value.emplace());
}

// Takes what is before the next `end` off the front of `text`.
static std::string_view takeUntil(std::string_view &text, char end) {
  size_t size = std::min(text.find(end), text.size());
  std::string_view part = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return part;
}

Result<std::vector<CounterReading>> parseRecording(std::string_view text) {
  if (takeUntil(text, '\n') != recordingHeader())
    return Status::error(VELTAIR_INVALID_ARGUMENT,
                         "line 1 of the recording is not '", recordingHeader(),
                         "'");
  std::vector<CounterReading> readings;
  for (unsigned number = 2; !text.empty(); ++number) {
    std::string_view line = takeUntil(text, '\n');
    bool good = true;
    forEachField(readings.emplace_back(), [&](auto &field) {
      good &= parseField(takeUntil(line, ','), field);
    });
    if (!good || !line.empty())
      return Status::error(VELTAIR_INVALID_ARGUMENT, "line ", number,
                           " of the recording is not nine numbers");
  }
  return readings;
}

} // namespace veltair
