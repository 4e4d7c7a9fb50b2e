// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program of a tenant, made ready to run.

#ifndef VELTAIR_EXECUTOR_PROGRAM_H
#define VELTAIR_EXECUTOR_PROGRAM_H

#include "runtime/artifact/Weights.h"
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
  Program(const veltair_artifact &artifact, const veltair_program &program,
          const Weights &weights);

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

  // The layers [first, groupEnd(first)) may be open together: a group, or as
  // much of it as is opened at once.
  uint32_t groupEnd(uint32_t first) const { return groupEnds[first]; }
  // The most layers that are opened together.
  uint32_t maxGroup() const { return largestGroup; }
  static constexpr uint32_t groupLimit = 8;

  // True if chunks of a version may be executed twice, and the query can go on
  // while one is late. `moreStages`: not those of the last stage.
  bool isRepeatable(uint32_t layer, uint32_t version, bool moreStages) const;

  // Says that a layer runs by this version now; true if it was another one the
  // last time.
  bool switchVersion(uint32_t layer, uint32_t version);

  QuietTimes &quietTimes() { return quiet; }

private:
  void findGroups();

  const veltair_program &program;
  std::shared_ptr<const ProgramInfo> description;
  std::vector<size_t> firstVersion; // of each layer in `firstAddress`
  std::vector<size_t> firstAddress; // of each version in `addresses`
  std::vector<const void *> addresses;
  uint64_t scratchBytes = 0;
  uint32_t operandCount = 0;
  std::vector<uint32_t> groupEnds; // of each layer
  std::vector<bool>
      touchesCaller; // each layer: the memory of the query's caller
  uint32_t largestGroup = 1;
  std::unique_ptr<std::atomic<uint32_t>[]> lastVersions;
  QuietTimes quiet;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_PROGRAM_H
