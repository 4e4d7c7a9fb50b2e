// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "dialects/onnx/WindowLoops.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

static LogicalResult inferGlobalPool(Inference &infer, Value x) {
  if (rankOf(x) < 2)
    return infer.fail(1, "x needs at least two dimensions");
  SmallVector<int64_t> shape(rankOf(x), 1);
  llvm::copy(shapeOf(x).take_front(2), shape.begin());
  return infer.result(elementType(x), shape);
}

#define GET_OP_CLASSES
#include "dialects/onnx/Pooling.cpp.inc"

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

template <typename PoolAdaptor>
static FailureOr<Window> inferPoolWindow(const Inference &infer,
                                         PoolAdaptor a) {
  return inferWindow(infer, 2, shapeOf(a.getX()).drop_front(2),
                     {.autoPad = a.getAutoPad(),
                      .dilations = a.getDilations(),
                      .kernel = a.getKernelShape(),
                      .pads = a.getPads(),
                      .strides = a.getStrides(),
                      .ceil = a.getCeilMode() != 0});
}

/// The shape of a pool's results.
template <typename PoolAdaptor>
static FailureOr<SmallVector<int64_t>> inferPoolShape(const Inference &infer,
                                                      PoolAdaptor a) {
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.size() < 3)
    return infer.fail(1, "x needs at least three dimensions");
  FailureOr<Window> window = inferPoolWindow(infer, a);
  if (failed(window))
    return failure();
  SmallVector<int64_t> shape{x[0], x[1]};
  llvm::append_range(shape, window->output);
  return shape;
}

template <typename Op> static Window poolWindow(Op op) {
  return *inferPoolWindow(Inference::silent(), typename Op::Adaptor(op));
}

Window AveragePoolOp::getWindow() { return poolWindow(*this); }
Window LpPoolOp::getWindow() { return poolWindow(*this); }
Window MaxPoolOp::getWindow() { return poolWindow(*this); }

/// An element of the plane that the result element at `index` stands for.
static Value loadPlane(ElementBuilder &b, Value x, ValueRange index,
                       ValueRange position) {
  SmallVector<Value> at{index[0], index[1]};
  llvm::append_range(at, position);
  return b.load(x, at);
}

/// Sums map(x) over the window of a pool.
template <typename Op>
static Value sumWindow(Op op, ElementBuilder &b, WindowLoops &loops,
                       ValueRange index, function_ref<Value(Value)> map) {
  Value init = b.constant(computeType(elementType(op.getX())), 0);
  return loops.reduce(init, [&](ValueRange, ValueRange position, Value acc) {
    return b.add(acc, map(loadPlane(b, op.getX(), index, position)));
  });
}

/// |x|^p and its inverse.
static Value power(ElementBuilder &b, Value x, int64_t p) {
  if (p == 1)
    return b.abs(x);
  if (p == 2)
    return b.mul(x, x);
  return math::PowFOp::create(b, b.abs(x), b.constantLike(x, double(p)));
}

static Value root(ElementBuilder &b, Value x, int64_t p) {
  if (p == 1)
    return x;
  if (p == 2)
    return math::SqrtOp::create(b, x);
  return math::PowFOp::create(b, x, b.constantLike(x, 1.0 / double(p)));
}

//===----------------------------------------------------------------------===//
// Sliding windows
//===----------------------------------------------------------------------===//

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> location,
                                          Adaptor a,
                                          SmallVectorImpl<Type> &types) {
  Inference infer("MaxPool", location, types);
  FailureOr<SmallVector<int64_t>> shape = inferPoolShape(infer, a);
  if (failed(shape) || failed(infer.result(elementType(a.getX()), *shape)))
    return failure();
  return infer.result(IntegerType::get(context, 64), *shape);
}

Value MaxPoolOp::emitElement(ElementBuilder &b, unsigned result,
                             ValueRange index) {
  ArrayRef<int64_t> x = shapeOf(getX());
  WindowLoops loops(b, getWindow(), x.drop_front(2), index.drop_front(2));
  auto loadAt = [&](ValueRange position) {
    return loadPlane(b, getX(), index, position);
  };
  Value low = b.lowest(computeType(elementType(getX())));
  if (result == 0)
    return loops.reduce(low, [&](ValueRange, ValueRange position, Value acc) {
      return b.max(acc, loadAt(position));
    });

  // The flat position of an element in x.
  SmallVector<unsigned> order(
      llvm::to_vector(llvm::seq<unsigned>(0, x.size() - 2)));
  if (getStorageOrder() != 0)
    std::reverse(order.begin(), order.end());
  Value plane = b.add(b.mul(index[0], x[1]), index[1]);
  auto flatten = [&](ValueRange position) {
    Value flat = plane;
    for (unsigned i : order)
      flat = b.add(b.mul(flat, x[2 + i]), position[i]);
    return flat;
  };
  // The first element, unless a later one is greater.
  Value none = b.index(-1);
  SmallVector<Value> inits{low, none};
  SmallVector<Value> best = loops.nest(inits, [&](ValueRange,
                                                  ValueRange position,
                                                  ValueRange carried) {
    Value value = loadAt(position);
    Value better = b.logicalOr(b.gt(value, carried[0]), b.eq(carried[1], none));
    return SmallVector<Value>{b.select(better, value, carried[0]),
                              b.select(better, flatten(position), carried[1])};
  });
  return b.fromIndex(best[1], b.getI64Type());
}

LogicalResult AveragePoolOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> location,
                                              Adaptor a,
                                              SmallVectorImpl<Type> &types) {
  Inference infer("AveragePool", location, types);
  FailureOr<SmallVector<int64_t>> shape = inferPoolShape(infer, a);
  return failed(shape) ? failure()
                       : infer.result(elementType(a.getX()), *shape);
}

