// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expansions of functions that are evaluated often, or that upstream expands
// only roughly; made for throughput: no branches, few constants.

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
/// For those of f64, whose exponential functions and logarithms are expanded by
/// populateF64Functions:
///  * math.sinh, cosh, tanh, asinh, acosh and atanh, within 4e-16 of the value.
void populateCircularFunctions(RewritePatternSet &patterns);

/// Adds patterns for scalars and vectors of f64, which has no upstream
/// expansions; preferred to a way through f32:
///  * math.exp, expm1, log, log1p, asin, acos, atan and erf, and up to 1e9
///    math.sin, cos and tan, within 4e-16 of the value;
///  * math.powf of what is not negative, within 1e-14 of the value.
/// From 1e15 on, sines and cosines are any numbers between -1 and 1. Results
/// that would be denormal may be 0.
void populateF64Functions(RewritePatternSet &patterns);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_APPROXIMATIONS_H
