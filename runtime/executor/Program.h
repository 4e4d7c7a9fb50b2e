// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program of a tenant, made ready to run.

#ifndef VELTAIR_EXECUTOR_PROGRAM_H
#define VELTAIR_EXECUTOR_PROGRAM_H

#include "runtime/interference/QuietTimes.h"
#include "runtime/scheduler/TimeModel.h"

#include "veltair/artifact.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace veltair {

// Thread safe.
class Program {
public:
  // `weights`: the base of the artifact's weights.
  Program(const veltair_artifact &artifact, const veltair_program &program,
          const std::byte *weights);

  const veltair_program &tables() const { return program; }
  uint32_t layerCount() const { return program.layer_count; }
  const veltair_layer &layer(uint32_t index) const {
    return program.layers[index];
  }

  // What schedulers know of the program.
  const std::shared_ptr<const ProgramInfo> &info() const { return description; }

  // The addresses of a version's constants.
  const void *const *constants(uint32_t layer, uint32_t version) const {
    return addresses.data() + firstAddress[firstVersion[layer] + version];
  }

  // The most that any version needs.
  uint64_t workerScratchBytes() const { return scratchBytes; }
  // The most operands of a layer.
  uint32_t maxOperands() const { return operandCount; }

  // Says that a layer runs by this version now; true if it was another one the
  // last time.
  bool switchVersion(uint32_t layer, uint32_t version);

  QuietTimes &quietTimes() { return quiet; }

private:
  const veltair_program &program;
  std::shared_ptr<const ProgramInfo> description;
  std::vector<size_t> firstVersion; // of each layer in `firstAddress`
  std::vector<size_t> firstAddress; // of each version in `addresses`
  std::vector<const void *> addresses;
  uint64_t scratchBytes = 0;
  uint32_t operandCount = 0;
  std::unique_ptr<std::atomic<uint32_t>[]> lastVersions;
  QuietTimes quiet;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_PROGRAM_H
