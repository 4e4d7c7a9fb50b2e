// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the command lines of the tools have in common.

#ifndef VELTAIR_TOOLS_COMMANDLINE_H
#define VELTAIR_TOOLS_COMMANDLINE_H

#include <CLI/CLI.hpp>

namespace veltair {

// The option may be given again and again, and takes one argument each time:
// what follows is a positional, maybe.
inline CLI::Option *takesOneEach(CLI::Option *option) {
  return option->expected(1)->allow_extra_args(false)->take_all();
}

} // namespace veltair

#endif // VELTAIR_TOOLS_COMMANDLINE_H
