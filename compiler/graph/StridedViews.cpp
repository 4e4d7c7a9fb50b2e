// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/StridedViews.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlir::veltair;

bool StridedView::broadcastTo(ArrayRef<int64_t> shape) {
  if (sizes.size() > shape.size())
    return false;
  size_t missing = shape.size() - sizes.size();
  sizes.insert(sizes.begin(), missing, 1);
  strides.insert(strides.begin(), missing, 0);
  for (auto [size, stride, wanted] : llvm::zip_equal(sizes, strides, shape)) {
    if (size == wanted)
      continue;
    if (size != 1)
      return false;
    size = wanted;
    stride = 0;
  }
  return true;
}

kernel::StridedViewAttr StridedView::getAttr() const {
  return kernel::StridedViewAttr::get(memory.getContext(), offset, sizes,
                                      strides);
}

std::optional<float> veltair::getConstantNumber(Value value) {
  ElementsAttr elements = onnx::constantElements(value);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  // One that stands for many is not spread out.
  if (auto dense = dyn_cast<DenseElementsAttr>(elements);
      dense && dense.isSplat())
    return dense.getSplatValue<float>();
  if (elements.getNumElements() != 1)
    return std::nullopt;
  std::optional<SmallVector<double>> numbers = onnx::getFloats(elements);
  return numbers ? std::optional<float>(numbers->front()) : std::nullopt;
}

std::optional<std::pair<Value, float>> veltair::asScaling(Operation *op) {
  if (!isa_and_nonnull<onnx::MulOp, onnx::DivOp>(op))
    return std::nullopt;
  for (unsigned number : {1, 0}) {
    std::optional<float> factor = getConstantNumber(op->getOperand(number));
    Value scaled = op->getOperand(1 - number);
    if (!factor || scaled.getType() != op->getResult(0).getType())
      continue;
    if (isa<onnx::MulOp>(op))
      return std::pair(scaled, *factor);
    if (number == 1)
      return std::pair(scaled, 1 / *factor);
  }
  return std::nullopt;
}

static StridedView wholeTensor(Value value) {
  StridedView view;
  view.memory = value;
  view.sizes = llvm::to_vector(onnx::shapeOf(value));
  view.strides.assign(view.sizes.size(), 1);
  for (size_t dim = view.sizes.size(); dim-- > 1;)
    view.strides[dim - 1] = view.strides[dim] * view.sizes[dim];
  return view;
}

/// The same elements in another shape, if strides can tell it: each dimension
/// of the shape must lie in a run of dimensions that are contiguous among
/// themselves.
static std::optional<StridedView> reshape(const StridedView &view,
                                          ArrayRef<int64_t> shape) {
  if (llvm::is_contained(shape, 0))
    return std::nullopt;
  StridedView result{view.memory, view.offset, llvm::to_vector(shape),
                     SmallVector<int64_t>(shape.size(), 0)};
  int64_t source = view.sizes.size() - 1, target = shape.size() - 1;
  while (source >= 0 || target >= 0) {
    if (source >= 0 && view.sizes[source] == 1) {
      --source;
      continue;
    }
    if (target >= 0 && shape[target] == 1) {
      --target;
      continue;
    }
    if (source < 0 || target < 0)
      return std::nullopt;
    // Match the fewest dimensions of both sides with equal sizes.
    int64_t stride = view.strides[source], next = stride;
    int64_t have = view.sizes[source], need = shape[target];
    result.strides[target] = next;
    while (have != need) {
      if (need < have) {
        next = stride * need;
        if (--target < 0)
          return std::nullopt;
        result.strides[target] = next;
        need *= shape[target];
      } else {
        int64_t outer = source - 1;
        while (outer >= 0 && view.sizes[outer] == 1)
          --outer;
        if (outer < 0 || view.strides[outer] != stride * have)
          return std::nullopt;
        source = outer;
        have *= view.sizes[outer];
      }
    }
    --source;
    --target;
  }
  return result;
}

