// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/ProgramChoice.h"
#include "tools/veltair/UserError.h"

#include "runtime/artifact/Programs.h"

namespace veltair::tool {

// What is chosen for the given inputs, and for the others those of `program`.
static Result<uint32_t> choose(const veltair_artifact &artifact,
                               std::span<const uint32_t> programs,
                               std::span<const Tensor *const> given,
                               uint32_t program) {
  std::vector<veltair_input> views;
  for (uint32_t i = 0; i < artifact.input_count; ++i) {
    const veltair_shape &shape = artifact.programs[program].input_shapes[i];
    if (const Tensor *tensor = given[i])
      views.push_back({nullptr, 0, tensor->dtype, uint32_t(tensor->dims.size()),
                       tensor->dims.data()});
    else
      views.push_back(
          {nullptr, 0, artifact.inputs[i].dtype, shape.rank, shape.dims});
  }
  return selectProgram(artifact, programs, views);
}

uint32_t chooseProgram(const veltair_artifact &artifact,
                       std::span<const uint32_t> programs,
                       std::span<const Tensor *const> given) {
  for (uint32_t program : programs)
    if (auto chosen = choose(artifact, programs, given, program); chosen.ok())
      return *chosen;
  throw UserError(
      choose(artifact, programs, given, programs.front()).status().message());
}

std::vector<uint32_t> distinctPrograms(const veltair_artifact &artifact,
                                       std::span<const uint32_t> programs) {
  std::vector<const Tensor *> none(artifact.input_count);
  std::vector<uint32_t> distinct;
  for (uint32_t program : programs)
    if (*choose(artifact, programs, none, program) == program)
      distinct.push_back(program);
  return distinct;
}

} // namespace veltair::tool
