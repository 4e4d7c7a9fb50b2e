// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "compiler/graph/StridedViews.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTROWSTOKERNEL
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

static bool isF32(Value value) { return onnx::elementType(value).isF32(); }

/// True for the last axis of an f32 tensor.
static bool isAlongRows(Value value, int64_t axis) {
  return isF32(value) && (axis == -1 || axis == onnx::rankOf(value) - 1);
}

/// What `value` is the mean of, row by row; null for others.
static Value meanOfRows(Value value) {
  auto mean = value.getDefiningOp<onnx::ReduceMeanOp>();
  if (!mean || mean.getKeepdims() == 0 || onnx::isAbsent(mean.getAxes()))
    return {};
  auto axes = onnx::constantIntegers(mean.getAxes());
  return axes && axes->size() == 1 && isAlongRows(mean.getData(), axes->front())
             ? mean.getData()
             : Value();
}

/// What `value` is the square of; null for others.
static Value squared(Value value) {
  if (auto power = value.getDefiningOp<onnx::PowOp>())
    return getConstantNumber(power->getOperand(1)) == 2.0f
               ? power->getOperand(0)
               : Value();
  auto product = value.getDefiningOp<onnx::MulOp>();
  return product && product.getA() == product.getB() ? product.getA() : Value();
}

/// x and epsilon of `deviation` = sqrt(mean(x * x) + epsilon).
static std::optional<std::pair<Value, float>> matchDeviation(Value deviation) {
  auto root = deviation.getDefiningOp<onnx::SqrtOp>();
  auto sum = root ? root.getX().getDefiningOp<onnx::AddOp>() : onnx::AddOp();
  if (!sum)
    return std::nullopt;
  for (auto [variance, epsilon] :
       {std::pair(sum.getA(), sum.getB()), std::pair(sum.getB(), sum.getA())}) {
    std::optional<float> number = getConstantNumber(epsilon);
    Value squares = number ? meanOfRows(variance) : Value();
    if (Value x = squares ? squared(squares) : Value())
      return std::pair(x, *number);
  }
  return std::nullopt;
}

static bool isOne(Value value) { return getConstantNumber(value) == 1.0f; }

/// The divisor if `value` = 1 / divisor.
static Value reciprocal(Value value) {
  if (auto op = value.getDefiningOp<onnx::ReciprocalOp>())
    return op.getX();
  auto quotient = value.getDefiningOp<onnx::DivOp>();
  return quotient && isOne(quotient.getA()) ? quotient.getB() : Value();
}

/// `x` - mean(`x`): x. Null for others.
static Value uncentre(Value value) {
  auto difference = value.getDefiningOp<onnx::SubOp>();
  return difference && meanOfRows(difference.getB()) == difference.getA()
             ? difference.getA()
             : Value();
}

/// The same number, though operations may compute it twice.
static bool isSame(Value a, Value b) {
  return a == b || (uncentre(a) && uncentre(a) == uncentre(b));
}

/// `dividend` / `deviation` as normalized rows, or null.
static Value normalize(Operation *op, Value dividend, Value deviation,
                       OpBuilder &builder) {
  auto match = matchDeviation(deviation);
  if (!match || !isSame(match->first, dividend) ||
      dividend.getType() != op->getResult(0).getType())
    return {};
  Value centred = uncentre(dividend);
  return kernel::NormalizeRowsOp::create(
      builder, op->getLoc(), dividend.getType(), centred ? centred : dividend,
      builder.getF32FloatAttr(match->second),
      centred ? UnitAttr() : builder.getUnitAttr());
}

static Value convert(onnx::DivOp op, OpBuilder &builder) {
  return normalize(op, op.getA(), op.getB(), builder);
}

static Value convert(onnx::MulOp op, OpBuilder &builder) {
  for (auto [dividend, factor] :
       {std::pair(op.getA(), op.getB()), std::pair(op.getB(), op.getA())})
    if (Value deviation = reciprocal(factor))
      if (Value rows = normalize(op, dividend, deviation, builder))
        return rows;
  return {};
}

static Value convert(onnx::SoftmaxOp op, OpBuilder &builder) {
  if (!isAlongRows(op.getX(), op.getAxis()))
    return {};
  return kernel::SoftmaxRowsOp::create(builder, op.getLoc(),
                                       op.getY().getType(), op.getX());
}

/// Normalized rows, scaled and moved by operations that become an epilogue.
static Value normalizeAndScale(Operation *op, Value x, Value scale, Value bias,
                               FloatAttr epsilon, UnitAttr uncentered,
                               OpBuilder &builder) {
  Location loc = op->getLoc();
  Value rows = kernel::NormalizeRowsOp::create(builder, loc, x.getType(), x,
                                               epsilon, uncentered);
  rows = onnx::MulOp::create(builder, loc, x.getType(), rows, scale);
  return bias ? onnx::AddOp::create(builder, loc, x.getType(), rows, bias)
              : rows;
}

static Value convert(onnx::LayerNormalizationOp op, OpBuilder &builder) {
  if (!isAlongRows(op.getX(), op.getAxis()) || !op.getMean().use_empty() ||
      !op.getInvStdDev().use_empty())
    return {};
  Value bias = onnx::isAbsent(op.getBias()) ? Value() : op.getBias();
  if (!isF32(op.getScale()) || (bias && !isF32(bias)))
    return {};
  return normalizeAndScale(op, op.getX(), op.getScale(), bias,
                           op.getEpsilonAttr(), /*uncentered=*/UnitAttr(),
                           builder);
}

static Value convert(onnx::RMSNormalizationOp op, OpBuilder &builder) {
  if (!isAlongRows(op.getX(), op.getAxis()) || !isF32(op.getScale()))
    return {};
  return normalizeAndScale(op, op.getX(), op.getScale(), {},
                           op.getEpsilonAttr(),
                           /*uncentered=*/builder.getUnitAttr(), builder);
}

namespace {

class ConvertRowsToKernel
    : public veltair::impl::ConvertRowsToKernelBase<ConvertRowsToKernel> {
public:
  using ConvertRowsToKernelBase::ConvertRowsToKernelBase;

  void runOnOperation() override {
    converted += rewriteOps(
        getOperation(), [](Operation *op, OpBuilder &builder) -> Value {
          // Rows of data-dependent size stay with the general path.
          if (llvm::any_of(op->getOperandTypes(), onnx::hasExtents))
            return {};
          return llvm::TypeSwitch<Operation *, Value>(op)
              .Case<onnx::DivOp, onnx::MulOp, onnx::SoftmaxOp,
                    onnx::LayerNormalizationOp, onnx::RMSNormalizationOp>(
                  [&](auto op) { return convert(op, builder); })
              .Default(Value());
        });
  }
};

} // namespace