Value AveragePoolOp::emitElement(ElementBuilder &b, unsigned,
                                 ValueRange index) {
  WindowLoops loops(b, getWindow(), shapeOf(getX()).drop_front(2),
                    index.drop_front(2));
  Value sum = sumWindow(*this, b, loops, index, [](Value x) { return x; });
  Value count = getCountIncludePad() != 0 ? loops.paddedCount() : loops.count();
  // A window that lies in the padding alone has the mean 0.
  count = b.max(count, b.index(1));
  return b.div(sum, b.fromIndex(count, sum.getType()));
}

LogicalResult LpPoolOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("LpPool", location, types);
  FailureOr<SmallVector<int64_t>> shape = inferPoolShape(infer, a);
  return failed(shape) ? failure()
                       : infer.result(elementType(a.getX()), *shape);
}

Value LpPoolOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  WindowLoops loops(b, getWindow(), shapeOf(getX()).drop_front(2),
                    index.drop_front(2));
  int64_t p = getP();
  Value sum = sumWindow(*this, b, loops, index,
                        [&](Value x) { return power(b, x, p); });
  return root(b, sum, p);
}

//===----------------------------------------------------------------------===//
// Whole planes
//===----------------------------------------------------------------------===//

static Value sumPlane(
    ElementBuilder &b, Value x, ValueRange index,
    function_ref<Value(Value)> map = [](Value element) { return element; }) {
  ArrayRef<int64_t> plane = shapeOf(x).drop_front(2);
  SmallVector<Value> extents;
  for (int64_t extent : plane)
    extents.push_back(b.index(extent));
  return b.sumNest(extents, elementCount(plane), computeType(elementType(x)),
                   [&](ValueRange position) {
                     return map(loadPlane(b, x, index, position));
                   });
}

Value GlobalAveragePoolOp::emitElement(ElementBuilder &b, unsigned,
                                       ValueRange index) {
  Value sum = sumPlane(b, getX(), index);
  int64_t count = elementCount(shapeOf(getX()).drop_front(2));
  return b.div(sum, b.constantLike(sum, double(count)));
}

Value GlobalMaxPoolOp::emitElement(ElementBuilder &b, unsigned,
                                   ValueRange index) {
  Value low = b.lowest(computeType(elementType(getX())));
  return b.reduceNest(
      shapeOf(getX()).drop_front(2), low, [&](ValueRange position, Value acc) {
        return b.max(acc, loadPlane(b, getX(), index, position));
      });
}

Value GlobalLpPoolOp::emitElement(ElementBuilder &b, unsigned,
                                  ValueRange index) {
  int64_t p = getP();
  Value sum = sumPlane(b, getX(), index,
                       [&](Value element) { return power(b, element, p); });
  return root(b, sum, p);
}

//===----------------------------------------------------------------------===//
// Unpooling
//===----------------------------------------------------------------------===//

/// The shape that the indices of a MaxUnpool refer to.
static FailureOr<SmallVector<int64_t>> unpooledShape(const Inference &infer,
                                                     MaxUnpoolOp::Adaptor a) {
  ArrayRef<int64_t> x = shapeOf(a.getX());
  size_t rank = x.size() - 2;
  constexpr int64_t limit = 1 << 24;
  if (a.getKernelShape().size() != rank ||
      !isListOf(a.getKernelShape(), rank, 1, limit) ||
      !isListOf(a.getStrides(), rank, 1, limit) ||
      !isListOf(a.getPads(), 2 * rank, 0, limit) ||
      !isListOf(x, x.size(), 0, limit))
    return infer.fail(2, "an attribute does not fit x");
  SmallVector<int64_t> shape(x), strides = listOr(a.getStrides(), rank, 1),
                                 pads = listOr(a.getPads(), 2 * rank, 0);
  for (size_t i = 0; i < rank; ++i) {
    shape[2 + i] = (x[2 + i] - 1) * strides[i] + a.getKernelShape()[i] -
                   pads[i] - pads[rank + i];
    if (shape[2 + i] < 1)
      return infer.fail(2, "an attribute does not fit x");
  }
  return shape;
}

LogicalResult MaxUnpoolOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("MaxUnpool", location, types);
  if (rankOf(a.getX()) < 3 || shapeOf(a.getIndices()) != shapeOf(a.getX()))
    return infer.fail(1, "x needs at least three dimensions, and indices as "
                         "many elements");
  FailureOr<SmallVector<int64_t>> shape = unpooledShape(infer, a);
  if (failed(shape))
    return failure();
  if (isAbsent(a.getOutputShape()))
    return infer.result(elementType(a.getX()), *shape);
  FailureOr<SmallVector<int64_t>> given =
      infer.integers(3, a.getOutputShape(), "output_shape");
  if (failed(given))
    return failure();
  bool fits = given->size() == shape->size();
  for (auto [have, need] : llvm::zip(*given, *shape))
    fits &= have >= need;
  if (!fits)
    return infer.fail(3, "output_shape is too small");
  return infer.result(elementType(a.getX()), *given);
}

void MaxUnpoolOp::emitLoops(ElementBuilder &b) {
  SmallVector<int64_t> shape =
      *unpooledShape(Inference::silent(), Adaptor(*this));
  Value zero = b.constant(computeType(elementType(getX())), 0);
  b.fillResult(0, zero);
  b.loopNest(shapeOf(getX()), {}, [&](ValueRange index, ValueRange) {
    Value flat =
        b.checkedIndex(b.load(getIndices(), index), elementCount(shape));
    b.store(0, b.load(getX(), index), delinearize(b, flat, shape));
    return SmallVector<Value>();
  });
}
