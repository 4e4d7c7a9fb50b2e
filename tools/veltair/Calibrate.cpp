// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair calibrate: how long every version of every layer takes, on how many
// cores, alone and beside others.

#include "tools/veltair/Antagonist.h"
#include "tools/veltair/Latency.h"
#include "tools/veltair/PrintJson.h"
#include "tools/veltair/RunningModel.h"
#include "tools/veltair/ServedModel.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include "runtime/artifact/Programs.h"
#include "runtime/interference/ProxyFit.h"
#include "runtime/profile/Profile.h"
#include "runtime/support/CpuFeatures.h"
#include "runtime/support/CpuTopology.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <thread>

#include <cpuid.h>
#include <unistd.h>

namespace veltair::tool {

// The condition of a model that runs on the other cores.
static constexpr const char *neighbour = "model";

using Json = nlohmann::ordered_json;

namespace {

// One measurement of all layers of a program.
struct Step {
  std::string artifact;
  uint32_t program;
  std::string name; // of the program
  uint32_t version = 0;
  uint32_t cores = 0;
  std::string condition = {};
};

class Calibration {
public:
  explicit Calibration(const CalibrateCommand &command);
  void run();

private:
  std::vector<Step> plan() const;
  void planProgram(Step step, const veltair_program &program,
                   std::vector<Step> &steps) const;
  bool known(const Step &step, const veltair_program &program) const;
  CpuTopology::Sharing sharing(uint32_t team) const;
  // Says which teams cannot be measured beside others.
  void tellAlone(const std::vector<Step> &steps) const;
  // False if the CPUs did not let it: nothing is recorded.
  bool measure(const Step &step);
  std::vector<std::optional<double>> layerTimes(ServedModel &model);
  Profile::Key key(const veltair_program &program, uint32_t layer,
                   const Step &step) const;
  // The levels of the conditions, and the proxy.
  void conclude();
  void save() const;
  void print() const;
  Json describe() const;

  const CalibrateCommand &command;
  RunOptions options;
  size_t measured = 0, leftOut = 0;        // steps
  std::map<std::string, double> slowdowns; // means, by condition
  size_t proxySamples = 0;
  double proxyError = 0; // leave-one-out
  Profile profile;
  std::vector<uint32_t> cpus;           // a team has the first of them
  std::optional<CpuTopology> topology;  // none: it cannot be relied on
  std::map<uint32_t, int> stepsLeftOut; // in a row, by the team's size
};

} // namespace

//===----------------------------------------------------------------------===//
// Plan
//===----------------------------------------------------------------------===//

// True if CPUs may lie elsewhere than the system tells, and be moved.
static bool isVirtualMachine() {
  unsigned eax, ebx, ecx, edx;
  constexpr unsigned hypervisor = 1u << 31;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx & hypervisor;
}

Calibration::Calibration(const CalibrateCommand &command) : command(command) {
  options.isa = command.isa;
  Runtime runtime;
  cpus.resize(veltair_runtime_cpus(runtime.get(), nullptr, 0));
  veltair_runtime_cpus(runtime.get(), cpus.data(), uint32_t(cpus.size()));
  // As many as may be busy at once: a quota would slow a model down for what
  // others do.
  uint32_t allowed = runtime.threads();
  uint32_t most = command.threads ? command.threads : allowed;
  if (most > allowed)
    throw UserError("there are " + std::to_string(allowed) +
                    " CPUs to calibrate on, not " + std::to_string(most));
  // Teams as a runtime's first workers are.
  CpuTopology told(cpus);
  cpus = told.coresFirst();
  cpus.resize(most);
  if (!isVirtualMachine())
    topology = std::move(told);
  profile.cpu = cpuName();
  if (!std::filesystem::exists(command.output))
    return;
  Result<Profile> before = readProfile(command.output, profile.cpu);
  if (!before.ok())
    throw UserError(before.status().message());
  profile = std::move(*before);
}

// The core counts: 1, 2, 4 … and all.
static std::vector<uint32_t> coreCounts(uint32_t most) {
  std::vector<uint32_t> counts;
  for (uint32_t c = 1; c < most; c *= 2)
    counts.push_back(c);
  counts.push_back(most);
  return counts;
}

Profile::Key Calibration::key(const veltair_program &program, uint32_t layer,
                              const Step &step) const {
  const veltair_layer &l = program.layers[layer];
  uint32_t version = std::min(step.version, l.version_count - 1);
  return {l.hash, program.isa, l.versions[version].schedule, step.cores,
          step.condition};
}

bool Calibration::known(const Step &step,
                        const veltair_program &program) const {
  bool any = false;
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    bool isKnown = profile.times.count(key(program, l, step));
    // A guard may have skipped the layer, and will again.
    if (!isKnown && program.layers[l].guard == VELTAIR_NONE)
      return false;
    any |= isKnown;
  }
  return any;
}

