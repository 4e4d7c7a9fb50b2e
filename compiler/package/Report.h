// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler tells about an artifact (`--report`).

#ifndef VELTAIR_COMPILER_PACKAGE_REPORT_H
#define VELTAIR_COMPILER_PACKAGE_REPORT_H

#include "compiler/package/Artifact.h"

namespace mlir::veltair {

/// Prints the document that `veltair inspect --json` prints for the artifact.
void writeJsonReport(const Artifact &artifact, llvm::raw_ostream &os);

/// Prints the same as a page to read.
void writeHtmlReport(const Artifact &artifact, llvm::raw_ostream &os);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_REPORT_H
