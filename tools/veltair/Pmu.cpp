// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// veltair pmu: which hardware counters this machine offers, and what the
// runtime uses.

#include "tools/veltair/Commands.h"
#include "tools/veltair/PrintJson.h"

#include "runtime/interference/PerfCounters.h"

#include <cstdio>
#include <memory>
#include <unistd.h>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

static Json describeEvents(const Pmu &pmu) {
  PerfSystem system;
  PerfGroup group(pmu, system);
  Json events = Json::array();
  for (unsigned i = 0; i < pmuCounterCount; ++i) {
    auto counter = PmuCounter(i);
    int failure = group.failure(counter);
    char config[32];
    std::snprintf(config, sizeof(config), "0x%llx",
                  static_cast<unsigned long long>(pmu.events[i].config));
    events.push_back({{"counter", pmuCounterName(counter)},
                      {"event", pmu.events[i].name},
                      {"config", config},
                      {"used", failure == 0},
                      {"state", perfFailureText(failure)}});
  }
  return events;
}

static Json describe() {
  const Pmu *pmu = findPmu(thisCpu());
  std::optional<int> paranoid = perfParanoidLevel();
  Json events = pmu ? describeEvents(*pmu) : Json::array();
  bool perf = false;
  for (const Json &event : events)
    perf |= event["used"].get<bool>();
  uint64_t descriptors = descriptorLimit();
  bool affordable = leavesDescriptors(veltair_default_threads(), descriptors);
  Json document = {{"schema", "veltair.pmu.1"},
                   {"pmu", pmu ? Json(pmu->name) : Json()},
                   {"about", pmu ? Json(pmu->about) : Json()},
                   {"perf_event_paranoid", paranoid ? Json(*paranoid) : Json()},
                   {"run_delay", access("/proc/self/schedstat", R_OK) == 0},
                   {"events", events},
                   {"descriptor_limit", descriptors},
                   {"enough_descriptors", affordable},
                   {"source", perf && affordable ? "perf" : "software"}};
  return document;
}

static void print(const Json &found) {
  if (found["pmu"].is_null())
    std::printf("no events are known for this CPU\n");
  else
    std::printf("%s (%s)\n", found["about"].get<std::string>().c_str(),
                found["pmu"].get<std::string>().c_str());
  if (!found["perf_event_paranoid"].is_null())
    std::printf("perf_event_paranoid %d\n",
                found["perf_event_paranoid"].get<int>());
  for (const Json &event : found["events"])
    std::printf("  %-14s %s\n  %-14s %s\n",
                event["counter"].get<std::string>().c_str(),
                event["event"].get<std::string>().c_str(), "",
                event["state"].get<std::string>().c_str());
  if (!found["enough_descriptors"].get<bool>())
    std::printf("counters for all workers would take too many of the %llu file "
                "descriptors (ulimit -n)\n",
                found["descriptor_limit"].get<unsigned long long>());
  std::printf("time that workers wait for a CPU: %s\n",
              found["run_delay"].get<bool>() ? "measured" : "not known");
  std::printf("interference is measured by the run time of layers%s\n",
              found["source"] == "perf"
                  ? ", and by the counters above if a profile weighs them"
                  : " alone");
}

void execute(const PmuCommand &command) {
  Json found = describe();
  if (command.json)
    printJson(found);
  else
    print(found);
}

} // namespace veltair::tool
