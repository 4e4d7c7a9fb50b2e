// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Evaluate.h"
#include "compiler/graph/BlockedLayout.h"
#include "compiler/graph/LayoutAssigner.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

namespace mlir::veltair {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

//===-- both layouts of a tensor ------------------------------------------===//

Value LayoutAssigner::view(Value value, ArrayRef<int64_t> shape) {
  RankedTensorType type = onnx::tensorType(value).clone(shape);
  if (type == value.getType())
    return value;
  if (ElementsAttr elements = onnx::constantElements(value))
    return onnx::ConstantOp::create(builder, value.getLoc(), type,
                                    onnx::reinterpretElements(elements, type));
  return ViewOp::create(builder, value.getLoc(), type, value);
}

Value LayoutAssigner::getPlain(Value value) {
  if (!isBlocked(value))
    return value;
  Value &known = plain[value];
  if (!known) {
    RankedTensorType type = onnx::tensorType(value);
    Value source = blocked.lookup(value).value;
    if (isBlockedByView(type)) {
      known = view(source, type.getShape());
    } else {
      known = kernel::ReorderOp::create(builder, value.getLoc(), type, source);
      ++reorders;
    }
  }
  return known;
}

Blocked LayoutAssigner::getBlocked(Value value) {
  Blocked &known = blocked[value];
  if (known.value)
    return known;
  RankedTensorType type = onnx::tensorType(value),
                   target = getBlockedType(type);
  known.padding = 0.0;
  if (ElementsAttr elements = onnx::constantElements(value)) {
    if (ElementsAttr reordered = blockElements(elements))
      known.value =
          onnx::ConstantOp::create(builder, value.getLoc(), target, reordered);
  } else if (isBlockedByView(type)) {
    known.value = view(value, target.getShape());
  } else {
    known.value =
        kernel::ReorderOp::create(builder, value.getLoc(), target, value);
    ++reorders;
  }
  return known;
}

/// The shape of a tensor with leading dimensions of 1 up to `rank`.
static SmallVector<int64_t> extendShape(RankedTensorType type, int64_t rank) {
  SmallVector<int64_t> shape(rank - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  return shape;
}

static bool isScalarConstant(Value value) {
  return onnx::tensorType(value).getNumElements() == 1 &&
         onnx::constantElements(value);
}

std::optional<double> LayoutAssigner::getPadding(Value value,
                                                 RankedTensorType plainResult) {
  if (isa<NoneType>(value.getType()))
    return std::nullopt;
  // Of one channel for all, every lane has what the first one has.
  if (isBlocked(value) &&
      onnx::tensorType(value).getDimSize(1) == plainResult.getDimSize(1))
    return blocked.lookup(value).padding;
  if (isScalarConstant(value)) {
    auto number = onnx::constantFloats(value);
    return number ? std::optional(number->front()) : std::nullopt;
  }
  SmallVector<int64_t> shape =
      extendShape(onnx::tensorType(value), plainResult.getRank());
  if (shape[1] == plainResult.getDimSize(1))
    return 0.0;
  return std::nullopt;
}

Value LayoutAssigner::getBroadcast(Value value, RankedTensorType plainResult) {
  if (isa<NoneType>(value.getType()) || isScalarConstant(value))
    return value;
  SmallVector<int64_t> shape =
      extendShape(onnx::tensorType(value), plainResult.getRank());
  if (shape[1] == plainResult.getDimSize(1))
    return getBlocked(isBlocked(value) ? value : view(value, shape)).value;
  Value source = view(getPlain(value), shape);
  shape.push_back(1);
  return view(source, shape);
}

//===-- operations --------------------------------------------------------===//

Operation *LayoutAssigner::copy(Operation *op, ValueRange operands,
                                TypeRange results) {
  Operation *copy = op->clone();
  copy->setOperands(operands);
  for (auto [result, type] : llvm::zip_equal(copy->getResults(), results))
    result.setType(type);
  return builder.insert(copy);
}

void LayoutAssigner::rename(Value original, Value value,
                            std::optional<double> padding) {
  blocked[original] = {value, padding};
  rewritten.insert(original);
}

void LayoutAssigner::retire(Operation *op) {
  originals.push_back(op);
  ++blockedOps;
}

/// A depthwise kernel unrolls its window's columns in each tile, and each tile
/// that touches the padding may be code of its own: most columns, and most of
/// them in all such code.
static constexpr int64_t maxDepthwiseColumns = 32, maxUnrolledColumns = 8192;

static bool isTooWideForDepthwise(const onnx::Window &window) {
  int64_t columns = window.kernel[1];
  int64_t edges =
      (window.padsBegin[1] + window.padsEnd[1]) / window.strides[1] + 1;
  return columns > maxDepthwiseColumns || columns * edges > maxUnrolledColumns;
}

bool LayoutAssigner::rewriteConv(onnx::ConvOp op) {
  RankedTensorType input = onnx::tensorType(op.getX()),
                   filter = onnx::tensorType(op.getW());
  if (input.getRank() != 4 || !input.getElementType().isF32() ||
      !onnx::constantElements(op.getW()))
    return false;
  int64_t channels = input.getDimSize(1), outputs = filter.getDimSize(0);
  int64_t groups = op.getGroup();
  bool depthwise = groups != 1 && groups == channels && outputs == channels;
  bool wholeGroups = filter.getDimSize(1) % channelGroup == 0 &&
                     outputs % (groups * channelGroup) == 0;
  if (groups != 1 && !depthwise && !wholeGroups)
    return false;
  RankedTensorType output = onnx::tensorType(op.getResult());
  onnx::Window window = op.getWindow();
  if (depthwise && isTooWideForDepthwise(window))
    return false;
  SmallVector<int64_t> pads = window.padsBegin;
  llvm::append_range(pads, window.padsEnd);
  // Kernels neither crop nor expect that there is nothing to do.
  if (llvm::any_of(pads, [](int64_t pad) { return pad < 0; }) ||
      input.getNumElements() == 0 || output.getNumElements() == 0)
    return false;
  Value bias;
  if (!onnx::isAbsent(op.getB())) {
    ElementsAttr elements = onnx::constantElements(op.getB());
    if (!elements)
      return false;
    bias = getBlocked(view(op.getB(), {1, outputs, 1, 1})).value;
    if (!bias)
      return false;
  }

  bool readsPlain = groups == 1 && channels <= maxPlainChannels &&
                    !blocked.contains(op.getX());
  Value source = readsPlain ? op.getX() : getBlocked(op.getX()).value;
  if (!source)
    return false;
  RankedTensorType type = getBlockedType(output);
  Value result;
  if (depthwise)
    result = kernel::DepthwiseConv2DOp::create(
        builder, op.getLoc(), type, source, op.getW(), window.strides,
        window.dilations, pads);
  else
    result = kernel::Conv2DOp::create(builder, op.getLoc(), type, source,
                                      op.getW(), window.strides,
                                      window.dilations, pads, groups);
  if (bias)
    result = onnx::AddOp::create(builder, op.getLoc(), type, result, bias);
  finish(op, result, 0.0);
  return true;
}

// Lanes beyond C must stay finite: a convolution multiplies them by zero.
std::optional<double>
LayoutAssigner::evaluate(Operation *op,
                         ArrayRef<std::optional<double>> operands) {
  Block scratch;
  OpBuilder inner(builder.getContext());
  inner.setInsertionPointToEnd(&scratch);
  SmallVector<Value> numbers;
  for (auto [operand, number] : llvm::zip_equal(op->getOperands(), operands)) {
    if (isa<NoneType>(operand.getType())) {
      numbers.push_back(inner.clone(*operand.getDefiningOp())->getResult(0));
      continue;
    }
    auto element = dyn_cast<FloatType>(onnx::elementType(operand));
    if (!element || !number)
      return std::nullopt;
    auto type = RankedTensorType::get({}, element);
    auto value =
        DenseElementsAttr::get(type, inner.getFloatAttr(element, *number));
    numbers.push_back(
        onnx::ConstantOp::create(inner, op->getLoc(), type, value));
  }
  Operation *scalar = op->clone();
  inner.insert(scalar);
  scalar->setOperands(numbers);
  scalar->getResult(0).setType(
      RankedTensorType::get({}, onnx::elementType(op->getResult(0))));
  auto values = evaluateOnConstants(scalar, 1);
  auto result = values ? onnx::getFloats(values->front()) : std::nullopt;
  if (!result || !std::isfinite(result->front()))
    return std::nullopt;
  return result->front();
}

bool LayoutAssigner::rewriteElementwise(Operation *op) {
  RankedTensorType type = onnx::tensorType(op->getResult(0));
  // Extents are numbered by the dimensions of plain tensors.
  if (type.getRank() != 4 || onnx::hasExtents(type) ||
      llvm::none_of(op->getOperands(), [&](Value value) {
        return isBlocked(value) &&
               onnx::tensorType(value).getDimSize(1) == type.getDimSize(1);
      }))
    return false;
  SmallVector<std::optional<double>> paddings;
  for (Value operand : op->getOperands())
    paddings.push_back(getPadding(operand, type));
  std::optional<double> padding = evaluate(op, paddings);
  if (hasPaddingLanes(type) && !padding)
    return false;
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    if (!operands.emplace_back(getBroadcast(operand, type)))
      return false;
  Operation *result = copy(op, operands, getBlockedType(type));
  finish(op, result->getResult(0), padding);
  return true;
}

bool LayoutAssigner::rewrite(Operation *op) {
  if (auto conv = dyn_cast<onnx::ConvOp>(op))
    return rewriteConv(conv);
  return isa<onnx::ElementwiseOp>(op) ? rewriteElementwise(op)
                                      : rewriteSpatial(op);
}

void LayoutAssigner::run() {
  for (Operation &op : llvm::make_early_inc_range(program.getBlock())) {
    builder.setInsertionPoint(&op);
    if (rewrite(&op))
      continue;
    for (OpOperand &operand : op.getOpOperands())
      operand.set(getPlain(operand.get()));
  }
  for (Operation *op : llvm::reverse(originals))
    op->erase();
  eraseDeadOps(program);
}

namespace {

class AssignLayout : public veltair::impl::AssignLayoutBase<AssignLayout> {
public:
  using AssignLayoutBase::AssignLayoutBase;

  void runOnOperation() override {
    LayoutAssigner assigner(getOperation(), maxPlainChannels);
    assigner.run();
    blockedOps += assigner.blockedOps;
    reorders += assigner.reorders;
  }
};

} // namespace
