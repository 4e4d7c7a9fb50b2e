// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Shape.cpp.inc"

/// The position of the element at `index` of `shape` in row-major order.
static Value linearize(ElementBuilder &b, ValueRange index,
                       ArrayRef<int64_t> shape) {
  Value flat = b.index(0);
  for (auto [i, extent] : llvm::zip_equal(index, shape))
    flat = b.add(b.mul(flat, extent), i);
  return flat;
}

/// The index of element number `flat` of `shape`.
static SmallVector<Value> delinearize(ElementBuilder &b, Value flat,
                                      ArrayRef<int64_t> shape) {
  SmallVector<Value> index(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    index[i] = i == 0 ? flat : b.remIndex(flat, shape[i]);
    if (i > 0)
      flat = b.divIndex(flat, shape[i]);
  }
  return index;
}

LogicalResult FlattenOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("Flatten", location, types);
  ArrayRef<int64_t> shape = shapeOf(a.getInput());
  int64_t axis = a.getAxis(), rank = shape.size();
  if (axis < -rank || axis > rank)
    return infer.fail(1, "axis " + Twine(axis) + " is out of range for rank " +
                             Twine(rank));
  axis = axis < 0 ? axis + rank : axis;
  return infer.result(elementType(a.getInput()),
                      {elementCount(shape.take_front(axis)),
                       elementCount(shape.drop_front(axis))});
}

Value FlattenOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Value flat = linearize(b, index, shapeOf(getOutput()));
  return b.load(getInput(), delinearize(b, flat, shapeOf(getInput())));
}
