// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "dialects/onnx/WindowLoops.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/NeuralNetwork.cpp.inc"

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

static FailureOr<Window> inferConvWindow(const Inference &infer,
                                         ConvOp::Adaptor a) {
  ArrayRef<int64_t> kernel = shapeOf(a.getW()).drop_front(2);
  if (!a.getKernelShape().empty() && a.getKernelShape() != kernel)
    return infer.fail(3, "kernel_shape is not the shape of w");
  return inferWindow(infer, 3, shapeOf(a.getX()).drop_front(2),
                     {.autoPad = a.getAutoPad(),
                      .dilations = a.getDilations(),
                      .kernel = kernel,
                      .pads = a.getPads(),
                      .strides = a.getStrides()});
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor a,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("Conv", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), w = shapeOf(a.getW());
  if (x.size() < 3 || w.size() != x.size())
    return infer.fail(1, "x and w need the same rank, at least 3");
  int64_t group = a.getGroup();
  if (group < 1 || x[1] % group != 0 || w[0] % group != 0 ||
      w[1] != x[1] / group)
    return infer.fail(2, "group, the channels of x and the shape of w do not "
                         "fit each other");
  FailureOr<Window> window = inferConvWindow(infer, a);
  if (failed(window))
    return failure();
  if (!isAbsent(a.getB()) && shapeOf(a.getB()) != ArrayRef<int64_t>{w[0]})
    return infer.fail(4, "b must have one element for each output channel");
  SmallVector<int64_t> shape{x[0], w[0]};
  llvm::append_range(shape, window->output);
  return infer.result(elementType(a.getX()), shape);
}

Window ConvOp::getWindow() {
  SmallVector<Type> types;
  return *inferConvWindow(Inference("Conv", std::nullopt, types),
                          Adaptor(*this));
}

Value ConvOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  WindowLoops loops(b, getWindow(), x.drop_front(2), index.drop_front(2));
  Value firstChannel =
      getGroup() == 1 ? b.index(0)
                      : b.mul(b.divIndex(index[1], w[0] / getGroup()), w[1]);
  Value init = b.constant(computeType(elementType(getX())), 0);
  Value sum = b.reduce(w[1], init, [&](Value c, Value outer) {
    return loops.reduce(outer, [&](ValueRange k, ValueRange position,
                                   Value acc) {
      SmallVector<Value> xIndex{index[0], b.add(firstChannel, c)};
      llvm::append_range(xIndex, position);
      SmallVector<Value> wIndex{index[1], c};
      llvm::append_range(wIndex, k);
      return b.add(acc, b.mul(b.load(getX(), xIndex), b.load(getW(), wIndex)));
    });
  });
  return isAbsent(getB()) ? sum : b.add(sum, b.load(getB(), index[1]));
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

static FailureOr<Window> inferMaxPoolWindow(const Inference &infer,
                                            MaxPoolOp::Adaptor a) {
  return inferWindow(infer, 2, shapeOf(a.getX()).drop_front(2),
                     {.autoPad = a.getAutoPad(),
                      .dilations = a.getDilations(),
                      .kernel = a.getKernelShape(),
                      .pads = a.getPads(),
                      .strides = a.getStrides(),
                      .ceil = a.getCeilMode() != 0});
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("MaxPool", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.size() < 3)
    return infer.fail(1, "x needs at least three dimensions");
  FailureOr<Window> window = inferMaxPoolWindow(infer, a);
  if (failed(window))
    return failure();
  SmallVector<int64_t> shape{x[0], x[1]};
  llvm::append_range(shape, window->output);
  if (failed(infer.result(elementType(a.getX()), shape)))
    return failure();
  return infer.result(IntegerType::get(context, 64), shape);
}

Window MaxPoolOp::getWindow() {
  SmallVector<Type> types;
  return *inferMaxPoolWindow(Inference("MaxPool", std::nullopt, types),
                             Adaptor(*this));
}

Value MaxPoolOp::emitElement(ElementBuilder &b, unsigned result,
                             ValueRange index) {
  ArrayRef<int64_t> x = shapeOf(getX());
  WindowLoops loops(b, getWindow(), x.drop_front(2), index.drop_front(2));
  auto loadAt = [&](ValueRange position) {
    SmallVector<Value> at{index[0], index[1]};
    llvm::append_range(at, position);
    return b.load(getX(), at);
  };
  Value low = b.lowest(computeType(elementType(getX())));
  if (result == 0)
    return loops.reduce(low, [&](ValueRange, ValueRange position, Value acc) {
      return b.max(acc, loadAt(position));
    });

  // The flat position of an element in x.
  SmallVector<unsigned> order(
      llvm::to_vector(llvm::seq<unsigned>(0, x.size() - 2)));
  if (getStorageOrder() != 0 && order.size() >= 2)
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  Value plane = b.add(b.mul(index[0], x[1]), index[1]);
  auto flatten = [&](ValueRange position) {
    Value flat = plane;
    for (unsigned i : order)
      flat = b.add(b.mul(flat, x[2 + i]), position[i]);
    return flat;
  };
  SmallVector<Value> inits{low, b.index(0)};
  SmallVector<Value> best = loops.nest(inits, [&](ValueRange,
                                                  ValueRange position,
                                                  ValueRange carried) {
    Value value = loadAt(position);
    Value better = b.gt(value, carried[0]);
    return SmallVector<Value>{b.select(better, value, carried[0]),
                              b.select(better, flatten(position), carried[1])};
  });
  return b.fromIndex(best[1], b.getI64Type());
}

