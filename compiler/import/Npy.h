// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reader of numpy's .npy files.

#ifndef VELTAIR_COMPILER_IMPORT_NPY_H
#define VELTAIR_COMPILER_IMPORT_NPY_H

#include "compiler/import/Problems.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace mlir::veltair::importer {

/// True when `bytes` begin like a .npy file.
bool isNpy(StringRef bytes);

/// The array in the .npy file `bytes`; `path` stands in the problem.
FailureOr<ElementsAttr> readNpy(StringRef bytes, Location location,
                                StringRef path, Problems &problems);

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_NPY_H
