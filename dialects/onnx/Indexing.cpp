// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Heap.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Indexing.cpp.inc"

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Gather", location, types);
  ArrayRef<int64_t> data = shapeOf(a.getData());
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), data.size());
  if (failed(axis))
    return failure();
  SmallVector<int64_t> shape(data.take_front(*axis));
  llvm::append_range(shape, shapeOf(a.getIndices()));
  llvm::append_range(shape, data.drop_front(*axis + 1));
  if (data[*axis] == 0 && !llvm::is_contained(shape, 0))
    return infer.fail(2, "there is nothing to gather from");
  return infer.result(elementType(a.getData()), shape);
}

Value GatherOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getData()));
  int64_t count = rankOf(getIndices());
  Value chosen = b.load(getIndices(), index.slice(axis, count));
  SmallVector<Value> position(index.take_front(axis));
  position.push_back(b.checkedIndex(chosen, b.extent(getData(), axis)));
  llvm::append_range(position, index.drop_front(axis + count));
  return b.load(getData(), position);
}

/// True when `indices` has the rank of `data` and no larger extent but in
/// `axis`.
static bool fitsWithin(Value indices, Value data, int64_t axis) {
  ArrayRef<int64_t> inner = shapeOf(indices), outer = shapeOf(data);
  if (inner.size() != outer.size())
    return false;
  for (size_t i = 0; i < inner.size(); ++i)
    if (int64_t(i) != axis && inner[i] > outer[i])
      return false;
  return true;
}

LogicalResult
GatherElementsOp::inferReturnTypes(MLIRContext *,
                                   std::optional<Location> location, Adaptor a,
                                   SmallVectorImpl<Type> &types) {
  Inference infer("GatherElements", location, types);
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), rankOf(a.getData()));
  if (failed(axis))
    return failure();
  if (shapeOf(a.getData())[*axis] == 0 &&
      !llvm::is_contained(shapeOf(a.getIndices()), 0))
    return infer.fail(2, "there is nothing to gather from");
  if (!fitsWithin(a.getIndices(), a.getData(), *axis))
    return infer.fail(3, "the shape of indices does not fit data");
  return infer.result(elementType(a.getData()), shapeOf(a.getIndices()));
}

Value GatherElementsOp::emitElement(ElementBuilder &b, unsigned,
                                    ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getData()));
  SmallVector<Value> position(index);
  position[axis] =
      b.checkedIndex(b.load(getIndices(), index), b.extent(getData(), axis));
  return b.load(getData(), position);
}

LogicalResult GatherNDOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location> location,
                                           Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  Inference infer("GatherND", location, types);
  ArrayRef<int64_t> data = shapeOf(a.getData()),
                    indices = shapeOf(a.getIndices());
  int64_t batch = a.getBatchDims();
  if (batch < 0 || batch >= int64_t(std::min(data.size(), indices.size())) ||
      data.take_front(batch) != indices.take_front(batch))
    return infer.fail(1, "batch_dims does not fit the operands");
  int64_t depth = indices.back();
  if (depth < 1 || depth > int64_t(data.size()) - batch)
    return infer.fail(2, "the positions in indices do not fit data");
  SmallVector<int64_t> shape(indices.drop_back());
  llvm::append_range(shape, data.drop_front(batch + depth));
  if (llvm::is_contained(data.slice(batch, depth), 0) &&
      !llvm::is_contained(shape, 0))
    return infer.fail(3, "there is nothing to gather from");
  return infer.result(elementType(a.getData()), shape);
}

Value GatherNDOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t batch = getBatchDims(), outer = rankOf(getIndices()) - 1;
  SmallVector<Value> position(index.take_front(batch)),
      at(index.take_front(outer));
  at.push_back(Value());
  for (int64_t i = 0; i < shapeOf(getIndices()).back(); ++i) {
    at.back() = b.index(i);
    position.push_back(b.checkedIndex(b.load(getIndices(), at),
                                      b.extent(getData(), batch + i)));
  }
  llvm::append_range(position, index.drop_front(outer));
  return b.load(getData(), position);
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

static bool isReduction(StringRef name) {
  return llvm::is_contained({"none", "add", "mul", "max", "min"}, name);
}

