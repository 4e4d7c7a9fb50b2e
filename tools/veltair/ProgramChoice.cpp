// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/ProgramChoice.h"
#include "tools/veltair/UserError.h"

#include "runtime/artifact/Programs.h"

namespace veltair::tool {

static veltair_input view(veltair_dtype dtype, std::span<const int64_t> dims) {
  return {nullptr, 0, dtype, uint32_t(dims.size()), dims.data()};
}

uint32_t chooseProgram(const veltair_artifact &artifact,
                       std::span<const uint32_t> programs,
                       std::span<const Tensor *const> given) {
  std::vector<veltair_input> inputs(given.size());
  std::vector<uint8_t> absent(given.size());
  for (size_t i = 0; i < given.size(); ++i)
    if (const Tensor *tensor = given[i])
      inputs[i] = view(tensor->dtype, tensor->dims);
    else
      absent[i] = true;
  Result<uint32_t> chosen = selectProgram(artifact, programs, inputs, absent);
  if (!chosen.ok())
    throw UserError(chosen.status().message());
  return *chosen;
}

std::vector<uint32_t> distinctPrograms(const veltair_artifact &artifact,
                                       std::span<const uint32_t> programs) {
  std::vector<uint32_t> distinct;
  for (uint32_t program : programs) {
    std::vector<veltair_input> inputs;
    for (uint32_t i = 0; i < artifact.input_count; ++i) {
      const veltair_shape &shape = artifact.programs[program].input_shapes[i];
      inputs.push_back(
          view(artifact.inputs[i].dtype, {shape.dims, shape.rank}));
    }
    if (*selectProgram(artifact, programs, inputs) == program)
      distinct.push_back(program);
  }
  return distinct;
}

} // namespace veltair::tool
