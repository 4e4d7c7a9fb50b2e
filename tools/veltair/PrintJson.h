// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_TOOLS_PRINTJSON_H
#define VELTAIR_TOOLS_PRINTJSON_H

#include "nlohmann/json.hpp"

#include <iostream>

namespace veltair::tool {

// The document of `--json`, on standard output. Names of files are any bytes:
// what is no UTF-8 in them is replaced.
inline void printJson(const nlohmann::ordered_json &document) {
  std::cout << document.dump(2, ' ', /*ensure_ascii=*/false,
                             nlohmann::ordered_json::error_handler_t::replace)
            << "\n";
}

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_PRINTJSON_H
