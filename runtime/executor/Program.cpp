// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Program.h"
#include "runtime/artifact/Programs.h"

#include <algorithm>

namespace veltair {

/// Memory that may be gone or used otherwise once the query has ended.
static bool isCallers(const veltair_operand &operand) {
  return operand.kind == VELTAIR_OPERAND_INPUT ||
         operand.kind == VELTAIR_OPERAND_OUTPUT ||
         operand.kind == VELTAIR_OPERAND_EXTENT;
}

Program::Program(const veltair_artifact &artifact,
                 const veltair_program &program, const Weights &weights)
    : program(program),
      description(std::make_shared<ProgramInfo>(
          describeProgram(programName(artifact, program), program))),
      lastVersions(new std::atomic<uint32_t>[program.layer_count]),
      quiet(*description) {
  findGroups();
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    lastVersions[l] = VELTAIR_NONE;
    operandCount = std::max(operandCount, layer(l).operand_count);
    const veltair_operand *operands = layer(l).operands;
    touchesCaller.push_back(
        std::any_of(operands, operands + layer(l).operand_count, isCallers));
    firstVersion.push_back(firstAddress.size());
    for (uint32_t v = 0; v < layer(l).version_count; ++v) {
      const veltair_version &version = layer(l).versions[v];
      scratchBytes =
          std::max<uint64_t>(scratchBytes, version.worker_scratch_bytes);
      firstAddress.push_back(addresses.size());
      for (uint32_t c = 0; c < version.constant_count; ++c)
        addresses.push_back(
            weights.data(artifact.constants[version.constants[c]]));
    }
  }
}

void Program::findGroups() {
  groupEnds.resize(program.layer_count);
  for (uint32_t first = 0, end; first < program.layer_count; first = end) {
    uint32_t group = layer(first).group;
    end = first + 1;
    while (group != VELTAIR_NONE && end < program.layer_count &&
           end - first < groupLimit && layer(end).group == group)
      ++end;
    std::fill(groupEnds.begin() + first, groupEnds.begin() + end, end);
    largestGroup = std::max(largestGroup, end - first);
  }
}

bool Program::isRepeatable(uint32_t layerIndex, uint32_t version,
                           bool moreStages) const {
  const veltair_layer &tables = layer(layerIndex);
  // Nor can it be told that one takes long when that depends on the data.
  if (touchesCaller[layerIndex] ||
      tables.versions[version].flags &
          (VELTAIR_VERSION_IN_PLACE | VELTAIR_VERSION_DATA_DEPENDENT))
    return false;
  return moreStages || tables.first_conflict > groupEnds[layerIndex];
}

bool Program::switchVersion(uint32_t layerIndex, uint32_t version) {
  uint32_t last =
      lastVersions[layerIndex].exchange(version, std::memory_order_relaxed);
  return last != version && last != VELTAIR_NONE;
}

} // namespace veltair
