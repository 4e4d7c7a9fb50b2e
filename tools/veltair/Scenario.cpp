// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Scenario.h"
#include "tools/veltair/ObjectReader.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/TrialOutcome.h"
#include "tools/veltair/UserError.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <set>

namespace veltair::tool {

using Json = nlohmann::json;

static veltair_priority readPriority(ObjectReader &reader) {
  if (!reader.find("priority"))
    return VELTAIR_PRIORITY_MEDIUM;
  std::string text = reader.text("priority");
  if (text == "low")
    return VELTAIR_PRIORITY_LOW;
  if (text == "medium")
    return VELTAIR_PRIORITY_MEDIUM;
  if (text == "high")
    return VELTAIR_PRIORITY_HIGH;
  reader.fail("priority", "must be low, medium or high");
}

static ScenarioTenant readTenant(const Json &json, size_t index,
                                 const std::filesystem::path &folder) {
  constexpr double longestMs = 1e9; // of the runtime
  ObjectReader reader(json, "tenant " + std::to_string(index));
  ScenarioTenant tenant;
  tenant.name = reader.text("name");
  tenant.artifact = (folder / reader.text("artifact")).string();
  tenant.qosMs = reader.positive("qos_ms", longestMs, -1);
  tenant.rateRps = reader.positive("rate_rps", 1e9, -1);
  tenant.priority = readPriority(reader);
  if (const Json *inputs = reader.find("inputs")) {
    if (!inputs->is_object())
      reader.fail("inputs", "must be an object");
    for (const auto &[name, file] : inputs->items()) {
      if (!file.is_string())
        reader.fail("inputs", "must name a file for '" + name + "'");
      tenant.inputs[name] = (folder / file.get<std::string>()).string();
    }
  }
  reader.finish();
  return tenant;
}

Scenario parseScenario(std::string_view text, const std::string &folder) {
  Json json = parseJson(text, "the scenario");
  ObjectReader reader(json, "the scenario");
  Scenario scenario;
  if (const Json *seed = reader.find("seed")) {
    if (!seed->is_number_unsigned())
      reader.fail("seed", "must be a whole number, at least 0");
    scenario.seed = seed->get<uint64_t>();
  }
  scenario.durationS = reader.positive("duration_s", 1e6, scenario.durationS);
  scenario.satisfied = reader.positive("satisfied", 1, scenario.satisfied);
  if (const Json *search = reader.find("search")) {
    if (!search->is_boolean())
      reader.fail("search", "must be true or false");
    scenario.search = search->get<bool>();
  }
  const Json *tenants = reader.find("tenants");
  if (!tenants || !tenants->is_array() || tenants->empty())
    reader.fail("tenants", "must be a list with at least one tenant");
  std::set<std::string> names;
  for (const Json &tenant : *tenants) {
    scenario.tenants.push_back(
        readTenant(tenant, scenario.tenants.size(), folder));
    if (!names.insert(scenario.tenants.back().name).second)
      reader.fail("has two tenants '" + scenario.tenants.back().name + "'");
  }
  reader.finish();
  if (totalRate(scenario) * scenario.durationS > mostArrivals)
    reader.fail("asks for more than " + std::to_string(uint64_t(mostArrivals)) +
                " queries: 'rate_rps' of all tenants times 'duration_s'");
  return scenario;
}

Scenario readScenario(const std::string &file) {
  std::string folder = std::filesystem::path(file).parent_path().string();
  return readNamed(file, [&] { return parseScenario(readFile(file), folder); });
}

double totalRate(const Scenario &scenario) {
  double sum = 0;
  for (const ScenarioTenant &tenant : scenario.tenants)
    sum += tenant.rateRps;
  return sum;
}

std::vector<Arrival> poissonArrivals(const Scenario &scenario, double scale) {
  std::vector<Arrival> arrivals;
  for (uint32_t t = 0; t < scenario.tenants.size(); ++t) {
    std::seed_seq seed{uint32_t(scenario.seed), uint32_t(scenario.seed >> 32),
                       t};
    std::mt19937_64 random(seed);
    double rate = scenario.tenants[t].rateRps * scale;
    for (double time = 0;;) {
      // The standard library's distributions differ between libraries.
      double uniform = (double(random() >> 11) + 0.5) * 0x1p-53;
      time += -std::log(uniform) / rate;
      if (time >= scenario.durationS)
        break;
      arrivals.push_back({uint64_t(time * 1e9), t});
    }
  }
  std::sort(arrivals.begin(), arrivals.end(),
            [](const Arrival &a, const Arrival &b) {
              return std::tie(a.time, a.tenant) < std::tie(b.time, b.tenant);
            });
  return arrivals;
}

std::vector<uint64_t> missesAllowed(const Scenario &scenario,
                                    const std::vector<Arrival> &arrivals) {
  std::vector<uint64_t> allowed(scenario.tenants.size());
  for (const Arrival &arrival : arrivals)
    ++allowed[arrival.tenant];
  for (uint64_t &count : allowed)
    count = mostMisses(scenario.satisfied, count);
  return allowed;
}

} // namespace veltair::tool
