// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Bounded.h"
#include "dialects/onnx/Heap.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Bounded.cpp.inc"

LogicalResult onnx::inferBounded(Inference &infer, Type element,
                                 ArrayRef<int64_t> shape, int64_t dim,
                                 SmallVectorImpl<Type> &types) {
  if (failed(infer.result(element, shape)))
    return failure();
  SmallVector<int64_t> numbers(shape.size(), exactExtent);
  numbers[dim] = unnamedExtent;
  types.back() = withExtents(cast<RankedTensorType>(types.back()), numbers);
  return success();
}

LogicalResult onnx::inferExtent(Inference &infer, MLIRContext *context) {
  return infer.result(IntegerType::get(context, 64), {});
}

void onnx::storeExtent(ElementBuilder &b, unsigned result, Value extent) {
  b.store(result, b.fromIndex(extent, b.getI64Type()), {});
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

LogicalResult NonZeroOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("NonZero", location, types);
  // A scalar counts as a vector of one element.
  int64_t rank = std::max<int64_t>(rankOf(a.getX()), 1);
  if (failed(inferBounded(infer, IntegerType::get(context, 64),
                          {rank, elementCount(shapeOf(a.getX()))}, 1, types)))
    return failure();
  return inferExtent(infer, context);
}

void NonZeroOp::emitLoops(ElementBuilder &b) {
  SmallVector<Value> count = b.loopNestOver(
      b.extents(getX()), b.index(0), [&](ValueRange index, ValueRange carried) {
        // Stored in any case, which is not past the end, and overwritten.
        SmallVector<Value> position(index);
        if (position.empty())
          position.push_back(b.index(0));
        for (auto [dim, i] : llvm::enumerate(position))
          b.store(0, b.fromIndex(i, b.getI64Type()),
                  {b.index(dim), carried[0]});
        Value x = b.load(getX(), index);
        Value isSet =
            x.getType().isInteger(1) ? x : b.ne(x, b.constantLike(x, 0));
        return SmallVector<Value>{
            b.add(carried[0], b.select(isSet, b.index(1), b.index(0)))};
      });
  storeExtent(b, 1, count[0]);
}

FailureOr<int64_t>
mlir::veltair::onnx::inferSlices(const Inference &infer,
                                 std::optional<int64_t> axis,
                                 SmallVectorImpl<int64_t> &shape) {
  if (axis)
    return infer.axis(1, *axis, shape.size());
  shape.assign({elementCount(shape)});
  return 0;
}

LogicalResult CompressOp::inferReturnTypes(MLIRContext *context,
                                           std::optional<Location> location,
                                           Adaptor a,
                                           SmallVectorImpl<Type> &types) {
  Inference infer("Compress", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getInput()));
  FailureOr<int64_t> axis = inferSlices(infer, a.getAxis(), shape);
  if (failed(axis))
    return failure();
  int64_t dim = *axis;
  ArrayRef<int64_t> condition = shapeOf(a.getCondition());
  if (condition.size() != 1 || condition[0] > shape[dim])
    return infer.fail(2, "condition does not fit the operand");
  shape[dim] = condition[0];
  if (failed(inferBounded(infer, elementType(a.getInput()), shape, dim, types)))
    return failure();
  return inferExtent(infer, context);
}

/// Walks all elements in their order.
static Value compressFlat(ElementBuilder &b, CompressOp op) {
  Value input = op.getInput(), condition = op.getCondition();
  Value count = b.extent(condition, 0);
  auto keep = [&](ValueRange index, Value kept) {
    b.store(0, b.load(input, index), kept);
    return SmallVector<Value>{b.add(kept, 1)};
  };
  return b.loopNestOver(
      b.extents(input), {b.index(0), b.index(0)},
      [&](ValueRange index, ValueRange carried) {
        Value position = carried[0], kept = carried[1];
        auto same = [&] { return SmallVector<Value>{kept}; };
        SmallVector<Value> next = b.ifElse(
            b.lt(position, count), b.getIndexType(),
            [&] {
              return b.ifElse(
                  b.load(condition, position), b.getIndexType(),
                  [&] { return keep(index, kept); }, same);
            },
            same);
        return SmallVector<Value>{b.add(position, 1), next[0]};
      })[1];
}

