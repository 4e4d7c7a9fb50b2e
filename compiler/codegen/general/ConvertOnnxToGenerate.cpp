// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Passes.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTONNXTOGENERATE
#include "compiler/codegen/general/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::onnx;

namespace {

/// The converted operands of an operation, by its original ones.
IRMapping mapOperands(Operation *op, ValueRange converted) {
  IRMapping mapping;
  mapping.map(op->getOperands(), converted);
  return mapping;
}

/// Generates each result of an operation, element by element. `Emit` returns
/// the element of result `result` at `index`, in the compute type.
template <typename Interface>
struct ConvertToGenerate : OpInterfaceConversionPattern<Interface> {
  using OpInterfaceConversionPattern<Interface>::OpInterfaceConversionPattern;

  LogicalResult
  matchAndRewrite(Interface op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    IRMapping mapping = mapOperands(op, operands);
    ElementAccess access;
    access.load = [&](ElementBuilder &b, Value operand, ValueRange index) {
      return Value(
          tensor::ExtractOp::create(b, mapping.lookup(operand), index));
    };
    SmallVector<Value> results;
    for (OpResult result : op->getResults()) {
      Type type = this->getTypeConverter()->convertType(result.getType());
      auto body = [&](OpBuilder &nested, Location loc, ValueRange index) {
        ElementBuilder b(op, nested, access);
        Value element = emitResultElement(b, result.getResultNumber(), index);
        tensor::YieldOp::create(b, element);
      };
      results.push_back(tensor::GenerateOp::create(rewriter, op->getLoc(), type,
                                                   ValueRange(), body));
    }
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct ConvertSequential : OpInterfaceConversionPattern<SequentialOp> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;

  LogicalResult
  matchAndRewrite(SequentialOp op, ArrayRef<Value> operands,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op->getLoc();
    auto bufferType = [&](Value value) {
      auto type = cast<RankedTensorType>(
          getTypeConverter()->convertType(value.getType()));
      return MemRefType::get(type.getShape(), type.getElementType());
    };
    IRMapping mapping;
    for (auto [original, converted] :
         llvm::zip_equal(op->getOperands(), operands))
      if (!isAbsent(original))
        mapping.map(original,
                    bufferization::ToBufferOp::create(
                        rewriter, loc, bufferType(original), converted,
                        /*read_only=*/true));
    SmallVector<Value> buffers;
    for (Value result : op->getResults())
      buffers.push_back(
          memref::AllocOp::create(rewriter, loc, bufferType(result)));
    ElementAccess access;
    access.load = [&](ElementBuilder &b, Value operand, ValueRange index) {
      return Value(memref::LoadOp::create(b, mapping.lookup(operand), index));
    };
    access.loadResult = [&](ElementBuilder &b, unsigned i, ValueRange index) {
      return Value(memref::LoadOp::create(b, buffers[i], index));
    };
    access.store = [&](ElementBuilder &b, unsigned i, Value value,
                       ValueRange index) {
      memref::StoreOp::create(b, value, buffers[i], index);
    };
    ElementBuilder b(op, rewriter, access);
    op.emitLoops(b);
    SmallVector<Value> results;
    for (auto [result, buffer] : llvm::zip_equal(op->getResults(), buffers))
      results.push_back(bufferization::ToTensorOp::create(
          rewriter, loc, getTypeConverter()->convertType(result.getType()),
          buffer, /*restrict=*/true, /*writable=*/true));
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct ConvertConstant : OpConversionPattern<ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(ConstantOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type =
        cast<RankedTensorType>(getTypeConverter()->convertType(op.getType()));
    ElementsAttr value = op.getValue();
    if (type != op.getType())
      value = reinterpretElements(value, type);
    if (!value)
      return rewriter.notifyMatchFailure(op, "unreadable constant");
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, type, value);
    return success();
  }
};

struct ConvertOnnxToGeneratePass
    : veltair::impl::ConvertOnnxToGenerateBase<ConvertOnnxToGeneratePass> {
  void runOnOperation() override {
    TypeConverter converter;
    populateMemoryTypeConversions(converter);
    RewritePatternSet patterns(&getContext());
    populateOnnxToGeneratePatterns(converter, patterns);
    populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                   converter);
    populateReturnOpTypeConversionPattern(patterns, converter);

    ConversionTarget target(getContext());
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    target.addIllegalDialect<OnnxDialect>();
    target.addLegalOp<NoValueOp>();
    target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
      return converter.isSignatureLegal(op.getFunctionType());
    });
    target.addDynamicallyLegalOp<func::ReturnOp>(
        [&](func::ReturnOp op) { return converter.isLegal(op); });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](NoValueOp op) {
      if (op->use_empty())
        op->erase();
    });
  }
};

} // namespace

void mlir::veltair::populateMemoryTypeConversions(TypeConverter &converter) {
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](RankedTensorType type) {
    return type.clone(memoryType(type.getElementType()));
  });
}

void mlir::veltair::populateOnnxToGeneratePatterns(
    const TypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertToGenerate<ElementwiseOp>, ConvertToGenerate<IndexedOp>,
               ConvertSequential, ConvertConstant>(converter,
                                                   patterns.getContext());
}
