// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which program of an artifact runs when only some inputs are given.

#ifndef VELTAIR_TOOLS_PROGRAMCHOICE_H
#define VELTAIR_TOOLS_PROGRAMCHOICE_H

#include "tools/veltair/Tensor.h"

#include <span>
#include <vector>

namespace veltair::tool {

// The first of `programs` that takes the given inputs; the others, which are
// null, may have any shapes. Throws why none does.
uint32_t chooseProgram(const veltair_artifact &artifact,
                       std::span<const uint32_t> programs,
                       std::span<const Tensor *const> given);

// Those of `programs` that queries can have: not behind another one for the
// same shapes.
std::vector<uint32_t> distinctPrograms(const veltair_artifact &artifact,
                                       std::span<const uint32_t> programs);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_PROGRAMCHOICE_H