static Value compressAlong(ElementBuilder &b, CompressOp op, int64_t axis) {
  SmallVector<Value> outer = b.extents(op.getInput());
  outer[axis] = b.index(1);
  return b.reduce(b.index(0), b.extent(op.getCondition(), 0), b.index(0),
                  [&](Value i, Value kept) {
                    return b.ifElse(
                        b.load(op.getCondition(), i), b.getIndexType(),
                        [&] {
                          b.loopNestOver(
                              outer, {}, [&](ValueRange index, ValueRange) {
                                SmallVector<Value> from(index), to(index);
                                from[axis] = i;
                                to[axis] = kept;
                                b.store(0, b.load(op.getInput(), from), to);
                                return SmallVector<Value>();
                              });
                          return SmallVector<Value>{b.add(kept, 1)};
                        },
                        [&] { return SmallVector<Value>{kept}; })[0];
                  });
}

void CompressOp::emitLoops(ElementBuilder &b) {
  std::optional<int64_t> axis = getAxis();
  Value count =
      axis ? compressAlong(b, *this, *normalizeAxis(*axis, rankOf(getInput())))
           : compressFlat(b, *this);
  storeExtent(b, 1, count);
}

//===----------------------------------------------------------------------===//
// Forms of operators whose results have a static size elsewhere
//===----------------------------------------------------------------------===//

LogicalResult
BoundedConcatOp::inferReturnTypes(MLIRContext *context,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("BoundedConcat", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      inferConcat(infer, a.getInputs(), a.getAxis());
  if (failed(shape))
    return failure();
  int64_t axis = *normalizeAxis(a.getAxis(), shape->size());
  if (failed(inferBounded(infer, elementType(a.getInputs().front()), *shape,
                          axis, types)))
    return failure();
  return inferExtent(infer, context);
}

/// Copies the input of that number, one of `inputs` (the first has the number
/// `first`), to `offset` along the axis; returns its end.
static Value copyInput(ElementBuilder &b, ValueRange inputs, int64_t first,
                       Value number, int64_t axis, Value offset) {
  if (size_t half = inputs.size() / 2) {
    auto among = [&](ValueRange part, int64_t begin) {
      return SmallVector<Value>{
          copyInput(b, part, begin, number, axis, offset)};
    };
    int64_t middle = first + int64_t(half);
    return b.ifElse(
        b.lt(number, b.index(middle)), b.getIndexType(),
        [&] { return among(inputs.take_front(half), first); },
        [&] { return among(inputs.drop_front(half), middle); })[0];
  }
  Value input = inputs.front();
  SmallVector<Value> upper = b.extents(input);
  b.loopNestOver(upper, {}, [&](ValueRange index, ValueRange) {
    SmallVector<Value> position(index);
    position[axis] = b.add(index[axis], offset);
    b.store(0, b.load(input, index), position);
    return SmallVector<Value>();
  });
  return b.add(offset, upper[axis]);
}

void BoundedConcatOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getOutput()));
  SmallVector<Value> inputs(llvm::make_filter_range(
      getInputs(), [](Value v) { return elementCount(shapeOf(v)) != 0; }));
  // A loop that carries the offset: as a sum of all extents before, it would
  // cost LLVM's loop passes time that grows with the cube of the inputs.
  Value zero = b.index(0);
  Value end = zero;
  if (!inputs.empty())
    end = b.reduce(zero, b.index(int64_t(inputs.size())), zero,
                   [&](Value number, Value offset) {
                     return copyInput(b, inputs, 0, number, axis, offset);
                   });
  storeExtent(b, 1, end);
}

/// The dimension in which two tensors of one rank differ: the first that has
/// another extent, or one that may have.
static int64_t differingDimension(Value x, Value y) {
  for (int64_t dim = 0; dim < rankOf(x); ++dim) {
    int64_t number = extentNumber(x.getType(), dim);
    if (shapeOf(x)[dim] != shapeOf(y)[dim] || number == unnamedExtent ||
        number != extentNumber(y.getType(), dim))
      return dim;
  }
  return 0;
}

LogicalResult BoundedIfOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("BoundedIf", location, types);
  if (elementCount(shapeOf(a.getCondition())) != 1)
    return infer.fail(1, "condition must have one element");
  Value x = a.getThenValue(), y = a.getElseValue();
  if (elementType(x) != elementType(y) || rankOf(x) != rankOf(y) ||
      rankOf(x) == 0)
    return infer.fail(2, "the branches' results do not fit each other");
  int64_t axis = differingDimension(x, y);
  SmallVector<int64_t> shape(shapeOf(x)), other(shapeOf(y));
  shape[axis] = other[axis] = std::max(shape[axis], other[axis]);
  if (shape != other)
    return infer.fail(2, "the branches' results differ in two dimensions");
  if (failed(inferBounded(infer, elementType(x), shape, axis, types)))
    return failure();
  return inferExtent(infer, context);
}

