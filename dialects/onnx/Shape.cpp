// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

bool mlir::veltair::onnx::isReinterpretation(Operation *op) {
  return isa<FlattenOp, IdentityOp, ReshapeOp, SqueezeOp, UnsqueezeOp>(op);
}

static Value emitReinterpretation(ElementBuilder &b, Value source,
                                  ValueRange index, Value result) {
  Value flat = linearize(b, index, shapeOf(result));
  return b.load(source, delinearize(b, flat, shapeOf(source)));
}

static OpFoldResult foldReinterpretation(Value source, Attribute constant,
                                         Value result) {
  if (source.getType() == result.getType())
    return source;
  if (auto elements = dyn_cast_or_null<ElementsAttr>(constant))
    return reinterpretElements(elements, tensorType(result));
  return {};
}

#define GET_OP_CLASSES
#include "dialects/onnx/Shape.cpp.inc"

//===----------------------------------------------------------------------===//
// The same elements in the same order
//===----------------------------------------------------------------------===//

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

LogicalResult IdentityOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>, Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(a.getInput().getType());
  return success();
}

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("Reshape", location, types);
  ArrayRef<int64_t> source = shapeOf(a.getData());
  FailureOr<SmallVector<int64_t>> shape =
      infer.integers(1, a.getShape(), "shape");
  if (failed(shape))
    return failure();
  int64_t inferred = -1;
  SmallVector<int64_t> known;
  for (auto [i, extent] : llvm::enumerate(*shape)) {
    if (extent == 0 && a.getAllowzero() == 0 && i < source.size())
      extent = source[i];
    if (extent < -1 || (extent == -1 && inferred >= 0))
      return infer.fail(2, "shape has an element below -1, or -1 twice");
    if (extent == -1)
      inferred = i;
    else
      known.push_back(extent);
  }
  // Inferring the type of what is known refuses impossible shapes.
  SmallVector<Type> checked;
  Inference knownShape("Reshape", location, checked);
  if (failed(knownShape.result(elementType(a.getData()), known)))
    return failure();
  int64_t count = elementCount(source), rest = elementCount(known);
  if (inferred >= 0 && rest != 0 && count % rest == 0)
    (*shape)[inferred] = count / rest;
  if (llvm::is_contained(*shape, -1) || elementCount(*shape) != count)
    return infer.fail(3, "the operand has " + Twine(count) +
                             " elements, which do not fit the shape");
  return infer.result(elementType(a.getData()), *shape);
}

LogicalResult SqueezeOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("Squeeze", location, types);
  ArrayRef<int64_t> source = shapeOf(a.getData());
  FailureOr<SmallVector<int64_t>> given =
      infer.integers(1, a.getAxes(), "axes", {});
  if (failed(given))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = infer.axes(2, *given, source.size());
  if (failed(axes))
    return failure();
  // None, or an empty list: all that can be.
  if (axes->empty())
    for (auto [i, extent] : llvm::enumerate(source))
      if (extent == 1)
        axes->push_back(i);
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(source)) {
    if (!llvm::is_contained(*axes, int64_t(i)))
      shape.push_back(extent);
    else if (extent != 1)
      return infer.fail(3, "dimension " + Twine(i) + " has the extent " +
                               Twine(extent) + ", not 1");
  }
  return infer.result(elementType(a.getData()), shape);
}

LogicalResult UnsqueezeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("Unsqueeze", location, types);
  FailureOr<SmallVector<int64_t>> given =
      infer.integers(1, a.getAxes(), "axes");
  if (failed(given))
    return failure();
  ArrayRef<int64_t> source = shapeOf(a.getData());
  FailureOr<SmallVector<int64_t>> axes =
      infer.axes(2, *given, source.size() + given->size());
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape(source);
  llvm::sort(*axes);
  for (int64_t axis : *axes)
    shape.insert(shape.begin() + axis, 1);
  return infer.result(elementType(a.getData()), shape);
}

//===----------------------------------------------------------------------===//
// Facts about shapes
//===----------------------------------------------------------------------===//

/// The dimensions [first, second) that a Shape operation tells.
static std::pair<int64_t, int64_t>
shapeRange(ArrayRef<int64_t> shape, int64_t start, std::optional<int64_t> end) {
  int64_t rank = shape.size();
  auto clamp = [&](int64_t i) {
    return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  int64_t first = clamp(start);
  return {first, std::max(first, clamp(end.value_or(rank)))};
}

LogicalResult ShapeOp::inferReturnTypes(MLIRContext *context,
                                        std::optional<Location> location,
                                        Adaptor a,
                                        SmallVectorImpl<Type> &types) {
  auto [first, last] =
      shapeRange(shapeOf(a.getData()), a.getStart(), a.getEnd());
  return Inference("Shape", location, types)
      .result(IntegerType::get(context, 64), {last - first});
}

std::pair<int64_t, int64_t> ShapeOp::getRange() {
  return shapeRange(shapeOf(getData()), getStart(), getEnd());
}

OpFoldResult ShapeOp::fold(FoldAdaptor) {
  if (hasExtents(getData().getType()))
    return {};
  ArrayRef<int64_t> shape = shapeOf(getData());
  auto [first, last] = getRange();
  return DenseElementsAttr::get(getType(), shape.slice(first, last - first));
}

Value ShapeOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  auto [first, last] = getRange();
  Value value = b.constant(b.getI64Type(), 0);
  for (int64_t i = first; i < last; ++i)
    value =
        b.select(b.eq(index[0], b.index(i - first)),
                 b.fromIndex(b.extent(getData(), i), b.getI64Type()), value);
  return value;
}

LogicalResult SizeOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> location,
                                       Adaptor, SmallVectorImpl<Type> &types) {
  return Inference("Size", location, types)
      .result(IntegerType::get(context, 64), {});
}

OpFoldResult SizeOp::fold(FoldAdaptor) {
  if (hasExtents(getData().getType()))
    return {};
  return DenseElementsAttr::get(getType(), elementCount(shapeOf(getData())));
}

Value SizeOp::emitElement(ElementBuilder &b, unsigned, ValueRange) {
  Value size = b.index(1);
  for (Value extent : b.extents(getData()))
    size = b.mul(size, extent);
  return b.fromIndex(size, b.getI64Type());
}
