// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An error of the user's: bad input, a file that cannot be read.

#ifndef VELTAIR_TOOLS_USERERROR_H
#define VELTAIR_TOOLS_USERERROR_H

#include <stdexcept>

namespace veltair::tool {

// Its text is one line that names what and where; `main` prints it and exits
// with 1.
class UserError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_USERERROR_H
