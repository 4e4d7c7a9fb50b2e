// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTRECURRENTTOKERNEL
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using kernel::RecurrentCell;

// What the kernel computes of each operator, and its initial states.

static RecurrentCell cellOf(onnx::RNNOp) { return RecurrentCell::RNN; }
static RecurrentCell cellOf(onnx::GRUOp) { return RecurrentCell::GRU; }
static RecurrentCell cellOf(onnx::LSTMOp) { return RecurrentCell::LSTM; }

static bool hasKernelStep(onnx::RNNOp) { return true; }
static bool hasKernelStep(onnx::GRUOp op) {
  return op.getLinearBeforeReset() != 0;
}
static bool hasKernelStep(onnx::LSTMOp op) {
  return op.getInputForget() == 0 && onnx::isAbsent(op.getP());
}

template <typename Op> static SmallVector<Value, 2> initialStates(Op op) {
  return {op.getInitialH()};
}
static SmallVector<Value, 2> initialStates(onnx::LSTMOp op) {
  return {op.getInitialH(), op.getInitialC()};
}

/// Whether every sequence has all steps.
static bool hasFullLength(Value lengths, int64_t steps) {
  if (onnx::isAbsent(lengths))
    return true;
  auto values = onnx::constantIntegers(lengths);
  return values && llvm::all_of(*values, [&](int64_t n) { return n == steps; });
}

/// The biases [directions, 2 * gates * hidden] of the products with the input,
/// then of those with the state.
static std::pair<Value, Value> splitBias(OpBuilder &builder, Value bias) {
  ArrayRef<int64_t> shape = onnx::shapeOf(bias);
  int64_t half = shape[1] / 2;
  std::vector<float> values = *readFloats(bias), input, state;
  for (auto *at = values.data(), *end = at + values.size(); at != end;
       at += 2 * half) {
    input.insert(input.end(), at, at + half);
    state.insert(state.end(), at + half, at + 2 * half);
  }
  Location loc = bias.getLoc();
  return {makeFloats(builder, loc, shape[0] * half, input),
          makeFloats(builder, loc, {shape[0], half}, state)};
}

template <typename Op> static bool convert(Op op, OpBuilder &builder) {
  RankedTensorType x = onnx::tensorType(op.getX()),
                   y = onnx::tensorType(op.getY()),
                   w = onnx::tensorType(op.getW());
  bool hasBias = !onnx::isAbsent(op.getB());
  if (!x.getElementType().isF32() || op.getLayout() != 0 ||
      x.getNumElements() == 0 || y.getNumElements() == 0 ||
      !op.hasDefaultActivations() || !hasKernelStep(op) ||
      !hasFullLength(op.getSequenceLens(), x.getDimSize(0)) ||
      !onnx::constantElements(op.getR()) || (hasBias && !readFloats(op.getB())))
    return false;
  // The matrices of all directions, one below the other.
  RankedTensorType matrix =
      w.clone({w.getDimSize(0) * w.getDimSize(1), w.getDimSize(2)});
  ElementsAttr weights = onnx::constantElements(op.getW());
  if (weights)
    weights = onnx::reinterpretElements(weights, matrix);
  if (!weights)
    return false;

  Location loc = op.getLoc();
  RankedTensorType products =
      x.clone({x.getDimSize(0), x.getDimSize(1), matrix.getDimSize(0)});
  Value input = kernel::MatMulOp::create(
      builder, loc, products, op.getX(),
      onnx::ConstantOp::create(builder, op.getW().getLoc(), weights),
      /*transpose_rhs=*/true);
  Value stateBias;
  if (hasBias) {
    auto [first, second] = splitBias(builder, op.getB());
    input = onnx::AddOp::create(builder, loc, products, input, first);
    stateBias = second;
  }
  SmallVector<Value, 2> initial = initialStates(op);
  RankedTensorType state = onnx::tensorType(op.getYH());
  if (llvm::all_of(initial, onnx::isAbsent))
    initial.clear();
  for (Value &value : initial)
    if (onnx::isAbsent(value))
      value = makeFloats(builder, loc, state.getShape(),
                         std::vector<float>(state.getNumElements()));
  SmallVector<Type, 3> types = {y};
  types.append(initialStates(op).size(), state);
  auto kernel = kernel::RecurrentOp::create(
      builder, loc, types, input, op.getR(), stateBias, initial, cellOf(op),
      /*reverse=*/op.getDirection() == "reverse");
  for (auto [old, result] : llvm::zip(op->getResults(), kernel->getResults()))
    old.replaceAllUsesWith(result);
  op->erase();
  return true;
}

namespace {

class ConvertRecurrentToKernel
    : public veltair::impl::ConvertRecurrentToKernelBase<
          ConvertRecurrentToKernel> {
public:
  using ConvertRecurrentToKernelBase::ConvertRecurrentToKernelBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    for (Operation &op : llvm::make_early_inc_range(program.getBlock())) {
      if (llvm::any_of(op.getOperandTypes(), onnx::hasExtents))
        continue;
      OpBuilder builder(&op);
      converted += llvm::TypeSwitch<Operation *, bool>(&op)
                       .Case<onnx::RNNOp, onnx::GRUOp, onnx::LSTMOp>(
                           [&](auto op) { return convert(op, builder); })
                       .Default(false);
    }
    eraseDeadOps(program);
  }
};

} // namespace
