// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair::onnx;

/// The dimensions that a reduction removes, in ascending order.
static FailureOr<SmallVector<int64_t>>
reducedAxes(const Inference &infer, Value data, Value axes, bool noopIfEmpty) {
  int64_t rank = rankOf(data);
  FailureOr<SmallVector<int64_t>> list = infer.integers(1, axes, "axes", {});
  if (failed(list))
    return failure();
  if (list->empty() && !noopIfEmpty)
    *list = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  FailureOr<SmallVector<int64_t>> normal = infer.axes(2, *list, rank);
  if (succeeded(normal))
    llvm::sort(*normal);
  return normal;
}

static LogicalResult inferReduction(Inference &infer, Value data, Value axes,
                                    bool keepdims, bool noopIfEmpty) {
  FailureOr<SmallVector<int64_t>> list =
      reducedAxes(infer, data, axes, noopIfEmpty);
  if (failed(list))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(shapeOf(data))) {
    if (!llvm::is_contained(*list, int64_t(i)))
      shape.push_back(extent);
    else if (keepdims)
      shape.push_back(1);
  }
  return infer.result(elementType(data), shape);
}

static LogicalResult inferArg(Inference &infer, Value data, int64_t axis,
                              bool keepdims) {
  FailureOr<int64_t> normal = infer.axis(1, axis, rankOf(data));
  if (failed(normal))
    return failure();
  SmallVector<int64_t> shape(shapeOf(data));
  if (shape[*normal] == 0)
    return infer.fail(2, "there is no element to choose");
  if (keepdims)
    shape[*normal] = 1;
  else
    shape.erase(shape.begin() + *normal);
  return infer.result(IntegerType::get(data.getContext(), 64), shape);
}

#define GET_OP_CLASSES
#include "dialects/onnx/Reduction.cpp.inc"

namespace {
/// The loops of a reduction, for the result element at some index.
template <typename Op> class Reduction {
public:
  Reduction(Op op, ElementBuilder &b, ValueRange index)
      : op(op), b(b), type(computeType(elementType(op.getData()))) {
    axes = *reducedAxes(Inference::silent(), op.getData(), op.getAxes(),
                        op.getNoopWithEmptyAxes() != 0);
    size_t next = 0;
    for (int64_t i = 0; i < rankOf(op.getData()); ++i) {
      bool reduced = llvm::is_contained(axes, i);
      if (reduced) {
        extents.push_back(b.extent(op.getData(), i));
        bound *= shapeOf(op.getData())[i];
      }
      position.push_back(reduced ? Value() : index[next]);
      next += !reduced || op.getKeepdims() != 0;
    }
  }

  /// Combines all elements into `init`.
  Value run(Value init, function_ref<Value(Value, Value)> combine) {
    return b.loopNestOver(extents, init, [&](ValueRange at, ValueRange acc) {
      return SmallVector<Value>{combine(acc[0], element(at))};
    })[0];
  }

  /// The sum of all elements, each passed through `map`.
  Value sum(function_ref<Value(Value)> map = [](Value x) { return x; }) {
    return b.sumNest(extents, bound, type,
                     [&](ValueRange at) { return map(element(at)); });
  }

  /// Applies a function of floats to a value of any number type.
  Value apply(Value x, function_ref<Value(Value)> fn) {
    Type element = elementType(op.getData());
    if (isa<FloatType>(element))
      return fn(x);
    Type real = b.getF64Type();
    return b.convert(fn(b.convert(x, element, real)), real, element);
  }

  /// How many elements there are, as a number of the operand's type.
  Value count() {
    Value count = b.index(1);
    for (Value extent : extents)
      count = b.mul(count, extent);
    return b.fromIndex(count, type);
  }

private:
  Value element(ValueRange at) {
    for (auto [axis, i] : llvm::zip_equal(axes, at))
      position[axis] = i;
    return b.load(op.getData(), position);
  }

  Op op;
  ElementBuilder &b;
  Type type;
  int64_t bound = 1; // of how many elements are combined
  SmallVector<int64_t> axes;
  SmallVector<Value> extents, position;
};
} // namespace

Value ReduceL1Op::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return Reduction(*this, b, index).sum([&](Value x) { return b.abs(x); });
}

Value ReduceL2Op::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Reduction reduction(*this, b, index);
  Value sum = reduction.sum([&](Value x) { return b.mul(x, x); });
  return reduction.apply(
      sum, [&](Value x) -> Value { return math::SqrtOp::create(b, x); });
}

Value ReduceLogSumOp::emitElement(ElementBuilder &b, unsigned,
                                  ValueRange index) {
  Reduction reduction(*this, b, index);
  return reduction.apply(reduction.sum(), [&](Value x) -> Value {
    return math::LogOp::create(b, x);
  });
}

Value ReduceMaxOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return Reduction(*this, b, index)
      .run(b.lowest(computeType(elementType(getData()))),
           [&](Value p, Value q) { return b.max(p, q); });
}

Value ReduceMinOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return Reduction(*this, b, index)
      .run(b.highest(computeType(elementType(getData()))),
           [&](Value p, Value q) { return b.min(p, q); });
}

Value ReduceMeanOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Reduction reduction(*this, b, index);
  Value sum = reduction.sum();
  return b.div(sum, reduction.count());
}

