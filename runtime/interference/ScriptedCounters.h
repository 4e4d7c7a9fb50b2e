// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Readings from a list, for tests and replay.

#ifndef VELTAIR_INTERFERENCE_SCRIPTEDCOUNTERS_H
#define VELTAIR_INTERFERENCE_SCRIPTEDCOUNTERS_H

#include "runtime/interference/CounterSource.h"

#include <utility>
#include <vector>

namespace veltair {

// Gives its readings one after the other; after the last, idle ones.
class ScriptedCounters : public CounterSource {
public:
  explicit ScriptedCounters(std::vector<CounterReading> script)
      : script(std::move(script)) {}

  std::string_view name() const override { return "scripted"; }

  CounterReading read(Time now) override {
    return next < script.size() ? script[next++] : CounterReading();
  }

private:
  std::vector<CounterReading> script;
  size_t next = 0;
};

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_SCRIPTEDCOUNTERS_H