static Value combine(ElementBuilder &b, StringRef reduction, Value old,
                     Value update) {
  if (reduction == "none")
    return update;
  if (old.getType().isInteger(1))
    return reduction == "add" || reduction == "max" ? b.logicalOr(old, update)
                                                    : b.logicalAnd(old, update);
  if (reduction == "add")
    return b.add(old, update);
  if (reduction == "mul")
    return b.mul(old, update);
  return reduction == "max" ? b.max(old, update) : b.min(old, update);
}

/// Stores every element of `data` in result 0.
static void copyToResult(ElementBuilder &b, Value data) {
  b.loopNest(shapeOf(data), {}, [&](ValueRange index, ValueRange) {
    b.store(0, b.load(data, index), index);
    return SmallVector<Value>();
  });
}

static void update(ElementBuilder &b, StringRef reduction, Value value,
                   ValueRange position) {
  if (reduction != "none")
    value = combine(b, reduction, b.loadResult(0, position), value);
  b.store(0, value, position);
}

LogicalResult
ScatterElementsOp::inferReturnTypes(MLIRContext *,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("ScatterElements", location, types);
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), rankOf(a.getData()));
  if (failed(axis))
    return failure();
  if (!fitsWithin(a.getIndices(), a.getData(), *axis) ||
      shapeOf(a.getIndices()) != shapeOf(a.getUpdates()) ||
      elementType(a.getData()) != elementType(a.getUpdates()))
    return infer.fail(2, "the operands do not fit each other");
  if (!isReduction(a.getReduction()))
    return infer.fail(3, "unknown reduction '" + a.getReduction() + "'");
  if (shapeOf(a.getData())[*axis] == 0 &&
      !llvm::is_contained(shapeOf(a.getIndices()), 0))
    return infer.fail(4, "there is nothing to scatter into");
  return infer.result(elementType(a.getData()), shapeOf(a.getData()));
}

void ScatterElementsOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getData()));
  copyToResult(b, getData());
  b.loopNest(shapeOf(getIndices()), {}, [&](ValueRange index, ValueRange) {
    SmallVector<Value> position(index);
    position[axis] =
        b.checkedIndex(b.load(getIndices(), index), shapeOf(getData())[axis]);
    update(b, getReduction(), b.load(getUpdates(), index), position);
    return SmallVector<Value>();
  });
}

LogicalResult ScatterNDOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("ScatterND", location, types);
  ArrayRef<int64_t> data = shapeOf(a.getData()),
                    indices = shapeOf(a.getIndices());
  int64_t depth = indices.empty() ? 0 : indices.back();
  if (depth < 1 || depth > int64_t(data.size()))
    return infer.fail(1, "the positions in indices do not fit data");
  SmallVector<int64_t> expected(indices.drop_back());
  llvm::append_range(expected, data.drop_front(depth));
  if (ArrayRef<int64_t>(expected) != shapeOf(a.getUpdates()) ||
      elementType(a.getData()) != elementType(a.getUpdates()))
    return infer.fail(2, "updates does not fit indices and data");
  if (!isReduction(a.getReduction()))
    return infer.fail(3, "unknown reduction '" + a.getReduction() + "'");
  if (llvm::is_contained(data.take_front(depth), 0) &&
      !llvm::is_contained(expected, 0))
    return infer.fail(4, "there is nothing to scatter into");
  return infer.result(elementType(a.getData()), data);
}

