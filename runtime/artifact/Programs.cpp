// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/Programs.h"
#include "runtime/artifact/ElementType.h"
#include "runtime/support/CpuFeatures.h"

#include <algorithm>

namespace veltair {

// "a, b": each once, in their order.
static std::string listText(const std::vector<std::string> &items) {
  std::string text;
  for (auto it = items.begin(); it != items.end(); ++it)
    if (std::find(items.begin(), it, *it) == it)
      text += concat(it == items.begin() ? "" : ", ", *it);
  return text;
}

// "1x3x224x224"; "scalar" for rank 0.
static std::string shapeText(const int64_t *dims, uint32_t rank) {
  std::string text;
  for (uint32_t d = 0; d < rank; ++d)
    text += concat(d ? "x" : "", dims[d]);
  return rank ? text : "scalar";
}

Result<std::vector<uint32_t>> usablePrograms(const veltair_artifact &artifact,
                                             uint64_t cpuFeatures,
                                             std::string_view isa) {
  std::vector<uint32_t> usable;
  std::vector<std::string> others;
  bool isaExists = false;
  for (uint32_t i = 0; i < artifact.program_count; ++i) {
    const veltair_program &program = artifact.programs[i];
    if (!isa.empty() && isa != program.isa) {
      others.push_back(program.isa);
      continue;
    }
    isaExists = true;
    if (!(program.features & ~cpuFeatures))
      usable.push_back(i);
  }
  if (!usable.empty())
    return usable;
  if (!isaExists)
    return Status::error(VELTAIR_INVALID_ARGUMENT, "model '", artifact.name,
                         "' has no program for '", isa, "'; it has ",
                         listText(others));
  std::string reasons;
  for (uint32_t i = 0; i < artifact.program_count; ++i) {
    const veltair_program &program = artifact.programs[i];
    if (isa.empty() || isa == program.isa)
      reasons += concat(reasons.empty() ? "" : "; ", program.isa, " needs ",
                        cpuFeatureNames(program.features & ~cpuFeatures));
  }
  return Status::error(VELTAIR_CPU_MISMATCH, "model '", artifact.name,
                       "' has no program that runs on this CPU: ", reasons);
}

// True if a program made for `shape` takes an input of these dimensions.
static bool accepts(const veltair_shape &shape, const veltair_input &input) {
  if (shape.rank != input.rank)
    return false;
  for (uint32_t d = 0; d < shape.rank; ++d) {
    bool isBound = d == 0 && shape.extent != VELTAIR_NONE;
    if (isBound ? input.dims[d] < 0 || input.dims[d] > shape.dims[d]
                : input.dims[d] != shape.dims[d])
      return false;
  }
  return true;
}

Result<uint32_t> selectProgram(const veltair_artifact &artifact,
                               std::span<const uint32_t> programs,
                               std::span<const veltair_input> inputs,
                               std::span<const uint8_t> absent) {
  if (inputs.size() != artifact.input_count)
    return Status::error(VELTAIR_INVALID_ARGUMENT, "model '", artifact.name,
                         "' has ", artifact.input_count, " inputs, ",
                         inputs.size(), " are given");
  auto isAbsent = [&](uint32_t i) { return !absent.empty() && absent[i]; };
  for (uint32_t i = 0; i < artifact.input_count; ++i) {
    const veltair_tensor &tensor = artifact.inputs[i];
    if (isAbsent(i))
      continue;
    if (inputs[i].dtype != tensor.dtype)
      return Status::error(VELTAIR_TYPE_MISMATCH, "input '", tensor.name,
                           "' must have element type ", dtypeName(tensor.dtype),
                           ", not ", dtypeName(inputs[i].dtype));
    if (inputs[i].rank && !inputs[i].dims)
      return Status::error(VELTAIR_INVALID_ARGUMENT, "input '", tensor.name,
                           "' has no dimensions");
  }

  // The programs that take the most inputs tell which one is to blame.
  uint32_t furthest = 0;
  std::vector<std::string> known; // the shapes of `furthest` that they take
  for (uint32_t p : programs) {
    const veltair_shape *shapes = artifact.programs[p].input_shapes;
    uint32_t i = 0;
    while (i < artifact.input_count &&
           (isAbsent(i) || accepts(shapes[i], inputs[i])))
      ++i;
    if (i == artifact.input_count)
      return p;
    if (i < furthest)
      continue;
    if (i > furthest)
      known.clear();
    furthest = i;
    known.push_back(concat(shapes[i].extent == VELTAIR_NONE ? "" : "at most ",
                           shapeText(shapes[i].dims, shapes[i].rank)));
  }
  const veltair_input &input = inputs[furthest];
  return Status::error(VELTAIR_SHAPE_MISMATCH, "input '",
                       artifact.inputs[furthest].name, "' has shape ",
                       shapeText(input.dims, input.rank), "; model '",
                       artifact.name, "' was compiled for ", listText(known));
}

uint64_t shapeBytes(const veltair_tensor &tensor, const veltair_shape &shape) {
  uint64_t bytes = elementSize(tensor.dtype);
  for (uint32_t d = 0; d < shape.rank; ++d)
    bytes *= uint64_t(shape.dims[d]);
  return bytes;
}

std::string programName(const veltair_artifact &artifact,
                        const veltair_program &program) {
  std::string name = concat(artifact.name, "/", program.isa, "/");
  for (uint32_t i = 0; i < artifact.input_count; ++i)
    name += concat(i ? "," : "", shapeText(program.input_shapes[i].dims,
                                           program.input_shapes[i].rank));
  return name;
}

} // namespace veltair