LogicalResult
GlobalAveragePoolOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("GlobalAveragePool", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.size() < 2)
    return infer.fail(1, "x needs at least two dimensions");
  SmallVector<int64_t> shape(x.size(), 1);
  llvm::copy(x.take_front(2), shape.begin());
  return infer.result(elementType(a.getX()), shape);
}

Value GlobalAveragePoolOp::emitElement(ElementBuilder &b, unsigned,
                                       ValueRange index) {
  ArrayRef<int64_t> spatial = shapeOf(getX()).drop_front(2);
  Value init = b.constant(computeType(elementType(getX())), 0);
  Value sum = b.reduceNest(spatial, init, [&](ValueRange position, Value acc) {
    SmallVector<Value> at{index[0], index[1]};
    llvm::append_range(at, position);
    return b.add(acc, b.load(getX(), at));
  });
  return b.div(sum, b.constantLike(sum, double(elementCount(spatial))));
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("MatMul", location, types);
  ArrayRef<int64_t> a = shapeOf(adaptor.getA()), b = shapeOf(adaptor.getB());
  if (a.empty() || b.empty() ||
      elementType(adaptor.getA()) != elementType(adaptor.getB()))
    return infer.fail(1, "operands must be tensors of one element type, no "
                         "scalars");
  if (a.back() != (b.size() == 1 ? b[0] : b[b.size() - 2]))
    return infer.fail(2, "the inner extents " + Twine(a.back()) + " and " +
                             Twine(b.size() == 1 ? b[0] : b[b.size() - 2]) +
                             " differ");
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes({a.drop_back(std::min<size_t>(2, a.size())),
                       b.drop_back(std::min<size_t>(2, b.size()))});
  if (!shape)
    return infer.fail(3, "the batch dimensions do not broadcast");
  if (a.size() > 1)
    shape->push_back(a[a.size() - 2]);
  if (b.size() > 1)
    shape->push_back(b.back());
  return infer.result(elementType(adaptor.getA()), *shape);
}

Value MatMulOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t aRank = rankOf(getA()), bRank = rankOf(getB());
  Value row, column;
  if (bRank > 1) {
    column = index.back();
    index = index.drop_back();
  }
  if (aRank > 1) {
    row = index.back();
    index = index.drop_back();
  }
  // The operand's index: its broadcast batch dimensions, then the matrix's.
  auto at = [&](Value operand, std::initializer_list<Value> matrix) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    int64_t batch = std::max<int64_t>(0, int64_t(shape.size()) - 2);
    SmallVector<Value> position(index.take_back(batch));
    for (int64_t i = 0; i < batch; ++i)
      if (shape[i] == 1)
        position[i] = b.index(0);
    for (Value value : matrix)
      if (value)
        position.push_back(value);
    return b.load(operand, position);
  };
  Value init = b.constant(computeType(elementType(getA())), 0);
  return b.reduce(shapeOf(getA()).back(), init, [&](Value k, Value acc) {
    return b.add(acc, b.mul(at(getA(), {row, k}), at(getB(), {k, column})));
  });
}

LogicalResult GemmOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("Gemm", location, types);
  ArrayRef<int64_t> a = shapeOf(adaptor.getA()), b = shapeOf(adaptor.getB());
  if (a.size() != 2 || b.size() != 2)
    return infer.fail(1, "a and b must be matrices");
  bool transA = adaptor.getTransA() != 0, transB = adaptor.getTransB() != 0;
  if (a[transA ? 0 : 1] != b[transB ? 1 : 0])
    return infer.fail(2, "the inner extents " + Twine(a[transA ? 0 : 1]) +
                             " and " + Twine(b[transB ? 1 : 0]) + " differ");
  SmallVector<int64_t> shape{a[transA ? 1 : 0], b[transB ? 0 : 1]};
  if (!isAbsent(adaptor.getC()) &&
      broadcastShapes({shape, shapeOf(adaptor.getC())}) != shape)
    return infer.fail(3, "c does not broadcast to the result");
  return infer.result(elementType(adaptor.getA()), shape);
}

Value GemmOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  bool transA = getTransA() != 0, transB = getTransB() != 0;
  Type type = computeType(elementType(getA()));
  auto at = [&](Value operand, bool transposed, Value i, Value j) {
    return b.load(operand, transposed ? ValueRange{j, i} : ValueRange{i, j});
  };
  auto scale = [&](Value value, APFloat factor) {
    return factor.isExactlyValue(1.0)
               ? value
               : b.mul(value, b.constant(type, factor.convertToFloat()));
  };
  Value sum =
      b.reduce(shapeOf(getA())[transA ? 0 : 1], b.constant(type, 0),
               [&](Value k, Value acc) {
                 return b.add(acc, b.mul(at(getA(), transA, index[0], k),
                                         at(getB(), transB, k, index[1])));
               });
  sum = scale(sum, getAlpha());
  if (isAbsent(getC()))
    return sum;
  return b.add(sum, scale(b.loadBroadcast(getC(), index), getBeta()));
}
