// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All dialects and passes of the compiler, for its programs.

#ifndef VELTAIR_COMPILER_DRIVER_REGISTRATION_H
#define VELTAIR_COMPILER_DRIVER_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace mlir::veltair {

/// Adds every dialect that the compiler reads, writes or passes through, with
/// their interfaces' external models.
void registerAllVeltairDialects(DialectRegistry &registry);

/// Registers our passes with the pass manager's textual form.
void registerAllVeltairPasses();

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_DRIVER_REGISTRATION_H
