// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocked layout of operations that select, join or move channels.

#include "compiler/graph/BlockedLayout.h"
#include "compiler/graph/LayoutAssigner.h"
#include "dialects/kernel/KernelDialect.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// True for tensors whose channels can be gathered.
static bool isImage(Value value) {
  RankedTensorType type = onnx::tensorType(value);
  return type.getRank() == 4 && type.getElementType().isF32() &&
         type.getNumElements() > 0;
}

static bool isChannelAxis(int64_t axis) { return axis == 1 || axis == -3; }

Value LayoutAssigner::gatherChannels(Location loc, RankedTensorType type,
                                     ValueRange parts,
                                     ArrayRef<int64_t> lanes) {
  return kernel::GatherChannelsOp::create(builder, loc, getBlockedType(type),
                                          parts, lanes);
}

// What was gathered itself is gathered from where it came: a selection reads
// little of it.
Value LayoutAssigner::selectChannels(Location loc, RankedTensorType type,
                                     Value data, ArrayRef<int64_t> channels) {
  Value source = blocked.lookup(data).value;
  auto inner = source.getDefiningOp<kernel::GatherChannelsOp>();
  if (!inner)
    return gatherChannels(loc, type, source, channels);
  SmallVector<int64_t> lanes;
  for (int64_t channel : channels)
    lanes.push_back(inner.getChannels()[channel]);
  return gatherChannels(loc, type, inner.getInputs(), lanes);
}

bool LayoutAssigner::joinChannels(onnx::ConcatOp op) {
  if (!isImage(op.getOutput()))
    return false;
  SmallVector<Value> parts;
  SmallVector<int64_t> lanes;
  int64_t first = 0;
  for (Value part : op.getInputs()) {
    if (!parts.emplace_back(getBlocked(part).value))
      return false;
    int64_t channels = onnx::shapeOf(part)[1];
    llvm::append_range(lanes, llvm::seq(first, first + channels));
    first += llvm::alignTo(channels, channelGroup);
  }
  finish(op,
         gatherChannels(op.getLoc(), onnx::tensorType(op.getOutput()), parts,
                        lanes),
         0.0);
  return true;
}

bool LayoutAssigner::rewriteGather(onnx::GatherOp op) {
  auto indices = onnx::constantIntegers(op.getIndices());
  if (!isBlocked(op.getData()) || !isImage(op.getOutput()) || !indices ||
      onnx::rankOf(op.getIndices()) != 1 || !isChannelAxis(op.getAxis()))
    return false;
  int64_t extent = onnx::shapeOf(op.getData())[1];
  for (int64_t &index : *indices) {
    index = index < 0 ? index + extent : index;
    if (index < 0 || index >= extent)
      return false;
  }
  finish(op,
         selectChannels(op.getLoc(), onnx::tensorType(op.getOutput()),
                        op.getData(), *indices),
         0.0);
  return true;
}

bool LayoutAssigner::sliceChannels(onnx::SliceOp op) {
  auto starts = onnx::constantIntegers(op.getStarts());
  if (!isImage(op.getOutput()) || !starts || starts->size() != 1)
    return false;
  int64_t step = 1, extent = onnx::shapeOf(op.getData())[1];
  if (!onnx::isAbsent(op.getSteps())) {
    auto given = onnx::constantIntegers(op.getSteps());
    if (!given)
      return false;
    step = given->front();
  }
  int64_t start =
      starts->front() < 0 ? starts->front() + extent : starts->front();
  start = std::clamp<int64_t>(start, 0, extent - 1);
  SmallVector<int64_t> channels;
  for (int64_t i = 0, e = onnx::shapeOf(op.getOutput())[1]; i < e; ++i)
    channels.push_back(start + i * step);
  finish(op,
         selectChannels(op.getLoc(), onnx::tensorType(op.getOutput()),
                        op.getData(), channels),
         0.0);
  return true;
}

bool LayoutAssigner::rewriteSplit(onnx::SplitOp op) {
  if (!isBlocked(op.getInput()) || !isChannelAxis(op.getAxis()) ||
      !llvm::all_of(op.getOutputs(), isImage))
    return false;
  int64_t first = 0;
  for (Value piece : op.getOutputs()) {
    RankedTensorType type = onnx::tensorType(piece);
    int64_t end = first + type.getDimSize(1);
    rename(piece,
           selectChannels(op.getLoc(), type, op.getInput(),
                          llvm::to_vector(llvm::seq(first, end))),
           0.0);
    first = end;
  }
  retire(op);
  return true;
}

/// Whether a convolution reads `value`, or what elementwise operations of its
/// shape make of it.
static bool leadsToConvolution(Value value) {
  llvm::SmallSetVector<Value, 8> reached;
  reached.insert(value);
  for (size_t i = 0; i < reached.size(); ++i)
    for (Operation *user : reached[i].getUsers()) {
      if (auto conv = dyn_cast<onnx::ConvOp>(user);
          conv && conv.getX() == reached[i])
        return true;
      if (isa<onnx::ElementwiseOp>(user) &&
          onnx::shapeOf(user->getResult(0)) == onnx::shapeOf(value))
        reached.insert(user->getResult(0));
    }
  return false;
}

// From or to channels that come last, whole groups of lanes move.

bool LayoutAssigner::moveChannelsLast(onnx::TransposeOp op) {
  // The pixels may be one dimension already.
  Value data = op.getData();
  if (auto view = data.getDefiningOp<ViewOp>())
    data = view.getSource();
  ArrayRef<int64_t> from = onnx::shapeOf(op.getData()),
                    whole = onnx::shapeOf(data);
  int64_t rank = from.size();
  if (whole.size() != 4 || rank < 3 ||
      from.take_front(2) != whole.take_front(2))
    return false;
  SmallVector<int64_t> order = {0};
  llvm::append_range(order, llvm::seq<int64_t>(2, rank));
  order.push_back(1);
  Value source;
  if (isBlocked(data))
    source = blocked.lookup(data).value;
  else if (auto reorder = data.getDefiningOp<kernel::ReorderOp>();
           reorder && !reorder.isBlocking())
    source = reorder.getSource();
  if (!source || op.getPermutation() != order ||
      hasPaddingLanes(onnx::tensorType(data)))
    return false;
  int64_t groups = whole[1] / channelGroup;
  RankedTensorType type = onnx::tensorType(op.getTransposed());
  Value pixels = onnx::TransposeOp::create(
      builder, op.getLoc(),
      type.clone({whole[0], whole[2], whole[3], groups, channelGroup}), source,
      builder.getDenseI64ArrayAttr({0, 2, 3, 1, 4}));
  op.getTransposed().replaceAllUsesWith(view(pixels, type.getShape()));
  retire(op);
  return true;
}

bool LayoutAssigner::moveChannelsFirst(onnx::TransposeOp op) {
  RankedTensorType type = onnx::tensorType(op.getTransposed());
  Value result = op.getTransposed();
  if (!isImage(result) || isBlocked(op.getData()) || hasPaddingLanes(type) ||
      op.getPermutation() != ArrayRef<int64_t>{0, 3, 1, 2} ||
      !leadsToConvolution(result))
    return false;
  ArrayRef<int64_t> shape = type.getShape();
  Value pixels = view(op.getData(), {shape[0], shape[2], shape[3],
                                     shape[1] / channelGroup, channelGroup});
  Value moved = onnx::TransposeOp::create(
      builder, op.getLoc(), getBlockedType(type), pixels,
      builder.getDenseI64ArrayAttr({0, 3, 1, 2, 4}));
  finish(op, moved, 0.0);
  return true;
}
