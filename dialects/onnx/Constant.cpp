// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Constant.cpp.inc"

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>, Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(a.getValue().getShapedType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult
SequenceConstructOp::inferReturnTypes(MLIRContext *context,
                                      std::optional<Location>, Adaptor a,
                                      SmallVectorImpl<Type> &types) {
  types.push_back(TupleType::get(context, a.getInputs().getTypes()));
  return success();
}
