// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds arithmetic on values of one type: f32, f64 or a vector of either.

#ifndef VELTAIR_COMPILER_CODEGEN_FLOATBUILDER_H
#define VELTAIR_COMPILER_CODEGEN_FLOATBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

namespace mlir::veltair {

class FloatBuilder : public ImplicitLocOpBuilder {
public:
  FloatBuilder(Location loc, OpBuilder &builder, Type type)
      : ImplicitLocOpBuilder(loc, builder), type(type) {}

  Value number(double value) {
    return splat(getFloatAttr(getElementTypeOrSelf(type), value), type);
  }
  Value wideNumber(double value) {
    return splat(getF64FloatAttr(value), wideType());
  }
  Value integer(int64_t value) {
    Type integers = integerType();
    return splat(getIntegerAttr(getElementTypeOrSelf(integers), value),
                 integers);
  }
  /// The types of integers of as many bits, and of f64, of the same shape.
  Type integerType() {
    return shaped(
        getIntegerType(getElementTypeOrSelf(type).getIntOrFloatBitWidth()));
  }
  Type wideType() { return shaped(getF64Type()); }
  /// The bits of a number as an integer, and back.
  Value bits(Value x) {
    return arith::BitcastOp::create(*this, integerType(), x);
  }
  Value fromBits(Value x) { return arith::BitcastOp::create(*this, type, x); }

  Value neg(Value x) { return arith::NegFOp::create(*this, x); }
  Value add(Value x, Value y) { return arith::AddFOp::create(*this, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(*this, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(*this, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(*this, x, y); }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(*this, x, y, z);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(*this, condition, x, y);
  }
  Value compare(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(*this, predicate, x, y);
  }
  /// Coefficients from the highest power down.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = number(coefficients.front());
    for (double coefficient : coefficients.drop_front())
      sum = fma(sum, x, number(coefficient));
    return sum;
  }
  /// `x`, but not beyond `limit` (above it with `ogt`, below it with `olt`).
  /// One instruction, which keeps a NaN.
  Value limit(arith::CmpFPredicate beyond, double limit, Value x) {
    Value bound = number(limit);
    return select(compare(beyond, bound, x), bound, x);
  }
  /// `value`, but of a zero the zero itself, with its sign.
  Value keepZero(Value x, Value value) {
    return select(compare(arith::CmpFPredicate::OEQ, x, number(0)), x, value);
  }
  /// An odd function, computed from the magnitude: nothing is lost by
  /// cancelling beside 0, and the sign, also that of 0, is kept.
  Value odd(Value x, function_ref<Value(Value)> positive) {
    Value magnitude = math::AbsFOp::create(*this, x);
    return math::CopySignOp::create(*this, positive(magnitude), x);
  }

private:
  Type shaped(Type element) {
    auto vector = dyn_cast<VectorType>(type);
    return vector ? Type(vector.clone(element)) : element;
  }
  Value splat(TypedAttr value, Type of) {
    if (auto vector = dyn_cast<VectorType>(of))
      value = DenseElementsAttr::get(vector, Attribute(value));
    return arith::ConstantOp::create(*this, value);
  }

  Type type;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_FLOATBUILDER_H
