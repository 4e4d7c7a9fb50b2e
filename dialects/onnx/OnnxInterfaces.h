// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interfaces by which ONNX operations say what they compute.

#ifndef VELTAIR_DIALECTS_ONNX_ONNXINTERFACES_H
#define VELTAIR_DIALECTS_ONNX_ONNXINTERFACES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

namespace mlir::veltair::onnx {
class ElementBuilder;

/// How many operands an ONNX node of some operator may have.
struct OperandArity {
  unsigned required; // the first ones
  unsigned total;    // with the optional ones
  bool variadic;     // the last one may be repeated (once at least)
};

/// Operations that are no operators of ONNX: models cannot contain them.
template <typename Op>
class ImporterOnly : public OpTrait::TraitBase<Op, ImporterOnly> {};
} // namespace mlir::veltair::onnx

#include "dialects/onnx/OnnxInterfaces.h.inc"

#endif // VELTAIR_DIALECTS_ONNX_ONNXINTERFACES_H
