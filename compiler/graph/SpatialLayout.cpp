// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocked layout of operations between elements of one channel: the lanes are
// one more dimension, along which nothing happens.

#include "compiler/graph/BlockedLayout.h"
#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/LayoutAssigner.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// What a lane holds after an operation that keeps zeros but not all numbers.
static std::optional<double> zeroOnly(std::optional<double> padding) {
  return padding == 0.0 ? padding : std::nullopt;
}

Value LayoutAssigner::constant(Location location, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(values.size(), builder.getI64Type());
  return onnx::ConstantOp::create(builder, location,
                                  DenseElementsAttr::get(type, values));
}

//===-- windows -----------------------------------------------------------===//

/// A window attribute with a further dimension of the given values.
static SmallVector<int64_t> addDim(ArrayRef<int64_t> values, int64_t value) {
  SmallVector<int64_t> result(values);
  if (!values.empty())
    result.push_back(value);
  return result;
}

/// The same for pads: those of all begins stand before those of the ends.
static SmallVector<int64_t> addDimOfPads(ArrayRef<int64_t> pads) {
  if (pads.empty())
    return {};
  size_t half = pads.size() / 2;
  SmallVector<int64_t> result = addDim(pads.take_front(half), 0);
  llvm::append_range(result, addDim(pads.drop_front(half), 0));
  return result;
}

/// Whether some window lies in the padding alone, where it has no maximum.
static bool hasEmptyWindow(const onnx::Window &window,
                           ArrayRef<int64_t> spatial) {
  for (auto [i, size] : llvm::enumerate(spatial))
    for (int64_t at = 0; at < window.output[i]; ++at) {
      int64_t first = at * window.strides[i] - window.padsBegin[i];
      int64_t skipped =
          first < 0 ? llvm::divideCeil(-first, window.dilations[i]) : 0;
      if (skipped >= window.kernel[i] ||
          first + skipped * window.dilations[i] >= size)
        return true;
    }
  return false;
}

/// [top, left, bottom, right] as far as windows reach, with what ceil_mode adds
/// behind the padding.
static SmallVector<int64_t> reachedPads(const onnx::Window &window,
                                        ArrayRef<int64_t> spatial) {
  SmallVector<int64_t> pads(window.padsBegin);
  for (auto [i, size] : llvm::enumerate(spatial)) {
    int64_t end = (window.output[i] - 1) * window.strides[i] -
                  window.padsBegin[i] +
                  (window.kernel[i] - 1) * window.dilations[i] + 1;
    pads.push_back(std::max<int64_t>(0, end - size));
  }
  return pads;
}

// Kernels neither crop nor expect that there is nothing to do, and are of f32.
// For others the lanes are a third spatial dimension with a window of 1.
bool LayoutAssigner::rewriteMaxPool(onnx::MaxPoolOp op) {
  RankedTensorType input = onnx::tensorType(op.getX()),
                   type = onnx::tensorType(op.getY());
  if (!isBlocked(op.getX()) || type.getRank() != 4 ||
      !op.getIndices().use_empty())
    return false;
  Blocked source = blocked.lookup(op.getX());
  onnx::Window window = op.getWindow();
  ArrayRef<int64_t> spatial = input.getShape().drop_front(2);
  if (hasEmptyWindow(window, spatial))
    source.padding = std::nullopt;
  auto isNegative = [](int64_t pad) { return pad < 0; };
  if (type.getElementType().isF32() && input.getNumElements() != 0 &&
      type.getNumElements() != 0 &&
      llvm::none_of(window.padsBegin, isNegative) &&
      llvm::none_of(window.padsEnd, isNegative)) {
    Value pool = kernel::MaxPoolOp::create(
        builder, op.getLoc(), getBlockedType(type), source.value, window.kernel,
        window.strides, window.dilations, reachedPads(window, spatial));
    finish(op, pool, source.padding);
    return true;
  }
  auto pool = cast<onnx::MaxPoolOp>(
      copy(op, source.value,
           {getBlockedType(type),
            getBlockedType(onnx::tensorType(op.getIndices()))}));
  pool.setKernelShape(addDim(op.getKernelShape(), 1));
  pool.setStrides(addDim(op.getStrides(), 1));
  pool.setDilations(addDim(op.getDilations(), 1));
  pool.setPads(addDimOfPads(op.getPads()));
  finish(op, pool.getY(), source.padding);
  return true;
}

bool LayoutAssigner::rewriteAveragePool(onnx::AveragePoolOp op) {
  RankedTensorType type = onnx::tensorType(op.getY());
  if (!isBlocked(op.getX()) || type.getRank() != 4)
    return false;
  Blocked source = blocked.lookup(op.getX());
  auto pool =
      cast<onnx::AveragePoolOp>(copy(op, source.value, getBlockedType(type)));
  pool.setKernelShape(addDim(op.getKernelShape(), 1));
  pool.setStrides(addDim(op.getStrides(), 1));
  pool.setDilations(addDim(op.getDilations(), 1));
  pool.setPads(addDimOfPads(op.getPads()));
  finish(op, pool.getY(),
         op.getCountIncludePad() ? zeroOnly(source.padding) : source.padding);
  return true;
}

