// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a compiled module to the files that a user gets.

#ifndef VELTAIR_COMPILER_PACKAGE_PACKAGE_H
#define VELTAIR_COMPILER_PACKAGE_PACKAGE_H

#include "compiler/codegen/backend/ObjectCache.h"
#include "mlir/IR/BuiltinOps.h"
#include <functional>
#include <string>

namespace mlir::veltair {

enum class ArtifactKind {
  SharedObject, ///< To be loaded (.so).
  Object,       ///< To be linked into a program (.o).
};

struct PackageOptions {
  std::string output;
  ArtifactKind kind = ArtifactKind::SharedObject;
  /// Otherwise the weights go to the file `output`.weights.
  bool embedWeights = true;
  std::string header; ///< The C header to write; empty: none.
  std::string report; ///< The report (.html or .json); empty: none.
  const ObjectCache *cache = nullptr; ///< May be null.
  /// Called as work goes on, from any thread, one call at a time, with the
  /// number of kernel modules done and of all.
  std::function<void(size_t done, size_t total)> onProgress;
};

/// Writes the artifact of `module`, which holds one `veltair.model` and beside
/// it the kernel modules of its stages. The model's symbol name is the
/// artifact's name, a C identifier. Kernels are compiled on the threads of the
/// MLIRContext; calls must not overlap. The bytes written depend only on the
/// module, the options above and the outputs' file names. On failure an error
/// is reported and no artifact is left behind.
LogicalResult packageModel(ModuleOp module, const PackageOptions &options);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_PACKAGE_H
