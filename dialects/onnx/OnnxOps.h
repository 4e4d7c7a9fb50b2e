// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect and its operations, by family.

#ifndef VELTAIR_DIALECTS_ONNX_ONNXOPS_H
#define VELTAIR_DIALECTS_ONNX_ONNXOPS_H

#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Inference.h"
#include "dialects/onnx/OnnxInterfaces.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/onnx/OnnxDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/onnx/Constant.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Attention.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Bounded.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Einsum.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Elementwise.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/NeuralNetwork.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Pooling.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Quantization.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Loss.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Reduction.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Indexing.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Normalization.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Resize.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Generator.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Rearrangement.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Recurrent.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Sampling.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Signal.h.inc"
#define GET_OP_CLASSES
#include "dialects/onnx/Shape.h.inc"

namespace mlir::veltair::onnx {

/// True for operations whose result has the bytes of their first operand.
bool isReinterpretation(Operation *op);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_ONNXOPS_H
