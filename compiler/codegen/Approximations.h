// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions of f32 that are evaluated often enough to have an expansion of
// their own, made for throughput: no branches, few constants.

#ifndef VELTAIR_COMPILER_CODEGEN_APPROXIMATIONS_H
#define VELTAIR_COMPILER_CODEGEN_APPROXIMATIONS_H

#include "mlir/IR/PatternMatch.h"

namespace mlir::veltair {

/// Adds patterns for scalars and vectors of f32, preferred to upstream's:
///  * math.exp, within 1e-7 of the value (1e-5 from 88.4 on); 0 below -88.0;
///  * math.erf, within 5e-7.
/// Where results will be rounded to bf16 (`bf16`):
///  * math.erf, within 1.3e-4;
///  * divisions by constants become products, within an ulp.
void populateApproximations(RewritePatternSet &patterns, bool bf16);

/// Adds patterns for scalars and vectors of f32, whose upstream expansions fail
/// for large or small arguments:
///  * math.sin and math.cos, within 2e-7 up to 1e9;
///  * math.sinh, asinh, acosh and atanh, within 1e-6 of the value.
void populateCircularFunctions(RewritePatternSet &patterns);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_APPROXIMATIONS_H
