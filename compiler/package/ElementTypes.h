// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Element types as artifacts number them.

#ifndef VELTAIR_COMPILER_PACKAGE_ELEMENTTYPES_H
#define VELTAIR_COMPILER_PACKAGE_ELEMENTTYPES_H

#include "mlir/IR/Types.h"
#include "veltair/artifact.h"

namespace mlir::veltair {

/// The ABI's number of an element type; 0 if it has none.
veltair_dtype getDtype(Type elementType);

/// "float32"
StringRef getDtypeName(veltair_dtype dtype);

/// The bytes of one element.
unsigned getDtypeBytes(veltair_dtype dtype);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_ELEMENTTYPES_H