/// Elements of a dimension; nothing when they are none, run backwards or lie
/// outside, as an index may that is out of range.
static std::optional<StridedView> part(StridedView view, int64_t axis,
                                       int64_t begin, int64_t size,
                                       int64_t step = 1) {
  if (step < 1 || begin < 0 || size < 1 || begin >= view.sizes[axis])
    return std::nullopt;
  view.offset += begin * view.strides[axis];
  view.sizes[axis] = size;
  view.strides[axis] *= step;
  return view;
}

static int64_t fromFront(int64_t axis, size_t rank) {
  return axis < 0 ? axis + int64_t(rank) : axis;
}

static std::optional<StridedView> trace(onnx::GatherOp op, float *factor) {
  auto index = onnx::constantIntegers(op.getIndices());
  if (!index || index->size() != 1)
    return std::nullopt;
  StridedView source = traceView(op.getData(), factor);
  int64_t axis = fromFront(op.getAxis(), source.sizes.size());
  // Where the end is, and whether the index lies before it, is known only when
  // the program runs.
  if (onnx::extentNumber(op.getData().getType(), axis) != onnx::exactExtent)
    return std::nullopt;
  std::optional<StridedView> view =
      part(source, axis, fromFront(index->front(), source.sizes[axis]), 1);
  return view ? reshape(*view, onnx::shapeOf(op.getOutput())) : std::nullopt;
}

static std::optional<StridedView> trace(onnx::SliceOp op, float *factor) {
  ArrayRef<int64_t> shape = onnx::shapeOf(op.getOutput());
  auto starts = onnx::constantIntegers(op.getStarts());
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(shape.size()));
  SmallVector<int64_t> steps(shape.size(), 1);
  for (auto [operand, values] :
       {std::pair(op.getAxes(), &axes), std::pair(op.getSteps(), &steps)}) {
    if (onnx::isAbsent(operand))
      continue;
    auto given = onnx::constantIntegers(operand);
    if (!given)
      return std::nullopt;
    values->assign(given->begin(), given->end());
  }
  if (!starts)
    return std::nullopt;
  std::optional<StridedView> view = traceView(op.getData(), factor);
  for (size_t i = 0; i < starts->size() && view; ++i) {
    int64_t axis = fromFront(axes[i], shape.size());
    int64_t start = fromFront((*starts)[i], view->sizes[axis]);
    view =
        part(*view, axis, std::max<int64_t>(start, 0), shape[axis], steps[i]);
  }
  return view;
}

static std::optional<StridedView> trace(onnx::SplitOp op, Value result,
                                        float *factor) {
  StridedView source = traceView(op.getInput(), factor);
  int64_t axis = fromFront(op.getAxis(), source.sizes.size()), begin = 0;
  for (Value piece : op.getOutputs()) {
    if (piece == result)
      return part(source, axis, begin, onnx::shapeOf(piece)[axis]);
    begin += onnx::shapeOf(piece)[axis];
  }
  llvm_unreachable("a result of the operation");
}

static std::optional<StridedView> trace(onnx::TransposeOp op, float *factor) {
  StridedView source = traceView(op.getData(), factor), view = source;
  for (auto [to, from] : llvm::enumerate(op.getPermutation())) {
    view.sizes[to] = source.sizes[from];
    view.strides[to] = source.strides[from];
  }
  return view;
}

StridedView veltair::traceView(Value value, float *factor) {
  using Result = std::optional<StridedView>;
  Operation *op = value.getDefiningOp();
  Result view;
  if (auto scaling = factor ? asScaling(op) : std::nullopt) {
    *factor *= scaling->second;
    view = traceView(scaling->first, factor);
  } else if (op) {
    // A factor counts only if its operation is passed.
    float passed = 1;
    float *inner = factor ? &passed : nullptr;
    view = llvm::TypeSwitch<Operation *, Result>(op)
               .Case([&](ViewOp op) {
                 return reshape(traceView(op.getSource(), inner),
                                onnx::shapeOf(value));
               })
               .Case([&](onnx::SplitOp op) { return trace(op, value, inner); })
               .Case<onnx::GatherOp, onnx::SliceOp, onnx::TransposeOp>(
                   [&](auto op) { return trace(op, inner); })
               .Default(Result());
    if (view && factor)
      *factor *= passed;
  }
  return view ? *view : wholeTensor(value);
}