int64_t BoundedIfOp::getAxis() {
  return differingDimension(getThenValue(), getElseValue());
}

Value BoundedIfOp::emitElement(ElementBuilder &b, unsigned result,
                               ValueRange index) {
  int64_t axis = getAxis();
  Value condition = b.loadScalar(getCondition());
  if (result == 1)
    return b.fromIndex(b.select(condition, b.extent(getThenValue(), axis),
                                b.extent(getElseValue(), axis)),
                       b.getI64Type());
  Type type = computeType(elementType(getOutput()));
  auto load = [&](Value from) {
    int64_t extent = shapeOf(from)[axis];
    if (extent == 0)
      return SmallVector<Value>{b.constant(type, 0)};
    SmallVector<Value> position(index);
    position[axis] = b.min(position[axis], b.index(extent - 1));
    return SmallVector<Value>{b.load(from, position)};
  };
  return b.ifElse(
      condition, type, [&] { return load(getThenValue()); },
      [&] { return load(getElseValue()); })[0];
}

LogicalResult BoundedSliceOp::inferReturnTypes(MLIRContext *context,
                                               std::optional<Location> location,
                                               Adaptor a,
                                               SmallVectorImpl<Type> &types) {
  Inference infer("BoundedSlice", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getData()));
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  int64_t start = a.getStart(), end = a.getEnd(), &extent = shape[*axis];
  if (start >= 0 && end >= 0)
    extent = std::max<int64_t>(std::min(end, extent) - start, 0);
  else if (start < 0 && start > -extent)
    extent = -start;
  if (failed(
          inferBounded(infer, elementType(a.getData()), shape, *axis, types)))
    return failure();
  return inferExtent(infer, context);
}

Value BoundedSliceOp::emitElement(ElementBuilder &b, unsigned result,
                                  ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getData()));
  Value extent = b.extent(getData(), axis), zero = b.index(0);
  int64_t bound = shapeOf(getData())[axis];
  auto resolve = [&](int64_t at) {
    // Positions beyond the bound are beyond the extent.
    at = std::clamp(at, -bound, bound);
    Value position = b.index(at);
    if (at < 0)
      position = b.add(extent, at);
    return b.clamp(position, zero, extent);
  };
  Value start = resolve(getStart());
  if (result == 1)
    return b.fromIndex(b.max(b.sub(resolve(getEnd()), start), zero),
                       b.getI64Type());
  SmallVector<Value> position(index);
  position[axis] = b.add(position[axis], start);
  return b.load(getData(), position);
}

LogicalResult BoundedTopKOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> location,
                                              Adaptor a,
                                              SmallVectorImpl<Type> &types) {
  Inference infer("BoundedTopK", location, types);
  if (elementCount(shapeOf(a.getK())) != 1)
    return infer.fail(1, "k must have one element");
  SmallVector<int64_t> shape(shapeOf(a.getX()));
  FailureOr<int64_t> axis = infer.axis(2, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  int64_t bound = a.getBound();
  if (bound < 0)
    return infer.fail(3, "bound is negative");
  shape[*axis] = std::min(bound, shape[*axis]);
  if (failed(inferBounded(infer, elementType(a.getX()), shape, *axis, types)) ||
      failed(inferBounded(infer, IntegerType::get(context, 64), shape, *axis,
                          types)))
    return failure();
  return inferExtent(infer, context);
}

void BoundedTopKOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getX()));
  Value k = b.toIndex(b.loadScalar(getK())), zero = b.index(0);
  Value most =
      b.min(b.extent(getX(), axis), b.index(shapeOf(getValues())[axis]));
  b.check(b.logicalAnd(b.le(zero, k), b.le(k, most)), Fault::IndexOutOfRange);
  k = b.clamp(k, zero, most);
  if (elementCount(shapeOf(getValues())) != 0)
    emitTopK(b, getX(), axis, k, getLargest() != 0);
  storeExtent(b, 2, k);
}

// Not a constraint of the attribute, which is checked while the resources that
// follow at the end of a file are not known yet.
LogicalResult FillLikeOp::verify() {
  if (!ElementBytes(getValue()))
    return emitOpError("has a value that cannot be read (C1)");
  return success();
}

Value FillLikeOp::emitScalar(ElementBuilder &b, ValueRange) {
  return b.constant(getValue());
}
