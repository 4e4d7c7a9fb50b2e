// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Linking objects into artifacts, in this process.

#ifndef VELTAIR_COMPILER_PACKAGE_LINKER_H
#define VELTAIR_COMPILER_PACKAGE_LINKER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace mlir::veltair {

/// Links the object files and archives (all their members) `inputs` to a shared
/// object at `output`, which exports the symbols of default visibility.
/// Calls must not overlap: LLD keeps global state.
llvm::Error linkSharedObject(llvm::ArrayRef<std::string> inputs,
                             llvm::StringRef output, unsigned threads);

/// Links them to one relocatable object, in which hidden symbols are local: the
/// objects of several models fit into one program.
llvm::Error linkObject(llvm::ArrayRef<std::string> inputs,
                       llvm::StringRef output, unsigned threads);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_LINKER_H
