// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Evaluate.h"
#include "compiler/codegen/general/Interpreter.h"
#include "compiler/codegen/general/Passes.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_FOLDONNXCONSTANTS
#include "compiler/codegen/general/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::onnx;

/// Steps of one evaluation at most, and those that are always allowed, as many
/// as arithmetic on shapes takes.
static constexpr int64_t maxSteps = 4'000'000, minSteps = 4096;

namespace {

/// A scratch block of scalar code whose arguments stand for an operation's
/// operands and results in memory.
class Scratch {
public:
  Scratch(Operation *op, ArrayRef<ElementBytes> operands) : op(op) {
    for (auto [operand, bytes] : llvm::zip_equal(op->getOperands(), operands))
      if (!isAbsent(operand))
        arguments.map(operand, addBuffer(operand));
    for (Value result : op->getResults())
      results.push_back(addBuffer(result));
    access.load = [this](ElementBuilder &b, Value operand, ValueRange index) {
      return Value(memref::LoadOp::create(b, arguments.lookup(operand), index));
    };
    access.loadResult = [this](ElementBuilder &b, unsigned i,
                               ValueRange index) {
      return Value(memref::LoadOp::create(b, results[i], index));
    };
    access.store = [this](ElementBuilder &b, unsigned i, Value value,
                          ValueRange index) {
      memref::StoreOp::create(b, value, results[i], index);
    };
    access.check = [](ElementBuilder &b, Value condition, Fault) {
      cf::AssertOp::create(b, condition, "fault");
    };
  }

  /// Emits and executes the code of all results.
  LogicalResult run(ArrayRef<ElementBytes> operands,
                    MutableArrayRef<std::vector<char>> bytes,
                    int64_t *stepsLeft) {
    OpBuilder builder(op->getContext());
    builder.setInsertionPointToEnd(&block);
    ElementBuilder b(op, builder, access);
    if (auto sequential = dyn_cast<SequentialOp>(op))
      sequential.emitLoops(b);
    else
      emitElements(b);
    scf::YieldOp::create(b);

    int64_t limit =
        stepsLeft ? std::clamp(*stepsLeft, minSteps, maxSteps) : maxSteps;
    Interpreter interpreter(limit);
    for (auto [operand, value] : llvm::zip_equal(op->getOperands(), operands))
      if (!isAbsent(operand))
        interpreter.bind(arguments.lookup(operand), value.get());
    for (auto [result, value] : llvm::zip_equal(results, bytes))
      interpreter.bind(result, MutableArrayRef<char>(value));
    LogicalResult result = interpreter.run(block);
    if (stepsLeft)
      *stepsLeft -= limit - interpreter.getStepsLeft();
    return result;
  }

private:
  Value addBuffer(Value value) {
    auto type = tensorType(value);
    return block.addArgument(
        MemRefType::get(type.getShape(), memoryType(type.getElementType())),
        op->getLoc());
  }

  void emitElements(ElementBuilder &b) {
    for (OpResult result : op->getResults())
      b.loopNest(shapeOf(result), {}, [&](ValueRange index, ValueRange) {
        unsigned number = result.getResultNumber();
        access.store(b, number, emitResultElement(b, number, index), index);
        return SmallVector<Value>();
      });
  }

  Operation *op;
  Block block;
  IRMapping arguments;
  SmallVector<Value> results;
  ElementAccess access;
};

/// Evaluates a DecomposableOp through the operations it consists of.
std::optional<SmallVector<ElementsAttr>>
evaluateParts(DecomposableOp op, int64_t maxElements, int64_t *stepsLeft) {
  Block block;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&block);
  SmallVector<Value> results;
  if (failed(op.decompose(builder, results)))
    return std::nullopt;
  for (Operation &part : llvm::make_early_inc_range(block)) {
    if (isa<ConstantOp, NoValueOp>(part))
      continue;
    std::optional<SmallVector<ElementsAttr>> values =
        evaluateOnConstants(&part, maxElements, stepsLeft);
    if (!values)
      return std::nullopt;
    builder.setInsertionPoint(&part);
    for (auto [result, value] : llvm::zip_equal(part.getResults(), *values)) {
      Value constant = ConstantOp::create(builder, part.getLoc(), value);
      llvm::replace(results, Value(result), constant);
      result.replaceAllUsesWith(constant);
    }
    part.erase();
  }
  SmallVector<ElementsAttr> constants;
  for (Value result : results)
    constants.push_back(constantElements(result));
  return constants;
}

} // namespace

