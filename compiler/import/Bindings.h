// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binding of open dimensions: which programs a model gets.

#ifndef VELTAIR_COMPILER_IMPORT_BINDINGS_H
#define VELTAIR_COMPILER_IMPORT_BINDINGS_H

#include "compiler/import/Problems.h"

namespace mlir::veltair::importer {

/// One dimension of an input as the model declares it: a number, or open, then
/// with a symbol or without (empty).
struct DeclaredDimension {
  int64_t extent = ImportOptions::open;
  std::string symbol;
};

struct DeclaredInput {
  std::string name;
  Type element;
  std::vector<DeclaredDimension> dimensions;
};

/// The extents of all inputs in one program.
using Binding = std::vector<SmallVector<int64_t>>;

/// The bindings that the options ask for, at least one. Dimensions left open,
/// and options that name nothing or contradict the model, are problems at
/// `location`.
FailureOr<std::vector<Binding>> bindInputs(ArrayRef<DeclaredInput> inputs,
                                           const ImportOptions &options,
                                           Location location,
                                           Problems &problems);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_BINDINGS_H
