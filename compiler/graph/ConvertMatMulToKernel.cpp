// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "compiler/graph/StridedViews.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTMATMULTOKERNEL
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// `value`, a constant, as a matrix: without leading dimensions of 1. Null when
/// it is no constant matrix of f32.
static Value asConstantMatrix(OpBuilder &builder, Value value) {
  RankedTensorType type = onnx::tensorType(value);
  ElementsAttr elements = onnx::constantElements(value);
  if (!elements || !type.getElementType().isF32() || type.getRank() < 2)
    return {};
  ArrayRef<int64_t> shape = type.getShape();
  if (ShapedType::getNumElements(shape.drop_back(2)) != 1)
    return {};
  if (type.getRank() == 2)
    return value;
  RankedTensorType matrix = type.clone(shape.take_back(2));
  ElementsAttr reshaped = onnx::reinterpretElements(elements, matrix);
  return reshaped ? onnx::ConstantOp::create(builder, value.getLoc(), reshaped)
                  : Value();
}

/// Kernels expect that there is something to do.
static bool isEmpty(Value lhs, Value result) {
  return onnx::tensorType(lhs).getNumElements() == 0 ||
         onnx::tensorType(result).getNumElements() == 0;
}

/// A product whose operands are read where they are.
static Value convertComputed(onnx::MatMulOp op, OpBuilder &builder) {
  RankedTensorType result = onnx::tensorType(op.getY());
  if (!result.getElementType().isF32() || onnx::rankOf(op.getA()) < 2 ||
      onnx::rankOf(op.getB()) < 2)
    return {};
  StridedView lhs = traceView(op.getA()), rhs = traceView(op.getB());
  ArrayRef<int64_t> batch = result.getShape().drop_back(2);
  for (StridedView *view : {&lhs, &rhs}) {
    SmallVector<int64_t> shape(batch);
    llvm::append_range(shape, ArrayRef(view->sizes).take_back(2));
    if (!view->broadcastTo(shape))
      return {};
  }
  return kernel::BatchMatMulOp::create(builder, op.getLoc(), result, lhs.memory,
                                       rhs.memory, lhs.getAttr(),
                                       rhs.getAttr());
}

static Value convert(onnx::MatMulOp op, OpBuilder &builder) {
  RankedTensorType lhs = onnx::tensorType(op.getA()),
                   rhs = onnx::tensorType(op.getB());
  if (isEmpty(op.getA(), op.getY()))
    return {};
  Value matrix = lhs.getRank() < 2 || lhs.getRank() < rhs.getRank()
                     ? Value()
                     : asConstantMatrix(builder, op.getB());
  if (!matrix)
    return convertComputed(op, builder);
  return kernel::MatMulOp::create(builder, op.getLoc(), op.getY().getType(),
                                  op.getA(), matrix, /*transpose_rhs=*/false);
}

/// alpha * a * b' + beta * c as a product with alpha * b' and a sum with
/// beta * c.
static Value convert(onnx::GemmOp op, OpBuilder &builder) {
  if (op.getTransA() || isEmpty(op.getA(), op.getY()) ||
      !asConstantMatrix(builder, op.getB()))
    return {};
  auto scaled = [&](Value value, float factor) -> Value {
    if (factor == 1)
      return value;
    std::optional<std::vector<float>> values = readFloats(value);
    if (!values)
      return {};
    for (float &element : *values)
      element *= factor;
    return makeFloats(builder, value.getLoc(), onnx::shapeOf(value), *values);
  };
  Value rhs = scaled(op.getB(), op.getAlpha().convertToFloat());
  Value bias = op.getC();
  bool hasBias = !onnx::isAbsent(bias);
  if (hasBias)
    bias = scaled(bias, op.getBeta().convertToFloat());
  if (!rhs || !bias)
    return {};
  Value result = kernel::MatMulOp::create(builder, op.getLoc(),
                                          op.getY().getType(), op.getA(), rhs,
                                          /*transpose_rhs=*/op.getTransB());
  return hasBias ? onnx::AddOp::create(builder, op.getLoc(), result.getType(),
                                       result, bias)
                 : result;
}

namespace {

class ConvertMatMulToKernel
    : public veltair::impl::ConvertMatMulToKernelBase<ConvertMatMulToKernel> {
public:
  using ConvertMatMulToKernelBase::ConvertMatMulToKernelBase;

  void runOnOperation() override {
    converted +=
        rewriteOps(getOperation(), [](Operation *op, OpBuilder &builder) {
          return llvm::TypeSwitch<Operation *, Value>(op)
              .Case<onnx::MatMulOp, onnx::GemmOp>(
                  [&](auto product) { return convert(product, builder); })
              .Default(Value());
        });
  }
};

} // namespace
