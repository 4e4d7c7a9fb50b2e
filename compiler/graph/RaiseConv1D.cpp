// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "dialects/onnx/Composer.h"
#include "llvm/ADT/TypeSwitch.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_RAISECONV1D
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// Gives tensors [N, C, L] a height of 1, from convolutions on through what
/// follows them.
class Raiser {
public:
  Raiser(OpBuilder &builder) : builder(builder) {}

  /// True when `op` computes its result as an image now.
  bool raise(Operation *op) {
    if (op->getNumResults() == 0 || !isSequence(op->getResult(0)))
      return false;
    builder.setInsertionPoint(op);
    return llvm::TypeSwitch<Operation *, bool>(op)
        .Case([&](onnx::ConvOp conv) { return raiseConv(conv); })
        .Case([&](onnx::ElementwiseOp) { return raiseElementwise(op); })
        .Default(false);
  }

private:
  static bool isSequence(Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getRank() == 3 && type.getElementType().isF32() &&
           !onnx::hasExtents(type);
  }

  /// [..., C, L] with a height of 1 between them.
  Value image(Value value) {
    if (Value known = images.lookup(value))
      return known;
    SmallVector<int64_t> shape(onnx::shapeOf(value));
    shape.insert(shape.end() - 1, 1);
    return onnx::Composer(builder, value.getLoc()).reshape(value, shape);
  }

  void replace(Operation *op, Value raised) {
    Value result = op->getResult(0);
    Value sequence = onnx::Composer(builder, op->getLoc())
                         .reshape(raised, onnx::shapeOf(result));
    result.replaceAllUsesWith(sequence);
    images[sequence] = raised;
    op->erase();
  }

  bool raiseConv(onnx::ConvOp op) {
    if (!onnx::constantElements(op.getW()))
      return false;
    onnx::Window window = op.getWindow();
    auto conv = onnx::ConvOp::create(
        builder, op.getLoc(), image(op.getX()), image(op.getW()), op.getB(),
        builder.getStringAttr("NOTSET"),
        builder.getDenseI64ArrayAttr({1, window.dilations[0]}),
        builder.getI64IntegerAttr(op.getGroup()),
        builder.getDenseI64ArrayAttr({1, window.kernel[0]}),
        builder.getDenseI64ArrayAttr(
            {0, window.padsBegin[0], 0, window.padsEnd[0]}),
        builder.getDenseI64ArrayAttr({1, window.strides[0]}));
    replace(op, conv.getY());
    return true;
  }

  /// Where it reads an image of its own shape; a scalar needs no height.
  bool raiseElementwise(Operation *op) {
    Value result = op->getResult(0);
    bool readsImage = false;
    for (Value operand : op->getOperands()) {
      if (onnx::isAbsent(operand))
        continue;
      if (onnx::rankOf(operand) == 2)
        return false;
      readsImage |= images.contains(operand) &&
                    onnx::shapeOf(operand) == onnx::shapeOf(result);
    }
    if (!readsImage)
      return false;
    Operation *raised = op->clone();
    for (OpOperand &operand : raised->getOpOperands())
      if (!onnx::isAbsent(operand.get()) && onnx::rankOf(operand.get()) == 3)
        operand.set(image(operand.get()));
    SmallVector<int64_t> shape(onnx::shapeOf(result));
    shape.insert(shape.end() - 1, 1);
    raised->getResult(0).setType(onnx::tensorType(result).clone(shape));
    builder.insert(raised);
    replace(op, raised->getResult(0));
    return true;
  }

  OpBuilder &builder;
  llvm::DenseMap<Value, Value> images; // by sequence
};

class RaiseConv1D : public veltair::impl::RaiseConv1DBase<RaiseConv1D> {
public:
  void runOnOperation() override {
    OpBuilder builder(&getContext());
    Raiser raiser(builder);
    for (Operation &op : llvm::make_early_inc_range(getOperation().getBlock()))
      raised += raiser.raise(&op);
  }
};

} // namespace
