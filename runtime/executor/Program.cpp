// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Program.h"
#include "runtime/artifact/Programs.h"

#include <algorithm>

namespace veltair {

Program::Program(const veltair_artifact &artifact,
                 const veltair_program &program, const std::byte *weights)
    : program(program),
      description(std::make_shared<ProgramInfo>(
          describeProgram(programName(artifact, program), program))),
      lastVersions(new std::atomic<uint32_t>[program.layer_count]),
      quiet(*description) {
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    lastVersions[l] = VELTAIR_NONE;
    operandCount = std::max(operandCount, layer(l).operand_count);
    firstVersion.push_back(firstAddress.size());
    for (uint32_t v = 0; v < layer(l).version_count; ++v) {
      const veltair_version &version = layer(l).versions[v];
      scratchBytes =
          std::max<uint64_t>(scratchBytes, version.worker_scratch_bytes);
      firstAddress.push_back(addresses.size());
      for (uint32_t c = 0; c < version.constant_count; ++c)
        addresses.push_back(weights +
                            artifact.constants[version.constants[c]].offset);
    }
  }
}

bool Program::switchVersion(uint32_t layerIndex, uint32_t version) {
  uint32_t last =
      lastVersions[layerIndex].exchange(version, std::memory_order_relaxed);
  return last != version && last != VELTAIR_NONE;
}

} // namespace veltair
