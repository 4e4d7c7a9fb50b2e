// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds arithmetic on values of one type, f32 or a vector of it.

#ifndef VELTAIR_COMPILER_CODEGEN_F32BUILDER_H
#define VELTAIR_COMPILER_CODEGEN_F32BUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace mlir::veltair {

class F32Builder : public ImplicitLocOpBuilder {
public:
  F32Builder(Location loc, OpBuilder &builder, Type type)
      : ImplicitLocOpBuilder(loc, builder), type(type) {}

  Value number(float value) { return splat(getF32FloatAttr(value), type); }
  Value wideNumber(double value) {
    return splat(getF64FloatAttr(value), shaped(getF64Type()));
  }
  Value integer(int32_t value) {
    return splat(getI32IntegerAttr(value), integerType());
  }
  /// The types of integers, and of f64, of the same shape.
  Type integerType() { return shaped(getI32Type()); }
  Type wideType() { return shaped(getF64Type()); }

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
  Value polynomial(Value x, ArrayRef<float> coefficients) {
    Value sum = number(coefficients.front());
    for (float coefficient : coefficients.drop_front())
      sum = fma(sum, x, number(coefficient));
    return sum;
  }
  /// `x`, but not beyond `limit` (above it with `ogt`, below it with `olt`).
  /// One instruction, which keeps a NaN.
  Value limit(arith::CmpFPredicate beyond, float limit, Value x) {
    Value bound = number(limit);
    return select(compare(beyond, bound, x), bound, x);
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

#endif // VELTAIR_COMPILER_CODEGEN_F32BUILDER_H