// Whether the CPUs of a team and all others share an L3 cache.
CpuTopology::Sharing Calibration::sharing(uint32_t team) const {
  if (!topology)
    return CpuTopology::Sharing::unknown;
  std::span<const uint32_t> all = cpus;
  return topology->sharing(all.first(team), all.subspan(team));
}

std::vector<Step> Calibration::plan() const {
  std::vector<Step> steps;
  Runtime runtime;
  for (const std::string &artifact : command.artifacts) {
    ServedModel model(runtime, artifact, options);
    for (uint32_t program : model.programs())
      planProgram(
          {artifact, program,
           programName(model.artifact(), model.artifact().programs[program])},
          model.artifact().programs[program], steps);
  }
  return steps;
}

// All versions, core counts and conditions of a program.
void Calibration::planProgram(Step step, const veltair_program &program,
                              std::vector<Step> &steps) const {
  uint32_t versions = 0;
  for (uint32_t l = 0; l < program.layer_count; ++l)
    versions = std::max(versions, program.layers[l].version_count);
  auto add = [&](const char *condition) {
    step.condition = condition;
    if (!known(step, program))
      steps.push_back(step);
  };
  for (uint32_t cores : coreCounts(uint32_t(cpus.size())))
    for (uint32_t version = 0; version < versions; ++version) {
      step.version = version;
      step.cores = cores;
      add(quietCondition);
      // Beside others only where these have cores of their own, and a cache
      // to share.
      if (cores == cpus.size() || sharing(cores) == CpuTopology::Sharing::no)
        continue;
      for (const Antagonist &antagonist : antagonists())
        add(antagonist.name);
      add(neighbour);
    }
}

//===----------------------------------------------------------------------===//
// Measuring
//===----------------------------------------------------------------------===//

// The median time of each layer, in nanoseconds; none of one that its guard
// skipped.
std::vector<std::optional<double>> Calibration::layerTimes(ServedModel &model) {
  const veltair_program &program = model.selected();
  std::vector<Tensor> outputs = model.makeOutputs();
  std::vector<veltair_output> views = outputViews(outputs);
  std::vector<veltair_layer_time> latest(program.layer_count);
  veltair_query_options options = {};
  options.size = sizeof(options);
  options.layer_times = latest.data();
  options.layer_times_capacity = program.layer_count;
  std::vector<std::vector<double>> times(program.layer_count);
  constexpr int warmUps = 2;
  constexpr size_t leastRuns = 5;
  uint64_t end = 0;
  for (int i = -warmUps; i < int(leastRuns) || veltair_now_ns() < end; ++i) {
    model.tenant().run(model.inputs(), views, &options);
    if (i < 0) {
      end = veltair_now_ns() + uint64_t(command.secondsPerStep * 1e9);
      continue;
    }
    for (uint32_t l = 0; l < program.layer_count; ++l)
      if (latest[l].cores)
        times[l].push_back(double(latest[l].end_ns - latest[l].begin_ns));
  }
  std::vector<std::optional<double>> medians(program.layer_count);
  for (uint32_t l = 0; l < program.layer_count; ++l)
    if (!times[l].empty())
      medians[l] = Latencies(std::move(times[l])).percentile(50);
  return medians;
}

// Whether some CPU of the team shares an L3 cache with some of the others now.
static bool shareNow(std::span<const uint32_t> team,
                     std::span<const uint32_t> others) {
  constexpr double sharedBelow = 150; // ns; about 60 inside, 310 across
  // Those that lie beside each other first; a pair takes some milliseconds.
  constexpr size_t farthest = 8;
  for (size_t distance = 0; distance < farthest; ++distance)
    for (size_t i = 0; i <= distance && i < team.size(); ++i)
      if (size_t j = distance - i; j < others.size())
        if (lineRoundTrip(team[team.size() - 1 - i], others[j]) < sharedBelow)
          return true;
  return false;
}

