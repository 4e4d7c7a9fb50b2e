// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Large sections of linked files: a linker would map their bytes twice, as its
// input and as its output.

#ifndef VELTAIR_COMPILER_PACKAGE_FILLSECTION_H
#define VELTAIR_COMPILER_PACKAGE_FILLSECTION_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mlir::veltair {

/// Gives the section `name` of the linked ELF file `path` its bytes, those of
/// the file `bytesPath`, which are appended at a page of `path` a piece at a
/// time. The section must be without bytes (SHT_NOBITS), of their size, and
/// alone in its segment (PT_LOAD).
llvm::Error fillSection(llvm::StringRef path, llvm::StringRef name,
                        llvm::StringRef bytesPath);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_FILLSECTION_H
