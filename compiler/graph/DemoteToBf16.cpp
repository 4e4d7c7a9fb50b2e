// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_DEMOTETOBF16
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// True for operations whose result elements are elements of their operands, or
/// the largest of them: they commute with rounding.
static bool selectsElements(Operation *op) {
  return isa<ViewOp, kernel::MaxPoolOp, kernel::ReorderOp, onnx::ConcatOp,
             onnx::DepthToSpaceOp, onnx::MaxPoolOp, onnx::SliceOp,
             onnx::TransposeOp>(op);
}

/// True when the operation is computed element by element, so that elements
/// can be widened as they are read.
static bool readsElements(Operation *op) {
  return isa<onnx::ElementwiseOp, onnx::IndexedOp, kernel::ReorderOp>(op);
}

namespace {

class Demoter {
public:
  explicit Demoter(ProgramOp program)
      : program(program), builder(program.getContext()),
        bf16(builder.getBF16Type()) {}

  void run();

  unsigned tensors = 0;

private:
  /// `value` in bf16. Where it comes from an operation that selects elements,
  /// that is done in bf16.
  Value demote(Value value);
  Value cast(Value value, Type element);
  /// Makes what else reads a demoted tensor read it in bf16, if it can.
  void shareDemoted(Value value, Value narrow);

  ProgramOp program;
  OpBuilder builder;
  Type bf16;
  llvm::MapVector<Value, Value> demoted;
};

} // namespace

Value Demoter::cast(Value value, Type element) {
  return onnx::CastOp::create(
      builder, value.getLoc(), onnx::tensorType(value).clone(element), value,
      /*saturate=*/int64_t(1), onnx::dataTypeOf(element));
}

Value Demoter::demote(Value value) {
  if (Value known = demoted.lookup(value))
    return known;
  Operation *op = value.getDefiningOp();
  auto isInput = [](Value operand) { return isa<BlockArgument>(operand); };
  // An input would have to be rounded by a layer of its own.
  if (op && selectsElements(op) && value == op->getResult(0) &&
      llvm::none_of(op->getOperands(), isInput)) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      bool isData =
          !onnx::isAbsent(operand) && onnx::elementType(operand).isF32();
      operands.push_back(isData ? demote(operand) : operand);
    }
    builder.setInsertionPoint(op);
    Operation *narrow = builder.clone(*op);
    narrow->setOperands(operands);
    narrow->getResult(0).setType(onnx::tensorType(value).clone(bf16));
    return demoted[value] = narrow->getResult(0);
  }
  builder.setInsertionPointAfterValue(value);
  ++tensors;
  Value narrow = cast(value, bf16);
  demoted[value] = narrow;
  return narrow;
}

void Demoter::shareDemoted(Value value, Value narrow) {
  Value widened;
  for (OpOperand &use : llvm::make_early_inc_range(value.getUses())) {
    if (use.getOwner() == narrow.getDefiningOp())
      continue;
    // It widens what it reads itself.
    if (isa<kernel::MaxPoolOp>(use.getOwner()))
      use.set(narrow);
    if (!readsElements(use.getOwner()))
      continue;
    if (!widened) {
      builder.setInsertionPointAfterValue(narrow);
      widened = cast(narrow, builder.getF32Type());
    }
    use.set(widened);
  }
}

void Demoter::run() {
  for (Operation &op : llvm::make_early_inc_range(program.getBlock())) {
    auto kernel = dyn_cast<kernel::LayerKernelOp>(op);
    if (!kernel)
      continue;
    for (OpOperand &operand : op.getOpOperands())
      if (kernel.canReadBf16(operand.getOperandNumber()))
        operand.set(demote(operand.get()));
  }
  for (auto [value, narrow] : demoted)
    shareDemoted(value, narrow);
}

namespace {

class DemoteToBf16 : public veltair::impl::DemoteToBf16Base<DemoteToBf16> {
public:
  using DemoteToBf16Base::DemoteToBf16Base;

  void runOnOperation() override {
    Demoter demoter(getOperation());
    demoter.run();
    demotedTensors += demoter.tensors;
  }
};

} // namespace
