// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops and branches of ElementBuilder, and positions in row-major order.

#include "dialects/onnx/ElementBuilder.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> ElementBuilder::loop(Value lower, Value upper,
                                        ValueRange inits, BodyFn body) {
  APInt low, high;
  if (matchPattern(lower, m_ConstantInt(&low)) &&
      matchPattern(upper, m_ConstantInt(&high))) {
    if (low.sge(high))
      return llvm::to_vector(inits);
    if (low + 1 == high)
      return body(lower, inits);
  }
  // The body builder is set, so that scf adds no terminator of its own.
  auto loop =
      scf::ForOp::create(*this, lower, upper, index(1), inits,
                         [](OpBuilder &, Location, Value, ValueRange) {});
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToEnd(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(*this, next);
  return llvm::to_vector_of<Value>(loop.getResults());
}

SmallVector<Value> ElementBuilder::loopNest(ValueRange lower, ValueRange upper,
                                            ValueRange inits, NestFn body) {
  SmallVector<Value> position;
  std::function<SmallVector<Value>(ValueRange)> build =
      [&](ValueRange carried) -> SmallVector<Value> {
    size_t depth = position.size();
    if (depth == lower.size())
      return body(position, carried);
    return loop(lower[depth], upper[depth], carried,
                [&](Value i, ValueRange inner) {
                  position.push_back(i);
                  SmallVector<Value> next = build(inner);
                  position.pop_back();
                  return next;
                });
  };
  return build(inits);
}

SmallVector<Value> ElementBuilder::loopNest(ArrayRef<int64_t> extents,
                                            ValueRange inits, NestFn body) {
  SmallVector<Value> upper;
  for (int64_t extent : extents)
    upper.push_back(index(extent));
  return loopNestOver(upper, inits, body);
}

SmallVector<Value> ElementBuilder::loopNestOver(ValueRange extents,
                                                ValueRange inits, NestFn body) {
  SmallVector<Value> zeros(extents.size(), index(0));
  return loopNest(zeros, extents, inits, body);
}

Value ElementBuilder::reduce(Value lower, Value upper, Value init,
                             function_ref<Value(Value, Value)> body) {
  return loop(lower, upper, init, [&](Value i, ValueRange carried) {
    return SmallVector<Value>{body(i, carried[0])};
  })[0];
}

Value ElementBuilder::reduce(int64_t extent, Value init,
                             function_ref<Value(Value, Value)> body) {
  return reduce(index(0), index(extent), init, body);
}

Value ElementBuilder::reduceNest(ArrayRef<int64_t> extents, Value init,
                                 function_ref<Value(ValueRange, Value)> body) {
  return loopNest(extents, init, [&](ValueRange index, ValueRange carried) {
    return SmallVector<Value>{body(index, carried[0])};
  })[0];
}

Value ElementBuilder::sumNest(ValueRange extents, int64_t count, Type type,
                              function_ref<Value(ValueRange)> value) {
  // The error of a sum of f32 grows with its length; this one is 1e-4 at worst.
  constexpr int64_t longSum = 1024;
  Type wide = type.isF32() && count > longSum ? Type(getF64Type()) : type;
  Value sum = loopNestOver(
      extents, constant(wide, 0), [&](ValueRange at, ValueRange acc) {
        return SmallVector<Value>{add(acc[0], convert(value(at), type, wide))};
      })[0];
  return convert(sum, wide, type);
}

SmallVector<Value>
ElementBuilder::ifElse(Value condition, TypeRange types,
                       function_ref<SmallVector<Value>()> then,
                       function_ref<SmallVector<Value>()> otherwise) {
  bool hasElse = bool(otherwise);
  auto branch = scf::IfOp::create(*this, types, condition, hasElse);
  auto fill = [&](Block *block, function_ref<SmallVector<Value>()> body) {
    OpBuilder::InsertionGuard guard(*this);
    // Branches without results come with their terminator.
    if (!block->empty())
      block->back().erase();
    setInsertionPointToEnd(block);
    scf::YieldOp::create(*this, body());
  };
  fill(branch.thenBlock(), then);
  if (hasElse)
    fill(branch.elseBlock(), otherwise);
  return llvm::to_vector_of<Value>(branch.getResults());
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

Value mlir::veltair::onnx::linearize(ElementBuilder &b, ValueRange index,
                                     ArrayRef<int64_t> shape) {
  Value flat = b.index(0);
  for (auto [i, extent] : llvm::zip_equal(index, shape))
    flat = b.add(b.mul(flat, extent), i);
  return flat;
}

SmallVector<Value> mlir::veltair::onnx::delinearize(ElementBuilder &b,
                                                    Value flat,
                                                    ArrayRef<int64_t> shape) {
  SmallVector<Value> index(shape.size());
  for (size_t i = shape.size(); i-- > 0;) {
    index[i] = i == 0 ? flat : b.remIndex(flat, shape[i]);
    if (i > 0)
      flat = b.divIndex(flat, shape[i]);
  }
  return index;
}
