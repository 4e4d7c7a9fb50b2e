// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the importer reports what is wrong.

#ifndef VELTAIR_COMPILER_IMPORT_PROBLEMS_H
#define VELTAIR_COMPILER_IMPORT_PROBLEMS_H

#include "compiler/import/Import.h"
#include "llvm/Support/JSON.h"

namespace mlir::veltair::importer {

/// Collects problems. With `stopAtFirst` the importer gives up at the first.
class Problems {
public:
  explicit Problems(bool stopAtFirst) : stopAtFirst(stopAtFirst) {}

  /// Records a problem; returns failure, for `return problems.add(...)`.
  /// Names in a file may be any bytes, the message is text.
  LogicalResult add(Location location, const Twine &message) {
    list.push_back({location, llvm::json::fixUTF8(message.str())});
    return failure();
  }
  /// True when there is nothing to be gained from going on.
  bool done() const { return stopAtFirst && !list.empty(); }
  bool empty() const { return list.empty(); }
  size_t size() const { return list.size(); }
  std::vector<ImportProblem> take() { return std::move(list); }

private:
  bool stopAtFirst;
  std::vector<ImportProblem> list;
};

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_PROBLEMS_H
