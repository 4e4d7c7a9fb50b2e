// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ways to compute a product with a constant matrix.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_MATMULALGORITHMS_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_MATMULALGORITHMS_H

#include "compiler/versions/families/LayerFamily.h"

namespace mlir::veltair {

const LayerFamily &directMatMul();
/// Has no schedules for sizes that it does not cover.
const LayerFamily &strassenMatMul();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_MATMULALGORITHMS_H