bool Calibration::measure(const Step &step) {
  // Beside others a batch counts only if the CPUs shared their L3 cache all
  // the while, which a hypervisor may not let them. When it has not done so for
  // many steps, the others are left to another calibration.
  constexpr int tries = 3, mostLeftOut = 20;
  bool probed = step.condition != quietCondition &&
                sharing(step.cores) == CpuTopology::Sharing::unknown;
  int &leftOutBefore = stepsLeftOut[step.cores];
  if (probed && leftOutBefore == mostLeftOut)
    return false;

  std::span<const uint32_t> all = cpus;
  std::span<const uint32_t> own = all.first(step.cores);
  std::span<const uint32_t> others = all.subspan(step.cores);
  Runtime runtime = pinnedRuntime(own);
  RunOptions forced = options;
  forced.kernelVersion = int32_t(step.version);
  ServedModel model(runtime, step.artifact, forced);
  model.drawInputs(step.program);

  std::vector<std::optional<double>> times;
  bool valid = false;
  for (int i = 0; i < tries && !valid; ++i) {
    if (probed && !shareNow(own, others)) {
      std::this_thread::sleep_for(
          std::chrono::duration<double>(command.secondsPerStep));
      continue;
    }
    {
      std::optional<RunningAntagonist> antagonist;
      std::optional<RunningModel> second;
      for (const Antagonist &a : antagonists())
        if (step.condition == a.name)
          antagonist.emplace(a, others);
      if (step.condition == neighbour)
        second.emplace(command.artifacts.back(), options, others);
      times = layerTimes(model);
      if (second)
        second->stop();
    }
    valid = !probed || shareNow(own, others);
  }
  if (!valid) {
    ++leftOutBefore;
    return false;
  }
  if (probed)
    leftOutBefore = 0;
  for (uint32_t l = 0; l < model.selected().layer_count; ++l)
    if (times[l])
      profile.times[key(model.selected(), l, step)] =
          std::max<Time>(Time(*times[l]), 1);
  return true;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

void Calibration::conclude() {
  // Slow-downs of layers beside others, by condition.
  std::map<std::string, std::vector<double>> found;
  for (const auto &[key, time] : profile.times) {
    Profile::Key alone = key;
    alone.condition = quietCondition;
    auto quiet = profile.times.find(alone);
    if (key.condition != quietCondition && quiet != profile.times.end())
      found[key.condition].push_back(double(time) / double(quiet->second));
  }
  double most = 1;
  for (auto &[condition, list] : found) {
    slowdowns[condition] = std::max(Latencies(list).mean(), 1.0);
    most = std::max(most, slowdowns[condition]);
  }
  profile.levels = {{quietCondition, 0}};
  std::vector<ProxySample> samples;
  for (const auto &[condition, mean] : slowdowns) {
    double level = most > 1 ? (mean - 1) / (most - 1) : 0;
    profile.levels[condition] = level;
    for (double slowdown : found[condition])
      samples.push_back({{std::max(slowdown - 1, 0.0)}, level});
    // As many that are not disturbed.
    samples.insert(samples.end(), found[condition].size(), {{0}, 0});
  }
  profile.proxy = fitProxy(samples);
  proxySamples = samples.size();
  proxyError = leaveOneOutError(samples);
}

void Calibration::print() const {
  for (const auto &[condition, slowdown] : slowdowns)
    std::printf("%-8s slow-down %.3f, level %.2f\n", condition.c_str(),
                slowdown, profile.levels.at(condition));
  std::printf("linear proxy: level = %.3f + %.3f x slow-down; leave-one-out "
              "error %.3f over %zu samples\n",
              profile.proxy.intercept, profile.proxy.weights[0], proxyError,
              proxySamples);
}

Json Calibration::describe() const {
  Json conditions = Json::array();
  for (const auto &[condition, slowdown] : slowdowns)
    conditions.push_back({{"name", condition},
                          {"slowdown", slowdown},
                          {"level", profile.levels.at(condition)}});
  return {{"schema", "veltair.calibrate.1"},
          {"profile", command.output},
          {"measured", measured},
          {"left_out", leftOut},
          {"conditions", conditions},
          {"proxy",
           {{"intercept", profile.proxy.intercept},
            {"weights", profile.proxy.weights},
            {"leave_one_out_error", proxyError},
            {"samples", proxySamples}}}};
}

void Calibration::save() const {
  writeFile(command.output, {profileText(profile)});
}

void Calibration::tellAlone(const std::vector<Step> &steps) const {
  for (uint32_t cores : coreCounts(uint32_t(cpus.size())))
    if (bool isPlanned =
            std::any_of(steps.begin(), steps.end(),
                        [&](const Step &step) { return step.cores == cores; });
        isPlanned && cores < cpus.size() &&
        sharing(cores) == CpuTopology::Sharing::no)
      std::fprintf(stderr,
                   "veltair: teams of %u are measured alone only: they share "
                   "no L3 cache with the other CPUs\n",
                   cores);
}

void Calibration::run() {
  std::vector<Step> steps = plan();
  tellAlone(steps);
  bool bar = isatty(STDERR_FILENO) != 0;
  // So that the file is of use even if this is interrupted.
  profile.levels[quietCondition] = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Step &step = steps[i];
    if (bar)
      std::fprintf(stderr, "\r\033[K[%zu/%zu] %s, version %u, %u cores, %s",
                   i + 1, steps.size(), step.name.c_str(), step.version,
                   step.cores, step.condition.c_str());
    if (measure(step)) {
      ++measured;
    } else {
      ++leftOut;
      std::fprintf(stderr,
                   "%sveltair: left out, as the CPUs did not share an L3 "
                   "cache: %s, version %u, %u cores, %s\n",
                   bar ? "\r\033[K" : "", step.name.c_str(), step.version,
                   step.cores, step.condition.c_str());
    }
    save();
  }
  if (bar && !steps.empty())
    std::fprintf(stderr, "\r\033[K");
  conclude();
  save();
  if (command.json)
    printJson(describe());
  else
    print();
}

void execute(const CalibrateCommand &command) { Calibration(command).run(); }

} // namespace veltair::tool