//===-- reductions --------------------------------------------------------===//

bool LayoutAssigner::rewriteGlobalAveragePool(onnx::GlobalAveragePoolOp op) {
  RankedTensorType type = onnx::tensorType(op.getY());
  if (!isBlocked(op.getX()) || type.getRank() != 4)
    return false;
  Blocked source = blocked.lookup(op.getX());
  Value mean =
      onnx::ReduceMeanOp::create(builder, op.getLoc(), getBlockedType(type),
                                 source.value, constant(op.getLoc(), {2, 3}));
  finish(op, mean, source.padding);
  return true;
}

template <typename ReduceOp>
bool LayoutAssigner::rewriteReduction(ReduceOp op) {
  RankedTensorType type = onnx::tensorType(op.getReduced());
  auto axes = onnx::constantIntegers(op.getAxes());
  if (!isBlocked(op.getData()) || type.getRank() != 4 || !op.getKeepdims() ||
      !axes || axes->empty())
    return false;
  for (int64_t &axis : *axes) {
    axis = axis < 0 ? axis + 4 : axis;
    if (axis < 2)
      return false;
  }
  Blocked source = blocked.lookup(op.getData());
  Operation *result = copy(op, {source.value, constant(op.getLoc(), *axes)},
                           getBlockedType(type));
  bool keepsNumber = !std::is_same_v<ReduceOp, onnx::ReduceSumOp>;
  finish(op, result->getResult(0),
         keepsNumber ? source.padding : zeroOnly(source.padding));
  return true;
}

//===-- parts -------------------------------------------------------------===//

// Worth it when more of the bytes are blocked than are not.
bool LayoutAssigner::rewriteConcat(onnx::ConcatOp op) {
  RankedTensorType type = onnx::tensorType(op.getOutput());
  if (type.getRank() != 4)
    return false;
  int64_t axis = op.getAxis();
  axis = axis < 0 ? axis + 4 : axis;
  int64_t blockedElements = 0;
  bool leavesLanes = false;
  for (Value part : op.getInputs()) {
    leavesLanes |= axis == 1 && hasPaddingLanes(onnx::tensorType(part));
    if (isBlocked(part))
      blockedElements += onnx::tensorType(part).getNumElements();
  }
  if (2 * blockedElements <= type.getNumElements())
    return false;
  if (leavesLanes)
    return joinChannels(op);
  SmallVector<Value> parts;
  for (Value part : op.getInputs())
    if (!parts.emplace_back(getBlocked(part).value))
      return false;
  std::optional<double> padding = getBlocked(op.getInputs().front()).padding;
  for (Value part : op.getInputs())
    if (getBlocked(part).padding != padding)
      padding = std::nullopt;
  auto concat = cast<onnx::ConcatOp>(copy(op, parts, getBlockedType(type)));
  concat.setAxis(axis);
  finish(op, concat.getOutput(), padding);
  return true;
}

bool LayoutAssigner::rewriteResize(onnx::ResizeOp op) {
  RankedTensorType source = onnx::tensorType(op.getX()),
                   type = onnx::tensorType(op.getY());
  if (!isBlocked(op.getX()) || type.getRank() != 4 ||
      source.getShape().take_front(2) != type.getShape().take_front(2) ||
      op.getCoordinateTransformationMode() == "tf_crop_and_resize")
    return false;
  // Of the factors for some dimensions those for height and width.
  SmallVector<int64_t> axes(op.getAxes());
  if (axes.empty())
    axes = {0, 1, 2, 3};
  SmallVector<unsigned> kept;
  SmallVector<int64_t> keptAxes;
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t dim = axis < 0 ? axis + 4 : axis;
    if (dim >= 2) {
      kept.push_back(i);
      keptAxes.push_back(dim);
    }
  }
  // Such a policy chooses one factor for all dimensions that are named.
  if (kept.size() != axes.size() && op.getKeepAspectRatioPolicy() != "stretch")
    return false;
  SmallVector<Value> operands(op.getOperands());
  operands[0] = blocked.lookup(op.getX()).value;
  operands[1] = onnx::NoValueOp::create(builder, op.getLoc());
  // Old models give both, one of them empty.
  if (auto scales = onnx::constantFloats(op.getScales());
      scales && !scales->empty()) {
    SmallVector<float> values;
    for (unsigned i : kept)
      values.push_back((*scales)[i]);
    operands[2] = makeFloats(builder, op.getLoc(), values.size(), values);
  } else if (auto sizes = onnx::constantIntegers(op.getSizes())) {
    SmallVector<int64_t> values;
    for (unsigned i : kept)
      values.push_back((*sizes)[i]);
    operands[3] = constant(op.getLoc(), values);
  } else {
    return false;
  }
  auto resize = cast<onnx::ResizeOp>(copy(op, operands, getBlockedType(type)));
  resize.setAxes(keptAxes);
  std::optional<double> padding = blocked.lookup(op.getX()).padding;
  finish(op, resize.getY(),
         op.getMode() == "cubic" ? zeroOnly(padding) : padding);
  return true;
}

