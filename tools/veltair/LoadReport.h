// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `veltair load` and `veltair simulate` print.

#ifndef VELTAIR_TOOLS_LOADREPORT_H
#define VELTAIR_TOOLS_LOADREPORT_H

#include "tools/veltair/RateSearch.h"
#include "tools/veltair/Scenario.h"

#include "nlohmann/json.hpp"

#include <string>

namespace veltair::tool {

// On standard output.
void printTable(const Scenario &scenario, const Played &played);

// The document of `--json`, to which the command may add.
nlohmann::ordered_json describe(const Scenario &scenario, const Played &played,
                                const std::string &schema,
                                const std::string &policy);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_LOADREPORT_H
