// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Blocked layout of operations that select or join channels.

#include "compiler/graph/BlockedLayout.h"
#include "compiler/graph/LayoutAssigner.h"
#include "dialects/kernel/KernelDialect.h"

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
