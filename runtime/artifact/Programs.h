// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which program of an artifact serves a query.

#ifndef VELTAIR_ARTIFACT_PROGRAMS_H
#define VELTAIR_ARTIFACT_PROGRAMS_H

#include "runtime/support/Status.h"

#include "veltair/artifact.h"
#include "veltair/veltair.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace veltair {

// The programs that a CPU of these features can run, as indices, in order; of
// these only those of the instruction set `isa` unless it is empty.
// CPU_MISMATCH when there are none.
Result<std::vector<uint32_t>> usablePrograms(const veltair_artifact &artifact,
                                             uint64_t cpuFeatures,
                                             std::string_view isa);

// The first of `programs` (indices) that takes inputs of these types and
// shapes; those that are `absent` (none, if it is empty) may have any. Else
// TYPE_MISMATCH or SHAPE_MISMATCH, naming the input.
Result<uint32_t> selectProgram(const veltair_artifact &artifact,
                               std::span<const uint32_t> programs,
                               std::span<const veltair_input> inputs,
                               std::span<const uint8_t> absent = {});

// The bytes of a tensor of this shape.
uint64_t shapeBytes(const veltair_tensor &tensor, const veltair_shape &shape);

// The key of a program in profiles: "model/isa/1x3x224x224,1x8".
std::string programName(const veltair_artifact &artifact,
                        const veltair_program &program);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_PROGRAMS_H
