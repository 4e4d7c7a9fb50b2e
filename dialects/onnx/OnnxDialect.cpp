// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#include "dialects/onnx/OnnxDialect.cpp.inc"
#include "dialects/onnx/OnnxInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/onnx/Extents.cpp.inc"

void OnnxDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/onnx/Extents.cpp.inc"
      >();
}

void OnnxDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Attention.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Bounded.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Constant.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Einsum.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Elementwise.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/NeuralNetwork.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Pooling.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Loss.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Quantization.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Reduction.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Indexing.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Normalization.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Resize.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Generator.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Rearrangement.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Recurrent.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Sampling.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Signal.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/Shape.cpp.inc"
      >();
}

Operation *OnnxDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location location) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getShapedType() != type)
    return nullptr;
  return ConstantOp::create(builder, location, type, elements);
}
