// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The general path: passes that lower any onnx operation through the interface
// that says what it computes.

#ifndef VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_H
#define VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_H

#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
class TypeConverter;
} // namespace mlir

namespace mlir::veltair {

#define GEN_PASS_DECL
#include "compiler/codegen/general/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "compiler/codegen/general/Passes.h.inc"

/// The patterns of decompose-onnx.
void populateDecomposeOnnxPatterns(RewritePatternSet &patterns);

/// Converts tensors to memory element types (signless integers, i8 for bool).
void populateMemoryTypeConversions(TypeConverter &converter);

/// The patterns of convert-onnx-to-generate, for any region whose values the
/// converter's types describe.
void populateOnnxToGeneratePatterns(const TypeConverter &converter,
                                    RewritePatternSet &patterns);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_GENERAL_PASSES_H
