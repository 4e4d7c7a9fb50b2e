// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Inference.h"
#include "dialects/onnx/OnnxInterfaces.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

Type mlir::veltair::onnx::memoryType(Type elementType) {
  auto integer = dyn_cast<IntegerType>(elementType);
  if (!integer)
    return elementType;
  unsigned width = std::max(integer.getWidth(), 8u);
  return IntegerType::get(elementType.getContext(), width);
}

Type mlir::veltair::onnx::computeType(Type elementType) {
  if (elementType.isF16() || elementType.isBF16())
    return Float32Type::get(elementType.getContext());
  if (auto integer = dyn_cast<IntegerType>(elementType))
    return IntegerType::get(elementType.getContext(), integer.getWidth());
  return elementType;
}

bool mlir::veltair::onnx::isUnsignedElement(Type elementType) {
  return elementType.isUnsignedInteger() || elementType.isInteger(1);
}

ElementBuilder::ElementBuilder(Operation *op, const OpBuilder &base,
                               ElementAccess access)
    : ImplicitLocOpBuilder(op->getLoc(), base), op(op),
      access(std::move(access)) {
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<RankedTensorType>(operand.getType())) {
      unsignedIntegers = isUnsignedElement(type.getElementType());
      break;
    }
}

//===----------------------------------------------------------------------===//
// Access
//===----------------------------------------------------------------------===//

Value ElementBuilder::load(Value operand, ValueRange index) {
  return fromMemory(access.load(*this, operand, index), elementType(operand));
}

Value ElementBuilder::loadResult(unsigned result, ValueRange index) {
  return fromMemory(access.loadResult(*this, result, index),
                    elementType(op->getResult(result)));
}

void ElementBuilder::store(unsigned result, Value value, ValueRange index) {
  Type type = elementType(op->getResult(result));
  access.store(*this, result, toMemory(value, type), index);
}

Value ElementBuilder::loadBroadcast(Value operand, ValueRange index) {
  ArrayRef<int64_t> shape = shapeOf(operand);
  SmallVector<Value> position(index.take_back(shape.size()));
  for (auto [i, extent] : llvm::enumerate(shape))
    if (extent == 1)
      position[i] = this->index(0);
  return load(operand, position);
}

void ElementBuilder::check(Value condition, Fault fault) {
  if (access.check && !matchPattern(condition, m_One()))
    access.check(*this, condition, fault);
}

Value ElementBuilder::checkedIndex(Value index, Value extent) {
  Value i = toIndex(index), zero = this->index(0);
  i = select(lt(i, zero), add(i, extent), i);
  check(logicalAnd(le(zero, i), lt(i, extent)), Fault::IndexOutOfRange);
  // An extent that turns out to be 0 has a bound that is not.
  return max(min(i, sub(extent, this->index(1))), zero);
}

Value ElementBuilder::extent(Value tensor, int64_t dim) {
  if (extentNumber(tensor.getType(), dim) == exactExtent)
    return index(shapeOf(tensor)[dim]);
  return access.extent(*this, tensor, dim);
}

