// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An object file around bytes that are streamed, or with the room for them: an
// assembler would hold them all in memory.

#ifndef VELTAIR_COMPILER_PACKAGE_WEIGHTOBJECT_H
#define VELTAIR_COMPILER_PACKAGE_WEIGHTOBJECT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace mlir::veltair {

/// The section of the weights: read-only data that may lie more than 2 GiB from
/// the code.
constexpr llvm::StringLiteral weightsSection = ".lrodata";

/// Writes an ELF object whose section `weightsSection` holds what is written to
/// the stream between construction and `finish`, and which defines the hidden
/// symbol `symbol` there.
class WeightObjectWriter {
public:
  /// `os` must be at the start of a file and outlive this.
  WeightObjectWriter(llvm::raw_fd_ostream &os, llvm::StringRef symbol);
  void finish();

private:
  llvm::raw_fd_ostream &os;
  llvm::StringRef symbol;
};

/// Writes such an object without the bytes: its section has a size alone
/// (SHT_NOBITS). `os` must be at the start of a file.
void writeWeightPlaceholder(llvm::raw_fd_ostream &os, llvm::StringRef symbol,
                            uint64_t size);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_WEIGHTOBJECT_H
