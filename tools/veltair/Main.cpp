// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair: runs, serves, measures and inspects compiled models.

#include "tools/CommandLine.h"
#include "tools/veltair/Commands.h"

#include "tools/veltair/UserError.h"

#include "runtime/scheduler/Scheduler.h"

#include "veltair/veltair.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

using namespace veltair::tool;

// Exit codes.
enum { done = 0, failed = 1, wrongUsage = 2 };

// CLI::Range takes "nan" for a number in its range.
static CLI::Validator isWithin(double least, double most) {
  CLI::Validator isNumber(
      [](std::string &text) {
        bool isNan = std::isnan(std::strtod(text.c_str(), nullptr));
        return isNan ? "'" + text + "' is no number" : std::string();
      },
      /*validator_desc=*/"");
  return CLI::Range(least, most) & isNumber;
}

static void addNumerics(CLI::App &app, veltair_numerics &numerics) {
  app.add_option_function<std::string>(
         "--numerics",
         [&numerics](const std::string &text) {
           numerics = text == "fast" ? VELTAIR_FAST : VELTAIR_REPRODUCIBLE;
         },
         "reproducible: the bits of results never depend on load (default); "
         "fast: the policy may use every version")
      ->check(CLI::IsMember({"reproducible", "fast"}))
      ->type_name("NUMERICS");
}

static void addPolicy(CLI::App &app, std::string &policy) {
  std::string text =
      "Scheduling policy (default: veltair; docs/scheduling.md):";
  for (std::string_view name : veltair::schedulerNames())
    text.append(" ").append(name);
  app.add_option("--policy", policy, text);
}

static void addRunOptions(CLI::App &app, RunOptions &options) {
  app.add_option("--threads", options.threads,
                 "Worker threads (default: the CPUs allowed)")
      ->check(CLI::Range(1u, 4096u));
  app.add_option("--isa", options.isa,
                 "Use the program for this ISA, as `inspect` names it");
  app.add_option_function<std::string>(
         "--kernel-version",
         [&options](const std::string &text) {
           options.kernelVersion = text == "auto"
                                       ? VELTAIR_VERSION_AUTO
                                       : std::stoi(text, nullptr, /*base=*/0);
         },
         "Run this version of every layer (clamped to its last), or auto")
      ->check(CLI::Range(0, 65535) | CLI::IsMember({"auto"}))
      ->type_name("K|auto");
  addNumerics(app, options.numerics);
  addPolicy(app, options.policy);
  app.add_option("--trace", options.trace,
                 "Write what happened, for chrome://tracing and Perfetto")
      ->type_name("T.json");
  app.add_option("--profile", options.profile,
                 "What `veltair calibrate` measured on this CPU");
  app.add_flag("--verify", options.verify, "Compare the hashes of the weights");
}

static void addJson(CLI::App &app, bool &json) {
  app.add_flag("--json", json, "Print one JSON document");
}

static void addArtifact(CLI::App &app, std::string &artifact) {
  app.add_option("artifact", artifact, "Compiled model (.so)")->required();
}

static void addInputs(CLI::App &app, std::vector<std::string> &inputs) {
  veltair::takesOneEach(
      app.add_option("--input", inputs, "Input from a .npy or .pb file"))
      ->type_name("NAME=FILE");
}