SmallVector<Value> ElementBuilder::extents(Value tensor) {
  SmallVector<Value> extents;
  for (int64_t dim = 0; dim < rankOf(tensor); ++dim)
    extents.push_back(extent(tensor, dim));
  return extents;
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

Value ElementBuilder::toMemory(Value value, Type elementType) {
  Type type = memoryType(elementType);
  if (value.getType() == type)
    return value;
  if (isa<FloatType>(type))
    return createOrFold<arith::TruncFOp>(type, value);
  return createOrFold<arith::ExtUIOp>(type, value);
}

Value ElementBuilder::fromMemory(Value value, Type elementType) {
  Type type = computeType(elementType);
  if (value.getType() == type)
    return value;
  if (isa<FloatType>(type))
    return createOrFold<arith::ExtFOp>(type, value);
  return ne(value, constantLike(value, 0));
}

/// The integer of element type `to` towards zero. Narrow ones are the low bits
/// of wider ones, as they are everywhere else: conversion to 8 bits itself may
/// give anything for what they do not hold, such as -1 as an unsigned number.
static Value floatToInteger(ElementBuilder &b, Value value, Type to) {
  Type target = computeType(to);
  unsigned width = target.getIntOrFloatBitWidth();
  if (isUnsignedElement(to) && width == 64)
    return b.createOrFold<arith::FPToUIOp>(target, value);
  Type wide = b.getIntegerType(
      isUnsignedElement(to) && width == 32 ? 64u : std::max(width, 32u));
  Value integer = b.createOrFold<arith::FPToSIOp>(wide, value);
  return wide == target ? integer
                        : b.createOrFold<arith::TruncIOp>(target, integer);
}

Value ElementBuilder::convert(Value value, Type from, Type to) {
  Type source = computeType(from), target = computeType(to);
  if (to.isInteger(1))
    return from.isInteger(1) ? value : ne(value, constantLike(value, 0));
  if (isa<FloatType>(source) && isa<FloatType>(target)) {
    if (source == target)
      return value;
    return source.getIntOrFloatBitWidth() < target.getIntOrFloatBitWidth()
               ? createOrFold<arith::ExtFOp>(target, value)
               : createOrFold<arith::TruncFOp>(target, value);
  }
  if (isa<FloatType>(source))
    return floatToInteger(*this, value, to);
  bool zeroExtend = isUnsignedElement(from);
  if (isa<FloatType>(target))
    return zeroExtend ? createOrFold<arith::UIToFPOp>(target, value)
                      : createOrFold<arith::SIToFPOp>(target, value);
  unsigned have = source.getIntOrFloatBitWidth(),
           want = target.getIntOrFloatBitWidth();
  if (have == want)
    return value;
  if (have > want)
    return createOrFold<arith::TruncIOp>(target, value);
  return zeroExtend ? createOrFold<arith::ExtUIOp>(target, value)
                    : createOrFold<arith::ExtSIOp>(target, value);
}

Value ElementBuilder::toIndex(Value integer) {
  if (integer.getType().isIndex())
    return integer;
  if (isa<FloatType>(integer.getType()))
    integer = createOrFold<arith::FPToSIOp>(getI64Type(), integer);
  return createOrFold<arith::IndexCastOp>(getIndexType(), integer);
}

Value ElementBuilder::fromIndex(Value index, Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return createOrFold<arith::IndexCastOp>(type, index);
  Value wide = createOrFold<arith::IndexCastOp>(getI64Type(), index);
  return createOrFold<arith::SIToFPOp>(type, wide);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Value ElementBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value ElementBuilder::constant(Type type, double value) {
  if (isa<FloatType>(type))
    return arith::ConstantOp::create(*this, getFloatAttr(type, value));
  return arith::ConstantOp::create(*this, getIntegerAttr(type, int64_t(value)));
}

Value ElementBuilder::boolean(bool value) {
  return arith::ConstantOp::create(*this, getBoolAttr(value));
}

Value ElementBuilder::lowest(Type type) {
  if (auto real = dyn_cast<FloatType>(type)) {
    APFloat value = APFloat::getInf(real.getFloatSemantics(), true);
    return arith::ConstantOp::create(*this, FloatAttr::get(type, value));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = unsignedIntegers ? APInt::getMinValue(width)
                                 : APInt::getSignedMinValue(width);
  return arith::ConstantOp::create(*this, IntegerAttr::get(type, value));
}

Value ElementBuilder::highest(Type type) {
  if (auto real = dyn_cast<FloatType>(type)) {
    APFloat value = APFloat::getInf(real.getFloatSemantics());
    return arith::ConstantOp::create(*this, FloatAttr::get(type, value));
  }
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = unsignedIntegers ? APInt::getMaxValue(width)
                                 : APInt::getSignedMaxValue(width);
  return arith::ConstantOp::create(*this, IntegerAttr::get(type, value));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }

Value ElementBuilder::add(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::AddFOp>(x, y)
                    : createOrFold<arith::AddIOp>(x, y);
}

Value ElementBuilder::sub(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::SubFOp>(x, y)
                    : createOrFold<arith::SubIOp>(x, y);
}

Value ElementBuilder::mul(Value x, Value y) {
  return isFloat(x) ? createOrFold<arith::MulFOp>(x, y)
                    : createOrFold<arith::MulIOp>(x, y);
}

Value ElementBuilder::div(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::DivFOp>(x, y);
  Value zero = constantLike(y, 0), one = constantLike(y, 1);
  Value isZero = eq(y, zero);
  check(logicalNot(isZero), Fault::DivisionByZero);
  if (isUnsigned(x))
    return createOrFold<arith::DivUIOp>(x, select(isZero, one, y));
  // Hardware traps on the least integer divided by -1.
  Value isMinusOne = eq(y, constantLike(y, -1));
  Value divisor = select(logicalOr(isZero, isMinusOne), one, y);
  Value quotient = createOrFold<arith::DivSIOp>(x, divisor);
  return select(isMinusOne, sub(zero, x), quotient);
}

/// C's fmod by arithmetic, since arith.remf becomes a call of it. In f64, a
/// step takes a quotient of 53 bits off without rounding: one is exact for the
/// quotients that data has, eight for all of f32. A quotient that was rounded
/// up leaves a remainder of the other sign.
static Value emitFloatRemainder(ElementBuilder &b, Value x, Value y) {
  Type type = x.getType(), wide = b.getF64Type();
  if (type != wide) {
    x = arith::ExtFOp::create(b, wide, x);
    y = arith::ExtFOp::create(b, wide, y);
  }
  Value rest = x;
  for (int step = 0; step < 8; ++step) {
    Value quotient = math::TruncOp::create(b, b.div(rest, y));
    rest = math::FmaOp::create(b, b.neg(quotient), y, rest);
  }
  Value size = b.abs(y), zero = b.constant(wide, 0);
  Value overshot = b.lt(b.mul(rest, x), zero);
  rest = b.select(overshot, b.add(rest, math::CopySignOp::create(b, size, x)),
                  rest);
  // x itself, where y is infinite and x is not.
  Value infinity = b.constant(wide, std::numeric_limits<double>::infinity());
  rest = b.select(b.logicalAnd(b.eq(size, infinity), b.lt(b.abs(x), infinity)),
                  x, rest);
  // A zero has the sign of x.
  rest = math::CopySignOp::create(b, rest, x);
  return type == wide ? rest : arith::TruncFOp::create(b, type, rest);
}

Value ElementBuilder::rem(Value x, Value y) {
  if (isFloat(x))
    return emitFloatRemainder(*this, x, y);
  Value zero = constantLike(y, 0), one = constantLike(y, 1);
  Value isZero = eq(y, zero);
  check(logicalNot(isZero), Fault::DivisionByZero);
  if (isUnsigned(x))
    return createOrFold<arith::RemUIOp>(x, select(isZero, one, y));
  Value isMinusOne = eq(y, constantLike(y, -1));
  return createOrFold<arith::RemSIOp>(
      x, select(logicalOr(isZero, isMinusOne), one, y));
}

Value ElementBuilder::min(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::MinimumFOp>(x, y);
  return isUnsigned(x) ? createOrFold<arith::MinUIOp>(x, y)
                       : createOrFold<arith::MinSIOp>(x, y);
}

Value ElementBuilder::max(Value x, Value y) {
  if (isFloat(x))
    return createOrFold<arith::MaximumFOp>(x, y);
  return isUnsigned(x) ? createOrFold<arith::MaxUIOp>(x, y)
                       : createOrFold<arith::MaxSIOp>(x, y);
}

Value ElementBuilder::neg(Value x) {
  return isFloat(x) ? createOrFold<arith::NegFOp>(x)
                    : sub(constantLike(x, 0), x);
}

Value ElementBuilder::abs(Value x) {
  if (isFloat(x))
    return createOrFold<math::AbsFOp>(x);
  return isUnsigned(x) ? x : createOrFold<math::AbsIOp>(x);
}

Value ElementBuilder::sigmoid(Value x) {
  // The divisor is finite: the exact infinity of exp does not matter.
  Value one = constantLike(x, 1);
  Value exp = math::ExpOp::create(*this, neg(x), arith::FastMathFlags::ninf);
  return div(one, add(one, exp));
}

Value ElementBuilder::divIndex(Value x, int64_t y) {
  return y == 1 ? x : createOrFold<arith::DivUIOp>(x, index(y));
}

Value ElementBuilder::remIndex(Value x, int64_t y) {
  return y == 1 ? index(0) : createOrFold<arith::RemUIOp>(x, index(y));
}

//===----------------------------------------------------------------------===//
// Comparisons and logic
//===----------------------------------------------------------------------===//

static Value compare(ElementBuilder &b, arith::CmpFPredicate real,
                     arith::CmpIPredicate signedInt,
                     arith::CmpIPredicate unsignedInt, Value x, Value y) {
  if (isFloat(x))
    return b.createOrFold<arith::CmpFOp>(real, x, y);
  return b.createOrFold<arith::CmpIOp>(
      b.isUnsigned(x) ? unsignedInt : signedInt, x, y);
}

Value ElementBuilder::eq(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq,
                 arith::CmpIPredicate::eq, x, y);
}

Value ElementBuilder::ne(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::UNE, arith::CmpIPredicate::ne,
                 arith::CmpIPredicate::ne, x, y);
}

Value ElementBuilder::lt(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt,
                 arith::CmpIPredicate::ult, x, y);
}