Value ReduceProdOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return Reduction(*this, b, index)
      .run(b.constant(computeType(elementType(getData())), 1),
           [&](Value p, Value q) { return b.mul(p, q); });
}

Value ReduceSumOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return Reduction(*this, b, index).sum();
}

Value ReduceSumSquareOp::emitElement(ElementBuilder &b, unsigned,
                                     ValueRange index) {
  return Reduction(*this, b, index).sum([&](Value x) { return b.mul(x, x); });
}

/// `x`, of f64, limited to what the integers of a type hold: not even infinity
/// has a conversion to them.
static Value limitToIntegers(Composer &c, Value x, Type integer) {
  bool isUnsigned = isUnsignedElement(integer);
  int bits = int(integer.getIntOrFloatBitWidth()) - (isUnsigned ? 0 : 1);
  double end = std::ldexp(1.0, bits);
  return c.make<ClipOp>(x, c.scalar(x, isUnsigned ? 0 : -end),
                        c.scalar(x, std::nextafter(end, 0.0)));
}

LogicalResult ReduceLogSumExpOp::decompose(OpBuilder &b,
                                           SmallVectorImpl<Value> &results) {
  Location loc = getLoc();
  Composer c(b, loc);
  bool noop = getNoopWithEmptyAxes() != 0;
  Value data = getData();
  // Not all integers are numbers of f64.
  if (reducedAxes(Inference::silent(), data, getAxes(), noop)->empty()) {
    results.push_back(data);
    return success();
  }
  Type element = elementType(data);
  bool isReal = isa<FloatType>(element);
  if (!isReal)
    data = c.cast(data, b.getF64Type());
  Value max = ReduceMaxOp::create(b, loc, data, getAxes(), 1, noop);
  // Infinity less itself is no number.
  max = c.make<WhereOp>(c.make<IsInfOp>(max, 1, 1), c.scalar(max, 0), max);
  Value exp = ExpOp::create(b, loc, SubOp::create(b, loc, data, max));
  Value log = ReduceLogSumOp::create(b, loc, exp, getAxes(), 1, noop);
  Value sum = AddOp::create(b, loc, log, max);
  if (rankOf(sum) != rankOf(getReduced()))
    sum = ReduceMaxOp::create(b, loc, sum, getAxes(), 0, noop);
  // Of nothing, the sum is 0, and its logarithm is not finite.
  if (!isReal)
    sum = limitToIntegers(c, sum, element);
  results.push_back(c.cast(sum, element));
  return success();
}

/// The position of the element that is `better` than all others.
template <typename Op>
static Value emitArg(Op op, ElementBuilder &b, ValueRange index,
                     function_ref<Value(Value, Value)> better) {
  Value data = op.getData();
  int64_t axis = *normalizeAxis(op.getAxis(), rankOf(data));
  SmallVector<Value> position(index);
  if (op.getKeepdims() == 0)
    position.insert(position.begin() + axis, Value());
  auto at = [&](Value i) {
    position[axis] = i;
    return b.load(data, position);
  };
  Value zero = b.index(0);
  SmallVector<Value> inits{at(zero), zero};
  SmallVector<Value> best =
      b.loop(b.index(1), b.extent(data, axis), inits,
             [&](Value i, ValueRange carried) {
               Value value = at(i);
               Value take = better(value, carried[0]);
               return SmallVector<Value>{b.select(take, value, carried[0]),
                                         b.select(take, i, carried[1])};
             });
  return b.fromIndex(best[1], b.getI64Type());
}

Value ArgMaxOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  bool last = getSelectLastIndex() != 0;
  return emitArg(*this, b, index, [&](Value x, Value best) {
    return last ? b.ge(x, best) : b.gt(x, best);
  });
}

Value ArgMinOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  bool last = getSelectLastIndex() != 0;
  return emitArg(*this, b, index, [&](Value x, Value best) {
    return last ? b.le(x, best) : b.lt(x, best);
  });
}

LogicalResult CumSumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("CumSum", location, types);
  FailureOr<SmallVector<int64_t>> axis = infer.integers(1, a.getAxis(), "axis");
  if (failed(axis))
    return failure();
  if (axis->size() != 1 || !normalizeAxis(axis->front(), rankOf(a.getX())))
    return infer.fail(2, "axis must be one number in range");
  return infer.result(elementType(a.getX()), shapeOf(a.getX()));
}

void CumSumOp::emitLoops(ElementBuilder &b) {
  int64_t axis = *normalizeAxis(*constantInteger(getAxis()), rankOf(getX()));
  bool exclusive = getExclusive() != 0, reverse = getReverse() != 0;
  SmallVector<int64_t> others(shapeOf(getX()));
  int64_t count = std::exchange(others[axis], 1);
  Value zero = b.constant(computeType(elementType(getX())), 0);
  b.loopNest(others, {}, [&](ValueRange index, ValueRange) {
    SmallVector<Value> position(index);
    b.reduce(count, zero, [&](Value i, Value before) {
      position[axis] = reverse ? b.sub(b.index(count - 1), i) : i;
      Value sum = b.add(before, b.load(getX(), position));
      b.store(0, exclusive ? before : sum, position);
      return sum;
    });
    return SmallVector<Value>();
  });
}