/// The dimensions that `axes` names, all of four when it is absent.
static std::optional<SmallVector<int64_t>> namedAxes(Value axes, size_t count) {
  if (onnx::isAbsent(axes))
    return llvm::to_vector(llvm::seq<int64_t>(0, count));
  auto values = onnx::constantIntegers(axes);
  if (values)
    for (int64_t &axis : *values)
      axis = axis < 0 ? axis + 4 : axis;
  return values;
}

bool LayoutAssigner::rewritePad(onnx::PadOp op) {
  RankedTensorType source = onnx::tensorType(op.getData()),
                   type = onnx::tensorType(op.getOutput());
  if (!isBlocked(op.getData()) || type.getRank() != 4 ||
      source.getDimSize(1) != type.getDimSize(1))
    return false;
  auto pads = onnx::constantIntegers(op.getPads());
  auto axes = namedAxes(op.getAxes(), pads ? pads->size() / 2 : 0);
  if (!pads || !axes)
    return false;
  for (auto [i, axis] : llvm::enumerate(*axes))
    if (axis == 1 && ((*pads)[i] != 0 || (*pads)[i + axes->size()] != 0))
      return false;
  Blocked input = blocked.lookup(op.getData());
  SmallVector<Value> operands(op.getOperands());
  operands[0] = input.value;
  operands[3] = constant(op.getLoc(), *axes);
  Operation *result = copy(op, operands, getBlockedType(type));
  std::optional<double> padding = input.padding;
  if (op.getMode() == "constant") {
    std::optional<double> number = 0.0;
    if (!onnx::isAbsent(op.getConstantValue())) {
      auto given = onnx::constantFloats(op.getConstantValue());
      number = given ? std::optional(given->front()) : std::nullopt;
    }
    if (padding != number)
      padding = std::nullopt;
  }
  finish(op, result->getResult(0), padding);
  return true;
}

bool LayoutAssigner::rewriteSlice(onnx::SliceOp op) {
  RankedTensorType type = onnx::tensorType(op.getOutput());
  auto starts = onnx::constantIntegers(op.getStarts());
  auto axes = namedAxes(op.getAxes(), starts ? starts->size() : 0);
  if (!isBlocked(op.getData()) || type.getRank() != 4 || !starts || !axes)
    return false;
  if (llvm::is_contained(*axes, 1))
    return axes->size() == 1 && sliceChannels(op);
  Blocked input = blocked.lookup(op.getData());
  SmallVector<Value> operands(op.getOperands());
  operands[0] = input.value;
  operands[3] = constant(op.getLoc(), *axes);
  Operation *result = copy(op, operands, getBlockedType(type));
  finish(op, result->getResult(0), input.padding);
  return true;
}

// Whole groups of channels move, when each block holds whole groups.
bool LayoutAssigner::rewriteDepthToSpace(onnx::DepthToSpaceOp op) {
  RankedTensorType source = onnx::tensorType(op.getInput()),
                   type = onnx::tensorType(op.getOutput());
  int64_t block = op.getBlocksize(), channels = type.getDimSize(1);
  if (!isBlocked(op.getInput()) || op.getMode() != "DCR" ||
      channels % channelGroup != 0)
    return false;
  ArrayRef<int64_t> in = source.getShape();
  int64_t groups = channels / channelGroup;
  Blocked input = blocked.lookup(op.getInput());
  Value cut = view(input.value,
                   {in[0], block, block, groups, in[2], in[3], channelGroup});
  RankedTensorType moved =
      type.clone({in[0], groups, in[2], block, in[3], block, channelGroup});
  Value pixels = onnx::TransposeOp::create(
      builder, op.getLoc(), moved, cut,
      builder.getDenseI64ArrayAttr({0, 3, 4, 1, 5, 2, 6}));
  finish(op, view(pixels, getBlockedType(type).getShape()), input.padding);
  return true;
}

bool LayoutAssigner::rewriteSpatial(Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](onnx::MaxPoolOp op) { return rewriteMaxPool(op); })
      .Case([&](onnx::AveragePoolOp op) { return rewriteAveragePool(op); })
      .Case([&](onnx::GlobalAveragePoolOp op) {
        return rewriteGlobalAveragePool(op);
      })
      .Case<onnx::ReduceMeanOp, onnx::ReduceMaxOp, onnx::ReduceMinOp,
            onnx::ReduceSumOp>([&](auto op) { return rewriteReduction(op); })
      .Case([&](onnx::ConcatOp op) { return rewriteConcat(op); })
      .Case([&](onnx::ResizeOp op) { return rewriteResize(op); })
      .Case([&](onnx::PadOp op) { return rewritePad(op); })
      .Case([&](onnx::SliceOp op) { return rewriteSlice(op); })
      .Case([&](onnx::SplitOp op) { return rewriteSplit(op); })
      .Case([&](onnx::GatherOp op) { return rewriteGather(op); })
      .Case([&](onnx::TransposeOp op) {
        return moveChannelsLast(op) || moveChannelsFirst(op);
      })
      .Case([&](onnx::DepthToSpaceOp op) { return rewriteDepthToSpace(op); })
      .Default(false);
}