Value ElementBuilder::le(Value x, Value y) {
  return compare(*this, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle,
                 arith::CmpIPredicate::ule, x, y);
}

Value ElementBuilder::logicalAnd(Value x, Value y) {
  return createOrFold<arith::AndIOp>(x, y);
}

Value ElementBuilder::logicalOr(Value x, Value y) {
  return createOrFold<arith::OrIOp>(x, y);
}

Value ElementBuilder::logicalNot(Value x) {
  return createOrFold<arith::XOrIOp>(x, boolean(true));
}

Value ElementBuilder::select(Value condition, Value x, Value y) {
  return createOrFold<arith::SelectOp>(condition, x, y);
}

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
  SmallVector<Value> lower, upper;
  for (int64_t extent : extents) {
    lower.push_back(index(0));
    upper.push_back(index(extent));
  }
  return loopNest(lower, upper, inits, body);
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
  SmallVector<Value> zeros(extents.size(), index(0));
  Value sum = loopNest(
      zeros, extents, constant(wide, 0), [&](ValueRange at, ValueRange acc) {
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

Value mlir::veltair::onnx::emitResultElement(ElementBuilder &b, unsigned result,
                                             ValueRange index) {
  Operation *op = b.getOp();
  Type type = elementType(op->getResult(result));
  if (auto indexed = dyn_cast<IndexedOp>(op))
    return b.toMemory(indexed.emitElement(b, result, index), type);
  SmallVector<Value> x;
  for (Value operand : op->getOperands())
    x.push_back(isAbsent(operand) ? Value() : b.loadBroadcast(operand, index));
  return b.toMemory(cast<ElementwiseOp>(op).emitScalar(b, x), type);
}
