// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A loaded artifact that is a tenant of a runtime, with inputs to run it on.

#ifndef VELTAIR_TOOLS_SERVEDMODEL_H
#define VELTAIR_TOOLS_SERVEDMODEL_H

#include "tools/veltair/Commands.h"
#include "tools/veltair/Scenario.h"
#include "tools/veltair/Tensor.h"

#include "veltair/veltair.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace veltair::tool {

// Makes a runtime whose messages go to standard error, such as the one that
// tells its threads and CPUs.
Runtime makeRuntime(const RunOptions &options);
// Makes one with a worker on each of the CPUs, which says nothing.
Runtime pinnedRuntime(std::span<const uint32_t> cpus);

// Records a trace from its construction to finish(), if a file is named.
class TraceFile {
public:
  TraceFile(Runtime &runtime, const RunOptions &options);
  void finish();

private:
  Runtime &runtime;
  std::string file;
};

// How a model is served, beyond RunOptions.
struct Service {
  std::string name; // empty: the artifact's
  double qosMs = 0;
  double qosShare = 0;
  veltair_priority priority = VELTAIR_PRIORITY_DEFAULT;
};

// Splits NAME=VALUE options. NAME may contain `=`: the longest name that the
// model has as an input is taken. Throws for unknown names and repetitions.
std::map<std::string, std::string>
assignments(const veltair_artifact &artifact,
            const std::vector<std::string> &options);

// Throws where the tenant names an input that the model does not have.
void checkInputs(const ScenarioTenant &tenant,
                 const veltair_artifact &artifact);

// "[low,high]".
std::pair<double, double> parseRange(const std::string &text);

class ServedModel {
public:
  ServedModel(Runtime &runtime, const std::string &path,
              const RunOptions &options, const Service &service = {});

  const veltair_artifact &artifact() const { return module.artifact(); }
  Tenant &tenant() { return served; }
  const std::string &path() const { return file; }

  // Takes inputs from files (name -> file). Those missing are drawn at random
  // from their ranges (name -> [low, high]) or, without `fillMissing`, an
  // error. Then picks the program.
  void setInputs(const std::map<std::string, std::string> &files,
                 bool fillMissing,
                 const std::map<std::string, std::string> &ranges = {});

  // The programs that queries can have, as indexes.
  std::vector<uint32_t> programs() const;
  // Draws all inputs for one of them.
  void drawInputs(uint32_t program);

  // Valid after setInputs or drawInputs.
  std::span<const veltair_input> inputs() const { return views; }
  uint32_t programIndex() const { return program; }
  const veltair_program &selected() const {
    return artifact().programs[program];
  }

  // Output tensors with room for the selected program's shapes.
  std::vector<Tensor> makeOutputs() const;

private:
  Tensor randomInput(uint32_t index, const std::string *range,
                     const veltair_program &shapes) const;
  void updateViews();

  std::string file;
  Module module;
  std::vector<uint32_t> usable;
  std::vector<Tensor> tensors; // outlive the tenant's queries
  std::vector<veltair_input> views;
  Tenant served;
  uint32_t program = 0;
};

// The C API's view of output tensors; their `dims` receive the true shapes.
std::vector<veltair_output> outputViews(std::vector<Tensor> &tensors);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_SERVEDMODEL_H
