// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_WIDENHALVES
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

static bool isHalf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type &&
         (type.getElementType().isF16() || type.getElementType().isBF16());
}

/// True for operations that sum up many products: those that kernels are for.
static bool hasKernels(Operation *op) {
  return isa<onnx::ConvOp, onnx::ConvTransposeOp, onnx::EinsumOp, onnx::GRUOp,
             onnx::GemmOp, onnx::LSTMOp, onnx::MatMulOp, onnx::RNNOp>(op);
}

/// True for operations whose result has a type of its own, whatever their
/// operands have.
static bool choosesType(Operation *op) {
  return !isa<onnx::OnnxDialect>(op->getDialect()) || op->hasAttr("dtype") ||
         isa<onnx::CastOp, onnx::CastLikeOp, onnx::ConstantOp,
             onnx::DequantizeLinearOp, onnx::FillLikeOp>(op);
}

namespace {

class Widener {
public:
  explicit Widener(ProgramOp program)
      : program(program), builder(program.getContext()) {}

  unsigned run();

private:
  bool shouldWiden(Operation &op) const;
  void widen(Operation &op);
  Value cast(Value value, Type element);
  /// `value`, of halves, in f32.
  Value inF32(Value value);

  ProgramOp program;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> wide; // in f32, before it is rounded
};

} // namespace

Value Widener::cast(Value value, Type element) {
  return onnx::CastOp::create(
      builder, value.getLoc(), onnx::tensorType(value).clone(element), value,
      /*saturate=*/int64_t(1), onnx::dataTypeOf(element));
}

Value Widener::inF32(Value value) {
  if (Value known = wide.lookup(value))
    return known;
  // Where operands have to be constants, a conversion of one is none.
  Value constant = constantInF32(builder, value.getLoc(), value);
  return constant ? constant : cast(value, builder.getF32Type());
}

bool Widener::shouldWiden(Operation &op) const {
  if (choosesType(&op) || llvm::none_of(op.getOperands(), isHalf))
    return false;
  return hasKernels(&op) || llvm::any_of(op.getOperands(), [&](Value operand) {
           return wide.contains(operand);
         });
}

void Widener::widen(Operation &op) {
  builder.setInsertionPoint(&op);
  for (OpOperand &operand : op.getOpOperands())
    if (isHalf(operand.get()))
      operand.set(inF32(operand.get()));
  builder.setInsertionPointAfter(&op);
  for (Value result : op.getResults()) {
    if (!isHalf(result))
      continue;
    RankedTensorType half = onnx::tensorType(result);
    result.setType(half.clone(builder.getF32Type()));
    Value rounded = cast(result, half.getElementType());
    result.replaceAllUsesExcept(rounded, rounded.getDefiningOp());
    wide[rounded] = result;
  }
}

unsigned Widener::run() {
  unsigned count = 0;
  for (Operation &op : llvm::make_early_inc_range(program.getBlock()))
    if (shouldWiden(op)) {
      widen(op);
      ++count;
    }
  eraseDeadOps(program);
  return count;
}

namespace {

class WidenHalves : public veltair::impl::WidenHalvesBase<WidenHalves> {
public:
  using WidenHalvesBase::WidenHalvesBase;

  void runOnOperation() override { widened += Widener(getOperation()).run(); }
};

} // namespace
