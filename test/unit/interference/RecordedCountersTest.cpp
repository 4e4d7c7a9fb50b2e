// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/RecordedCounters.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace veltair {
namespace {

TEST(RecordedCounters, PlaysWhatWasRecorded) {
  CounterReading full{10, 20, 15, 3, 1, 2, 3, 4, 5};
  CounterReading sparse;
  sparse.duration = 7;
  std::string text = std::string(recordingHeader()) + "\n" +
                     recordingLine(full) + "\n" + recordingLine(sparse) + "\n";
  EXPECT_EQ(recordingLine(full), "10,20,15,3,1,2,3,4,5");
  EXPECT_EQ(recordingLine(sparse), "7,0,0,,,,,,");
  Result<std::vector<CounterReading>> readings = parseRecording(text);
  ASSERT_TRUE(readings.ok()) << readings.status().message();
  RecordedCounters counters(std::move(*readings));
  EXPECT_EQ(counters.name(), "recorded");
  CounterReading first = counters.read(0);
  EXPECT_EQ(recordingLine(first), recordingLine(full));
  EXPECT_EQ(recordingLine(counters.read(0)), recordingLine(sparse));
  EXPECT_EQ(counters.read(0).duration, 0);
}

TEST(RecordedCounters, BadRecordingsAreRefused) {
  std::string header = std::string(recordingHeader()) + "\n";
  EXPECT_TRUE(parseRecording(header).ok());
  for (std::string bad :
       {std::string(), std::string("duration\n"), header + "1,2\n",
        header + "1,2,3,,,,,,,9\n", header + "1,2,3,,,,,,x\n",
        header + "1,2,3,,,,,,-1\n", header + "1,-2,3,,,,,,\n", header + "\n",
        header + "1,2,3,,,,,,\n,,,,,,,,\n"}) {
    Result<std::vector<CounterReading>> readings = parseRecording(bad);
    EXPECT_FALSE(readings.ok()) << bad;
    EXPECT_THAT(readings.status().message(), testing::HasSubstr("line "));
  }
}

} // namespace
} // namespace veltair