std::optional<SmallVector<ElementsAttr>>
mlir::veltair::evaluateOnConstants(Operation *op, int64_t maxElements,
                                   int64_t *stepsLeft) {
  for (Type result : op->getResultTypes()) {
    auto type = dyn_cast<RankedTensorType>(result);
    if (!type || type.getNumElements() > maxElements || hasExtents(type))
      return std::nullopt;
  }
  SmallVector<ElementBytes> operands(op->getNumOperands());
  for (auto [operand, bytes] : llvm::zip_equal(op->getOperands(), operands)) {
    if (isAbsent(operand))
      continue;
    bytes = ElementBytes(condenseSplat(constantElements(operand)));
    if (!bytes)
      return std::nullopt;
  }
  if (!isa<ElementwiseOp, IndexedOp, SequentialOp>(op)) {
    auto composite = dyn_cast<DecomposableOp>(op);
    return composite ? evaluateParts(composite, maxElements, stepsLeft)
                     : std::nullopt;
  }

  SmallVector<std::vector<char>> bytes;
  for (Value result : op->getResults()) {
    RankedTensorType type = tensorType(result);
    bytes.emplace_back(type.getNumElements() *
                       elementBytes(type.getElementType()));
  }
  Scratch scratch(op, operands);
  if (failed(scratch.run(operands, bytes, stepsLeft)))
    return std::nullopt;
  SmallVector<ElementsAttr> values;
  for (auto [result, data] : llvm::zip_equal(op->getResults(), bytes))
    values.push_back(makeElements(tensorType(result), data));
  return values;
}

std::optional<SmallVector<OpFoldResult>>
mlir::veltair::foldOrEvaluate(Operation *op, int64_t maxElements,
                              int64_t *stepsLeft) {
  SmallVector<OpFoldResult> folded;
  if (succeeded(op->fold(folded)) && folded.size() == op->getNumResults())
    return folded;
  auto values = evaluateOnConstants(op, maxElements, stepsLeft);
  if (!values)
    return std::nullopt;
  return SmallVector<OpFoldResult>(values->begin(), values->end());
}

void mlir::veltair::loadEvaluationDialects(MLIRContext &context) {
  context.loadDialect<arith::ArithDialect, cf::ControlFlowDialect,
                      math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                      OnnxDialect>();
}

namespace {
struct FoldOnnxConstantsPass
    : veltair::impl::FoldOnnxConstantsBase<FoldOnnxConstantsPass> {
  using FoldOnnxConstantsBase::FoldOnnxConstantsBase;

  // Operations are visited in order, so a chain of constants folds in one walk.
  void runOnOperation() override {
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (!isa_and_nonnull<OnnxDialect>(op->getDialect()) ||
          isa<ConstantOp, NoValueOp>(op))
        return;
      std::optional<SmallVector<OpFoldResult>> values =
          foldOrEvaluate(op, maxElements);
      if (!values)
        return;
      OpBuilder builder(op);
      for (auto [result, value] : llvm::zip_equal(op->getResults(), *values)) {
        auto known = dyn_cast<Value>(value);
        if (!known)
          known =
              ConstantOp::create(builder, op->getLoc(),
                                 cast<ElementsAttr>(cast<Attribute>(value)));
        result.replaceAllUsesWith(known);
      }
      op->erase();
    });
    getOperation()->walk([](Operation *op) {
      if (isa<ConstantOp, NoValueOp>(op) && op->use_empty())
        op->erase();
    });
  }
};
} // namespace
