// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables of an artifact (veltair/artifact.h) as an object file.

#ifndef VELTAIR_COMPILER_PACKAGE_TABLES_H
#define VELTAIR_COMPILER_PACKAGE_TABLES_H

#include "compiler/package/Artifact.h"

namespace mlir::veltair {

inline constexpr llvm::StringLiteral tablesSection = ".veltair.tables";
inline constexpr llvm::StringLiteral noteSection = ".note.veltair";
/// The hidden symbol of embedded weights.
inline constexpr llvm::StringLiteral weightsSymbol = "veltair_weights";
/// The hidden function of Entry.c that `veltair_<name>_run` calls.
inline constexpr llvm::StringLiteral entrySymbol = "veltair_entry";

/// Makes the object with the tables, the functions `veltair_<name>` and
/// `veltair_<name>_run`, with `isShared` also `veltair_query`, and the note (in
/// which the tables' hash is still zero). It refers to the stage functions, to
/// `entrySymbol`, and to `weightsSymbol` when weights are embedded.
void makeTablesObject(const Artifact &artifact, bool isShared,
                      SmallVectorImpl<char> &object);

/// Writes the hash of the tables into the note of a linked artifact, the file
/// `path`.
llvm::Error sealNote(llvm::StringRef path);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_TABLES_H
