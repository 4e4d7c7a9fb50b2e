// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_WIDENCONVGROUPS
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

/// The fewest groups that together have whole blocks of channels, or all. 1
/// where zeros would multiply work and weights by more than kernels gain.
static int64_t groupsTogether(int64_t groups, int64_t inputs, int64_t outputs) {
  int64_t most = std::min(groups, 2 * channelGroup);
  for (int64_t count = 1; count <= most; ++count)
    if (count == groups ||
        (groups % count == 0 && count * inputs % channelGroup == 0 &&
         count * outputs % channelGroup == 0))
      return count;
  return 1;
}

/// The weights [O, I, ...] of `groups` groups as those [O, together * I, ...]
/// of fewer.
static std::vector<float> spread(ArrayRef<float> weights,
                                 ArrayRef<int64_t> shape, int64_t groups,
                                 int64_t together) {
  int64_t outputs = shape[0] / groups;     // of a group
  int64_t row = weights.size() / shape[0]; // of an output
  std::vector<float> wide(weights.size() * together, 0.0f);
  for (int64_t o = 0; o < shape[0]; ++o) {
    int64_t place = o / outputs % together;
    llvm::copy(weights.slice(o * row, row),
               wide.begin() + (o * together + place) * row);
  }
  return wide;
}

/// Whether the convolution has other groups now.
static bool widen(onnx::ConvOp op) {
  RankedTensorType input = onnx::tensorType(op.getX());
  ArrayRef<int64_t> shape = onnx::shapeOf(op.getW());
  int64_t groups = op.getGroup(), inputs = shape[1];
  bool depthwise = inputs == 1 && shape[0] == groups;
  if (groups == 1 || depthwise || input.getRank() != 4 || shape[0] == 0 ||
      !input.getElementType().isF32())
    return false;
  int64_t together = groupsTogether(groups, inputs, shape[0] / groups);
  if (together == 1)
    return false;
  std::optional<std::vector<float>> weights = readFloats(op.getW());
  if (!weights)
    return false;
  OpBuilder builder(op);
  SmallVector<int64_t> wide(shape);
  wide[1] *= together;
  op.getWMutable().assign(makeFloats(
      builder, op.getLoc(), wide, spread(*weights, shape, groups, together)));
  op.setGroup(groups / together);
  return true;
}

namespace {
struct WidenConvGroups : veltair::impl::WidenConvGroupsBase<WidenConvGroups> {
  void runOnOperation() override {
    getOperation().walk([&](onnx::ConvOp op) { widened += widen(op); });
  }
};
} // namespace
