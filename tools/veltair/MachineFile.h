// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The machine that `veltair simulate` plays.

#ifndef VELTAIR_TOOLS_MACHINEFILE_H
#define VELTAIR_TOOLS_MACHINEFILE_H

#include "runtime/simulator/Machine.h"

#include <string>
#include <string_view>

namespace veltair::tool {

// Reads a machine's JSON text: `cores` is required, all else has the defaults
// of Machine. A UserError names the key that is unknown, missing or wrong.
//   cores                  number of cores
//   cores_per_l3           cores that share an L3 cache (default: all)
//   l3_mib                 size of one L3 cache
//   core_gflops            rate of one core, 1e9 operations a second
//   core_cache_gb_per_s    what one core reads from its L2 or the L3 cache
//   core_memory_gb_per_s   and from DRAM
//   memory_gb_per_s        DRAM bandwidth of all cores together
//   stage_overhead_us      opening a stage and waiting for its last chunk
//   block_overhead_us      from a grant to the first chunk of its block
Machine parseMachine(std::string_view text);

// The same from a file, which errors name.
Machine readMachine(const std::string &file);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_MACHINEFILE_H