void ScatterNDOp::emitLoops(ElementBuilder &b) {
  copyToResult(b, getData());
  ArrayRef<int64_t> data = shapeOf(getData());
  int64_t outer = rankOf(getIndices()) - 1;
  b.loopNest(shapeOf(getUpdates()), {}, [&](ValueRange index, ValueRange) {
    SmallVector<Value> position, at(index.take_front(outer));
    at.push_back(Value());
    for (int64_t i = 0; i < shapeOf(getIndices()).back(); ++i) {
      at.back() = b.index(i);
      position.push_back(b.checkedIndex(b.load(getIndices(), at), data[i]));
    }
    llvm::append_range(position, index.drop_front(outer));
    update(b, getReduction(), b.load(getUpdates(), index), position);
    return SmallVector<Value>();
  });
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

LogicalResult OneHotOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("OneHot", location, types);
  int64_t depth = 0;
  if (std::optional<int64_t> integer = constantInteger(a.getDepth()))
    depth = *integer;
  else if (auto reals = constantFloats(a.getDepth());
           reals && reals->size() == 1)
    depth = reals->front() >= 1 && reals->front() < 1e9
                ? int64_t(reals->front())
                : 0;
  if (depth < 1)
    return infer.failForValue(1, a.getDepth(),
                              "depth must be a positive constant");
  SmallVector<int64_t> shape(shapeOf(a.getIndices()));
  FailureOr<int64_t> axis = infer.axis(2, a.getAxis(), shape.size() + 1);
  if (failed(axis))
    return failure();
  if (shapeOf(a.getValues()) != ArrayRef<int64_t>{2})
    return infer.fail(3, "values must have two elements");
  shape.insert(shape.begin() + *axis, depth);
  return infer.result(elementType(a.getValues()), shape);
}

Value OneHotOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t rank = rankOf(getOutput());
  int64_t axis = *normalizeAxis(getAxis(), rank);
  SmallVector<Value> position(index);
  position.erase(position.begin() + axis);
  Value hot = b.toIndex(b.convert(b.load(getIndices(), position),
                                  elementType(getIndices()), b.getI64Type()));
  // Out of range means hot nowhere.
  Value depth = b.index(shapeOf(getOutput())[axis]);
  hot = b.select(b.lt(hot, b.index(0)), b.add(hot, depth), hot);
  Value which = b.select(b.eq(hot, index[axis]), b.index(1), b.index(0));
  return b.load(getValues(), which);
}

LogicalResult
ReverseSequenceOp::inferReturnTypes(MLIRContext *,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("ReverseSequence", location, types);
  int64_t batch = a.getBatchAxis(), time = a.getTimeAxis();
  ArrayRef<int64_t> shape = shapeOf(a.getInput());
  if (shape.size() < 2 || batch + time != 1 || batch * time != 0)
    return infer.fail(1, "batch_axis and time_axis must be the first two "
                         "dimensions");
  if (shapeOf(a.getSequenceLens()) != ArrayRef<int64_t>{shape[batch]})
    return infer.fail(2, "sequence_lens needs one element for each batch");
  return infer.result(elementType(a.getInput()), shape);
}

Value ReverseSequenceOp::emitElement(ElementBuilder &b, unsigned,
                                     ValueRange index) {
  int64_t time = getTimeAxis();
  Value length = b.toIndex(b.load(getSequenceLens(), index[getBatchAxis()]));
  length = b.clamp(length, b.index(0), b.index(shapeOf(getInput())[time]));
  Value own = index[time];
  Value mirrored = b.sub(b.sub(length, own), b.index(1));
  SmallVector<Value> position(index);
  position[time] = b.select(b.lt(own, length), mirrored, own);
  return b.load(getInput(), position);
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> location,
                                       Adaptor a,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("TopK", location, types);
  FailureOr<SmallVector<int64_t>> k = infer.integers(1, a.getK(), "k");
  if (failed(k))
    return failure();
  if (k->size() != 1)
    return infer.fail(1, "k must have one element");
  SmallVector<int64_t> shape(shapeOf(a.getX()));
  FailureOr<int64_t> axis = infer.axis(2, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  if (k->front() < 0 || k->front() > shape[*axis])
    return infer.fail(3, "k = " + Twine(k->front()) +
                             " does not fit the extent " + Twine(shape[*axis]));
  shape[*axis] = k->front();
  if (failed(infer.result(elementType(a.getX()), shape)))
    return failure();
  return infer.result(IntegerType::get(context, 64), shape);
}

void TopKOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getX()));
  Value k = b.index(shapeOf(getValues())[axis]);
  b.check(b.le(k, b.extent(getX(), axis)), Fault::IndexOutOfRange);
  if (elementCount(shapeOf(getValues())) != 0)
    emitTopK(b, getX(), axis, k, getLargest() != 0);
}
