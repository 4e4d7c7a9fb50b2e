// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Generator.cpp.inc"

LogicalResult
ConstantOfShapeOp::inferReturnTypes(MLIRContext *context,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("ConstantOfShape", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      infer.integers(1, a.getInput(), "input");
  if (failed(shape))
    return failure();
  ElementsAttr value = a.getValueAttr();
  if (value && value.getNumElements() != 1)
    return infer.fail(2, "value must have one element");
  Type element =
      value ? value.getElementType() : Type(Float32Type::get(context));
  return infer.result(element, *shape);
}

OpFoldResult ConstantOfShapeOp::fold(FoldAdaptor) {
  Type element = elementType(getOutput());
  std::vector<char> zero(elementBytes(element));
  ElementBytes given(getValueAttr() ? getValueAttr() : ElementsAttr());
  ArrayRef<char> one = given ? given.get() : ArrayRef<char>(zero);
  RankedTensorType type = tensorType(getOutput());
  if (type.getNumElements() == 0)
    return makeElements(type, {});
  Type scalarType = RankedTensorType::get({}, element);
  auto scalar = dyn_cast<DenseElementsAttr>(
      makeElements(cast<RankedTensorType>(scalarType), one));
  return DenseElementsAttr::get(type, scalar.getSplatValue<Attribute>());
}

Value ConstantOfShapeOp::emitElement(ElementBuilder &b, unsigned, ValueRange) {
  Type type = computeType(elementType(getOutput()));
  if (!getValueAttr())
    return b.constant(type, 0);
  if (std::optional<SmallVector<double>> real = getFloats(getValueAttr()))
    return b.constant(type, real->front());
  return b.constant(type, getIntegers(getValueAttr())->front());
}
