// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header of an artifact (`--header`).

#ifndef VELTAIR_COMPILER_PACKAGE_HEADER_H
#define VELTAIR_COMPILER_PACKAGE_HEADER_H

#include "compiler/package/Artifact.h"

namespace mlir::veltair {

/// Prints declarations of the artifact's functions, and sizes and names of its
/// inputs and outputs. C11 and C++; needs no other header of the project.
void writeHeader(const Artifact &artifact, llvm::raw_ostream &os);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_HEADER_H
