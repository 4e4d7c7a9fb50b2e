// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_LIMITSELECTIONS
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// The dimension of `tensor` that has the extent `number`, if any.
static std::optional<int64_t> findExtent(Value tensor, int64_t number) {
  for (int64_t dim = 0; dim < onnx::rankOf(tensor); ++dim)
    if (onnx::extentNumber(tensor.getType(), dim) == number)
      return dim;
  return std::nullopt;
}

/// True for operations whose result has, at a position of a bounded dimension,
/// nothing but what the first operand has at that position of the dimension of
/// the same extent.
static bool keepsRows(Operation *op) {
  return onnx::isReinterpretation(op) ||
         isa<onnx::GatherOp, onnx::TransposeOp>(op) ||
         (isa<onnx::ElementwiseOp>(op) && op->getNumOperands() == 1);
}

/// Tells the selections behind `value` that only the first `count` elements of
/// dimension `dim` are used.
static bool limit(Value value, int64_t dim, int64_t count) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse())
    return false;
  if (auto suppression = dyn_cast<onnx::NonMaxSuppressionOp>(op)) {
    if (value != suppression.getSelected() || dim != 0)
      return false;
    int64_t known = suppression.getLimit().value_or(count);
    suppression.setLimit(std::min(known, count));
    return true;
  }
  if (auto choice = dyn_cast<onnx::BoundedIfOp>(op)) {
    if (dim != choice.getAxis())
      return false;
    bool inThen = limit(choice.getThenValue(), dim, count);
    bool inElse = limit(choice.getElseValue(), dim, count);
    return inThen || inElse;
  }
  if (!keepsRows(op))
    return false;
  Value source = op->getOperand(0);
  auto own = findExtent(source, onnx::extentNumber(value.getType(), dim));
  return own && limit(source, *own, count);
}

namespace {

class LimitSelections
    : public veltair::impl::LimitSelectionsBase<LimitSelections> {
public:
  using LimitSelectionsBase::LimitSelectionsBase;

  void runOnOperation() override {
    for (auto slice :
         getOperation().getBlock().getOps<onnx::BoundedSliceOp>()) {
      int64_t start = slice.getStart(), end = slice.getEnd();
      auto axis =
          onnx::normalizeAxis(slice.getAxis(), onnx::rankOf(slice.getData()));
      if (start >= 0 && end >= 0)
        limited += limit(slice.getData(), *axis, end);
    }
  }
};

} // namespace
