// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The commands of `veltair`. Each prints to standard output what it found, and
// throws UserError or veltair::Error when it fails.

#ifndef VELTAIR_TOOLS_COMMANDS_H
#define VELTAIR_TOOLS_COMMANDS_H

#include "veltair/veltair.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace veltair::tool {

// Options of all commands that run models.
struct RunOptions {
  uint32_t threads = 0; // 0: all the CPUs allowed
  std::string isa;      // empty: the best
  int32_t kernelVersion = VELTAIR_VERSION_AUTO;
  veltair_numerics numerics = VELTAIR_REPRODUCIBLE;
  std::string policy;  // empty: the runtime's default
  std::string trace;   // file; empty: none
  std::string profile; // of `veltair calibrate`; empty: none
  bool verify = false; // the hashes of the weights
};

struct RunCommand {
  RunOptions common;
  std::string artifact;
  std::vector<std::string> inputs; // NAME=FILE
  std::string output;              // folder; empty: none is written
  bool json = false;
};

struct InspectCommand {
  std::string artifact;
  bool json = false;
};

struct BenchCommand {
  RunOptions common;
  std::string artifact;
  std::vector<std::string> inputs;
  std::vector<std::string> ranges; // NAME=[low,high]
  double warmupMs = 200;
  double durationS = 3;
  uint64_t iterations = 0; // 0: by time
  bool perLayer = false;
  bool json = false;
};

struct LoadCommand {
  RunOptions common;
  std::string scenario;
  bool giveUp = false;        // stop once a tenant cannot be satisfied
  bool printArrivals = false; // and do nothing else
  bool json = false;
};

struct SimulateCommand {
  std::string scenario;
  std::string machine; // file
  std::string policy = "veltair";
  veltair_numerics numerics = VELTAIR_REPRODUCIBLE;
  std::string isa;              // empty: the artifact's best
  std::string profile;          // empty: the annotations alone
  std::optional<uint64_t> seed; // instead of the scenario's
  bool json = false;
};

struct CalibrateCommand {
  std::vector<std::string> artifacts;
  std::string output;
  uint32_t threads = 0; // the most; 0: all the CPUs allowed
  std::string isa;      // empty: the best
  double secondsPerStep = 0.3;
  bool json = false;
};

struct PmuCommand {
  bool json = false;
};

void execute(const RunCommand &command);
void execute(const InspectCommand &command);
void execute(const BenchCommand &command);
void execute(const LoadCommand &command);
void execute(const SimulateCommand &command);
void execute(const CalibrateCommand &command);
void execute(const PmuCommand &command);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_COMMANDS_H
