// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/ServedModel.h"
#include "tools/veltair/ProgramChoice.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include "runtime/artifact/Programs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <span>

namespace veltair::tool {

static void printMessage(void *, veltair_log_level level, const char *message) {
  std::fprintf(stderr, "veltair: %s%s\n",
               level == VELTAIR_LOG_WARNING ? "warning: " : "", message);
}

Runtime makeRuntime(const RunOptions &options) {
  veltair_runtime_options raw = {};
  raw.size = sizeof(raw);
  raw.threads = options.threads;
  raw.policy = options.policy.empty() ? nullptr : options.policy.c_str();
  raw.numerics = options.numerics;
  raw.log = printMessage;
  raw.profile = options.profile.empty() ? nullptr : options.profile.c_str();
  return Runtime(&raw);
}

Runtime pinnedRuntime(std::span<const uint32_t> cpus) {
  veltair_runtime_options raw = {};
  raw.size = sizeof(raw);
  raw.cpus = cpus.data();
  raw.cpu_count = uint32_t(cpus.size());
  return Runtime(&raw);
}

TraceFile::TraceFile(Runtime &runtime, const RunOptions &options)
    : runtime(runtime), file(options.trace) {
  if (file.empty())
    return;
  // Better an error now than after all has been measured.
  if (!std::ofstream(file))
    throw UserError("cannot write '" + file + "'");
  runtime.startTrace();
}

void TraceFile::finish() {
  if (!file.empty())
    runtime.stopTrace(file);
}

static std::string inputList(const veltair_artifact &artifact) {
  std::string text;
  for (uint32_t i = 0; i < artifact.input_count; ++i) {
    const veltair_tensor &input = artifact.inputs[i];
    text += std::string(i ? ", '" : "'") + input.name + "' (" +
            elementTypeName(input.dtype) + " " +
            shapeText({input.dims, input.rank}) + ")";
  }
  return text.empty() ? "it has none" : "it has " + text;
}

void checkInputs(const ScenarioTenant &tenant,
                 const veltair_artifact &artifact) {
  std::span known(artifact.inputs, artifact.input_count);
  for (const auto &[name, file] : tenant.inputs)
    if (std::none_of(known.begin(), known.end(),
                     [&](const auto &input) { return input.name == name; }))
      throw UserError("tenant '" + tenant.name + "': '" + name +
                      "' is no input of the model: " + inputList(artifact));
}

std::map<std::string, std::string>
assignments(const veltair_artifact &artifact,
            const std::vector<std::string> &options) {
  std::map<std::string, std::string> values;
  for (const std::string &option : options) {
    std::string_view best;
    bool found = false;
    for (uint32_t i = 0; i < artifact.input_count; ++i) {
      std::string_view name = artifact.inputs[i].name;
      if (option.starts_with(std::string(name) + "=") &&
          (!found || name.size() > best.size())) {
        best = name;
        found = true;
      }
    }
    if (!found)
      throw UserError("'" + option.substr(0, option.find('=')) +
                      "' is no input of the model: " + inputList(artifact));
    if (!values.emplace(best, option.substr(best.size() + 1)).second)
      throw UserError("input '" + std::string(best) + "' is given twice");
  }
  return values;
}

std::pair<double, double> parseRange(const std::string &text) {
  double low = 0, high = 0;
  const char *end = text.data() + text.size();
  auto number = [](const char *from, const char *to, double &value) {
    auto [rest, error] = std::from_chars(from, to, value);
    return error == std::errc() && std::isfinite(value) ? rest : nullptr;
  };
  const char *at = text.starts_with('[') ? text.data() + 1 : nullptr;
  at = at ? number(at, end, low) : nullptr;
  at = at && at != end && *at == ',' ? number(at + 1, end, high) : nullptr;
  if (!at || std::string_view(at, size_t(end - at)) != "]" || low > high)
    throw UserError("'" + text + "' is no range: write [low,high]");
  return {low, high};
}

static veltair_tenant_options tenantOptions(const RunOptions &options,
                                            const Service &service) {
  veltair_tenant_options raw = VELTAIR_TENANT_OPTIONS_INIT;
  raw.name = service.name.empty() ? nullptr : service.name.c_str();
  raw.qos_ms = service.qosMs;
  raw.qos_share = service.qosShare;
  raw.priority = service.priority;
  raw.kernel_version = options.kernelVersion;
  raw.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  raw.verify_weights = options.verify;
  return raw;
}

static Tenant makeTenant(Runtime &runtime, Module &module,
                         const RunOptions &options, const Service &service) {
  veltair_tenant_options raw = tenantOptions(options, service);
  return Tenant(runtime, module, &raw);
}

static std::vector<uint32_t> programsFor(const veltair_artifact &artifact,
                                         const RunOptions &options) {
  auto found = usablePrograms(artifact, veltair_cpu_features(), options.isa);
  if (!found.ok())
    throw UserError(found.status().message());
  return std::move(*found);
}

ServedModel::ServedModel(Runtime &runtime, const std::string &path,
                         const RunOptions &options, const Service &service)
    : file(path), module(path), usable(programsFor(artifact(), options)),
      served(makeTenant(runtime, module, options, service)) {}

static void checkRange(const veltair_tensor &input, const ElementType &type,
                       double low, double high) {
  bool isInteger =
      std::string_view("biu").find(type.npyCode[0]) != std::string_view::npos;
  bool isExact = low == std::floor(low) && high == std::floor(high);
  if (low < type.lowest || high > type.highest || (isInteger && !isExact))
    throw UserError("input '" + std::string(input.name) +
                    "': the ends of its range are no values of type " +
                    std::string(type.name));
}

Tensor ServedModel::randomInput(uint32_t index, const std::string *range,
                                const veltair_program &shapes) const {
  const veltair_tensor &input = artifact().inputs[index];
  const veltair_shape &shape = shapes.input_shapes[index];
  Tensor tensor{input.dtype, {shape.dims, shape.dims + shape.rank}, {}};
  const ElementType *type = findElementType(input.dtype);
  std::optional<size_t> bytes =
      type ? tensorBytes(tensor.dims, type->size) : std::nullopt;
  if (!bytes)
    throw UserError("input '" + std::string(input.name) +
                    "' cannot be made up: give a file");
  auto [low, high] = range ? parseRange(*range) : std::pair(0.0, 1.0);
  checkRange(input, *type, low, high);
  tensor.data.resize(*bytes);
  fillRandom(tensor, low, high, index);
  return tensor;
}

void ServedModel::setInputs(const std::map<std::string, std::string> &files,
                            bool fillMissing,
                            const std::map<std::string, std::string> &ranges) {
  uint32_t count = artifact().input_count;
  tensors.assign(count, {});
  std::vector<const Tensor *> given(count);
  for (uint32_t i = 0; i < count; ++i) {
    const veltair_tensor &input = artifact().inputs[i];
    if (auto found = files.find(input.name); found != files.end()) {
      if (ranges.count(input.name))
        throw UserError("input '" + std::string(input.name) +
                        "' has a file and a range");
      tensors[i] = readTensor(found->second);
      given[i] = &tensors[i];
    } else if (!fillMissing) {
      throw UserError("input '" + std::string(input.name) + "' (" +
                      elementTypeName(input.dtype) + " " +
                      shapeText({input.dims, input.rank}) +
                      ") is missing: give --input '" + input.name + "=FILE'");
    }
  }
  program = chooseProgram(artifact(), usable, given);
  for (uint32_t i = 0; i < count; ++i)
    if (!given[i]) {
      auto range = ranges.find(artifact().inputs[i].name);
      tensors[i] = randomInput(
          i, range == ranges.end() ? nullptr : &range->second, selected());
    }
  updateViews();
}

std::vector<uint32_t> ServedModel::programs() const {
  return distinctPrograms(artifact(), usable);
}

void ServedModel::drawInputs(uint32_t forProgram) {
  program = forProgram;
  tensors.clear();
  for (uint32_t i = 0; i < artifact().input_count; ++i)
    tensors.push_back(randomInput(i, /*range=*/nullptr, selected()));
  updateViews();
}

void ServedModel::updateViews() {
  views.clear();
  for (const Tensor &tensor : tensors)
    views.push_back({tensor.data.data(), tensor.data.size(), tensor.dtype,
                     uint32_t(tensor.dims.size()), tensor.dims.data()});
}

std::vector<Tensor> ServedModel::makeOutputs() const {
  std::vector<Tensor> outputs;
  for (uint32_t i = 0; i < artifact().output_count; ++i) {
    const veltair_tensor &output = artifact().outputs[i];
    const veltair_shape &shape = selected().output_shapes[i];
    Tensor tensor{output.dtype, {shape.dims, shape.dims + shape.rank}, {}};
    const ElementType *type = findElementType(output.dtype);
    std::optional<size_t> bytes =
        type ? tensorBytes(tensor.dims, type->size) : std::nullopt;
    if (!bytes)
      throw UserError("output '" + std::string(output.name) +
                      "' has no known size");
    tensor.data.resize(*bytes);
    outputs.push_back(std::move(tensor));
  }
  return outputs;
}

std::vector<veltair_output> outputViews(std::vector<Tensor> &tensors) {
  std::vector<veltair_output> views;
  views.reserve(tensors.size());
  for (Tensor &tensor : tensors)
    views.push_back(
        {tensor.data.data(), tensor.data.size(), tensor.dims.data()});
  return views;
}

} // namespace veltair::tool
