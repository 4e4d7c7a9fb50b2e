// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The algorithms by which dense convolutions are computed, one a file. Each is
// what a family is, for the schedules of its name; a new one is a new file and
// a line in Convolution.cpp.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVALGORITHMS_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVALGORITHMS_H

#include "compiler/versions/families/LayerFamily.h"

namespace mlir::veltair {

const LayerFamily &directConvolution();
/// F(4x4, 3x3) and F(2x2, 3x3), and what else has tiles of 6x6 and 4x4, like
/// F(2x2, 5x5); without schedules for other convolutions than those of one
/// group with square filters, of stride 1, on a blocked input.
const LayerFamily &winograd4Convolution();
const LayerFamily &winograd2Convolution();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_CONVALGORITHMS_H
