// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/Inference.h"
#include "dialects/onnx/OnnxInterfaces.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
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

void ElementBuilder::fillResult(unsigned result, Value value) {
  loopNest(shapeOf(op->getResult(result)), {},
           [&](ValueRange index, ValueRange) {
             store(result, value, index);
             return SmallVector<Value>();
           });
}

Value ElementBuilder::loadBroadcast(Value operand, ValueRange index) {
  ArrayRef<int64_t> shape = shapeOf(operand);
  SmallVector<Value> position(index.take_back(shape.size()));
  for (auto [i, extent] : llvm::enumerate(shape))
    if (extent == 1)
      position[i] = this->index(0);
  return load(operand, position);
}

Value ElementBuilder::loadScalar(Value operand) {
  return load(operand, SmallVector<Value>(rankOf(operand), index(0)));
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

/// A number of f64 as one of f32, where f16 or bf16 is the aim: rounded to odd,
/// so that it stays on its side of the middle between two halves, and rounding
/// to the nearest of them is as if there had been none before.
static Value roundToOdd(ElementBuilder &b, Value value) {
  Value nearest = b.createOrFold<arith::TruncFOp>(b.getF32Type(), value);
  Value exact = b.createOrFold<arith::ExtFOp>(b.getF64Type(), nearest);
  Value bits = b.createOrFold<arith::BitcastOp>(b.getI32Type(), nearest);
  Value one = b.constantLike(bits, 1);
  Value isBeyond = b.gt(b.abs(exact), b.abs(value));
  bits = b.select(isBeyond, b.sub(bits, one), bits);
  Value odd = b.createOrFold<arith::OrIOp>(bits, one);
  bits = b.select(b.ne(exact, value), odd, bits);
  return b.createOrFold<arith::BitcastOp>(b.getF32Type(), bits);
}

/// An integer of 32 or 64 bits in f64, where bf16 is the aim: of those that 32
/// bits do not hold, one bit says whether any of the lowest 12 is set.
static Value integerToDouble(ElementBuilder &b, Value value, bool isUnsigned) {
  if (value.getType().isInteger(64)) {
    Value low = b.createOrFold<arith::TruncIOp>(b.getI32Type(), value);
    Value extended = isUnsigned
                         ? b.createOrFold<arith::ExtUIOp>(value.getType(), low)
                         : b.createOrFold<arith::ExtSIOp>(value.getType(), low);
    Value upper = b.createOrFold<arith::AndIOp>(
        value, b.constantLike(value, double(-(1 << 12))));
    Value isHeld = b.logicalOr(b.eq(extended, value), b.eq(upper, value));
    Value marked = b.createOrFold<arith::OrIOp>(
        upper, b.constantLike(value, double(1 << 11)));
    value = b.select(isHeld, value, marked);
  }
  Type wide = b.getF64Type();
  return isUnsigned ? b.createOrFold<arith::UIToFPOp>(wide, value)
                    : b.createOrFold<arith::SIToFPOp>(wide, value);
}

Value ElementBuilder::convert(Value value, Type from, Type to) {
  Type source = computeType(from), target = computeType(to);
  if (to.isInteger(1))
    return from.isInteger(1) ? value : ne(value, constantLike(value, 0));
  // Halves are made of f32, to which numbers must not be rounded before. All
  // integers that f16 holds are ones of f32.
  bool isHalf = to.isF16() || to.isBF16();
  if (isHalf && source.isF64())
    return roundToOdd(*this, value);
  if (to.isBF16() && (source.isInteger(32) || source.isInteger(64)))
    return roundToOdd(*this,
                      integerToDouble(*this, value, isUnsignedElement(from)));
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

Value ElementBuilder::constant(ElementsAttr elements) {
  Type type = computeType(elements.getElementType());
  if (std::optional<SmallVector<double>> real = getFloats(elements))
    return constant(type, real->front());
  // All bits of an integer count: a double does not hold them.
  APInt value(type.getIntOrFloatBitWidth(), getIntegers(elements)->front(),
              /*isSigned=*/true, /*implicitTrunc=*/true);
  return arith::ConstantOp::create(*this, IntegerAttr::get(type, value));
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
// Whole elements
//===----------------------------------------------------------------------===//

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