static int runTool(int argc, char **argv) {
  CLI::App app("Runs, serves, measures and inspects compiled models.",
               "veltair");
  app.set_version_flag("--version",
                       std::string("veltair ") + veltair_version_string());
  app.require_subcommand(1);

  RunCommand run;
  CLI::App *runApp = app.add_subcommand("run", "Run one query");
  addArtifact(*runApp, run.artifact);
  addInputs(*runApp, run.inputs);
  runApp->add_option("--output", run.output, "Folder for NAME.npy an output");
  addRunOptions(*runApp, run.common);
  addJson(*runApp, run.json);

  InspectCommand inspect;
  CLI::App *inspectApp =
      app.add_subcommand("inspect", "Show what an artifact holds");
  addArtifact(*inspectApp, inspect.artifact);
  addJson(*inspectApp, inspect.json);

  BenchCommand bench;
  CLI::App *benchApp =
      app.add_subcommand("bench", "Measure latency, one query at a time");
  addArtifact(*benchApp, bench.artifact);
  addInputs(*benchApp, bench.inputs);
  veltair::takesOneEach(
      benchApp->add_option("--val-range", bench.ranges,
                           "Range of an input drawn at random (default [0,1])"))
      ->type_name("NAME=[lo,hi]");
  benchApp->add_option("--warmup-ms", bench.warmupMs, "Time before measuring")
      ->capture_default_str()
      ->check(isWithin(0, 1e9));
  benchApp->add_option("--duration-s", bench.durationS, "Time of measuring")
      ->capture_default_str()
      ->check(isWithin(0, 1e6));
  benchApp
      ->add_option("--iterations", bench.iterations,
                   "Measure this many runs instead")
      ->check(CLI::PositiveNumber);
  benchApp->add_flag(
      "--per-layer", bench.perLayer,
      "Show layers' times, and how close they come to the roofline");
  addRunOptions(*benchApp, bench.common);
  addJson(*benchApp, bench.json);

  LoadCommand load;
  CLI::App *loadApp =
      app.add_subcommand("load", "Serve several models under Poisson arrivals");
  loadApp
      ->add_option("scenario", load.scenario,
                   "Tenants, targets and rates (.json; docs/scheduling.md)")
      ->required();
  loadApp->add_flag("--give-up", load.giveUp,
                    "Stop as soon as a tenant cannot be satisfied any more");
  loadApp->add_flag("--print-arrivals", load.printArrivals,
                    "Print the arrivals as JSON instead of serving them");
  addRunOptions(*loadApp, load.common);
  addJson(*loadApp, load.json);

  SimulateCommand simulate;
  CLI::App *simulateApp = app.add_subcommand(
      "simulate", "Play a scenario of `load` on a simulated machine");
  simulateApp
      ->add_option("scenario", simulate.scenario,
                   "Tenants, targets and rates (.json; docs/scheduling.md)")
      ->required();
  simulateApp
      ->add_option("--machine", simulate.machine,
                   "Cores, caches, bandwidth; as in examples/machines")
      ->required()
      ->type_name("M.json");
  addPolicy(*simulateApp, simulate.policy);
  addNumerics(*simulateApp, simulate.numerics);
  simulateApp->add_option("--isa", simulate.isa,
                          "Use the program for this ISA");
  simulateApp->add_option(
      "--profile", simulate.profile,
      "Layers' times, measured by `veltair calibrate` on such a machine");
  simulateApp->add_option("--seed", simulate.seed, "Instead of the scenario's")
      ->check(CLI::NonNegativeNumber);
  addJson(*simulateApp, simulate.json);

  CalibrateCommand calibrate;
  CLI::App *calibrateApp = app.add_subcommand(
      "calibrate", "Measure layers alone and beside others, for schedulers");
  calibrateApp->add_option("artifacts", calibrate.artifacts, "Compiled models")
      ->required();
  calibrateApp
      ->add_option("-o,--output", calibrate.output,
                   "The profile; what it knows already is kept")
      ->required();
  calibrateApp
      ->add_option("--threads", calibrate.threads,
                   "The most cores to measure (default: the CPUs allowed)")
      ->check(CLI::Range(1u, 4096u));
  calibrateApp
      ->add_option("--step-s", calibrate.secondsPerStep,
                   "Time of one measurement")
      ->capture_default_str()
      ->check(isWithin(0, 1e4));
  calibrateApp->add_option("--isa", calibrate.isa,
                           "Measure the programs for this ISA");
  addJson(*calibrateApp, calibrate.json);

  PmuCommand pmu;
  CLI::App *pmuApp =
      app.add_subcommand("pmu", "Show which hardware counters there are");
  addJson(*pmuApp, pmu.json);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? done : wrongUsage;
  }

  if (*runApp)
    execute(run);
  else if (*inspectApp)
    execute(inspect);
  else if (*benchApp)
    execute(bench);
  else if (*loadApp)
    execute(load);
  else if (*simulateApp)
    execute(simulate);
  else if (*calibrateApp)
    execute(calibrate);
  else
    execute(pmu);
  std::cout.flush();
  if (!std::cout || std::fflush(stdout) != 0)
    throw UserError("cannot write to standard output");
  return done;
}

int main(int argc, char **argv) {
  try {
    return runTool(argc, argv);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "veltair: error: %s\n", error.what());
    return failed;
  }
}
