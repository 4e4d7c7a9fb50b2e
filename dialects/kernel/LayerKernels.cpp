// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/KernelDialect.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair::kernel;

/// Checks what all windowed kernels share and the spatial size of the result.
/// `result` is [N, groups of `channels`, OH, OW, 16].
template <typename OpTy>
static LogicalResult verifyWindow(OpTy op, int64_t channels) {
  RankedTensorType input = op.getInput().getType();
  RankedTensorType filter = op.getFilter().getType();
  RankedTensorType result = op.getResult().getType();
  ArrayRef<int64_t> strides = op.getStrides(), dilations = op.getDilations(),
                    pads = op.getPads();
  if (strides.size() != 2 || dilations.size() != 2 || pads.size() != 4)
    return op.emitOpError("needs 2 strides, 2 dilations and 4 pads");
  if (llvm::any_of(strides, [](int64_t s) { return s < 1; }) ||
      llvm::any_of(dilations, [](int64_t d) { return d < 1; }) ||
      llvm::any_of(pads, [](int64_t p) { return p < 0; }))
    return op.emitOpError("needs positive strides and dilations and no "
                          "negative pads");
  if (filter.getRank() != 4)
    return op.emitOpError("needs a filter of rank 4");
  if (result.getRank() != 5 || result.getDimSize(4) != channelGroup ||
      result.getDimSize(0) != input.getDimSize(0) ||
      result.getDimSize(1) != (int64_t)llvm::divideCeil(channels, channelGroup))
    return op.emitOpError("needs a result [N, ceil(O/16), OH, OW, 16], got ")
           << result;
  for (int64_t d = 0; d < 2; ++d) {
    int64_t window = (filter.getDimSize(2 + d) - 1) * dilations[d] + 1;
    int64_t room = input.getDimSize(2 + d) + pads[d] + pads[d + 2] - window;
    if (room < 0 || result.getDimSize(2 + d) != room / strides[d] + 1)
      return op.emitOpError("has a result whose dimension ")
             << 2 + d << " does not follow from input, window and pads";
  }
  return success();
}

LogicalResult Conv2DOp::verify() {
  RankedTensorType input = getInput().getType(), filter = getFilter().getType();
  bool blocked = input.getRank() == 5 && input.getDimSize(4) == channelGroup;
  if (!blocked && input.getRank() != 4)
    return emitOpError("needs an input [N, C/16, H, W, 16] or [N, C, H, W]");
  if (failed(verifyWindow(*this, filter.getDimSize(0))))
    return failure();
  int64_t channels = filter.getDimSize(1);
  if (input.getDimSize(1) !=
      (blocked ? (int64_t)llvm::divideCeil(channels, channelGroup) : channels))
    return emitOpError("has an input that does not have the filter's ")
           << channels << " channels";
  return success();
}

LogicalResult DepthwiseConv2DOp::verify() {
  RankedTensorType input = getInput().getType(), filter = getFilter().getType();
  if (input.getRank() != 5 || input.getDimSize(4) != channelGroup)
    return emitOpError("needs an input [N, C/16, H, W, 16]");
  if (failed(verifyWindow(*this, filter.getDimSize(0))))
    return failure();
  if (filter.getDimSize(1) != 1 ||
      input.getDimSize(1) !=
          (int64_t)llvm::divideCeil(filter.getDimSize(0), channelGroup))
    return emitOpError("needs a filter [C, 1, KH, KW] for its input's C");
  return success();
}

LogicalResult MatMulOp::verify() {
  RankedTensorType lhs = getLhs().getType(), rhs = getRhs().getType(),
                   result = getResult().getType();
  if (lhs.getRank() < 2 || rhs.getRank() != 2 ||
      result.getRank() != lhs.getRank())
    return emitOpError("needs [..., M, K] times [K, N]");
  int64_t k = rhs.getDimSize(getTransposeRhs() ? 1 : 0);
  int64_t n = rhs.getDimSize(getTransposeRhs() ? 0 : 1);
  if (lhs.getShape().back() != k || result.getShape().back() != n ||
      lhs.getShape().drop_back() != result.getShape().drop_back())
    return emitOpError("has sizes that do not match: ")
           << lhs << " times " << rhs << " to " << result;
  return success();
}

LogicalResult ReorderOp::verify() {
  RankedTensorType plain = getSource().getType(),
                   blocked = getResult().getType();
  if (!isBlocking())
    std::swap(plain, blocked);
  if (plain.getRank() < 2 || blocked.getRank() != plain.getRank() + 1 ||
      plain.getElementType() != blocked.getElementType() ||
      blocked.getShape().back() != channelGroup ||
      plain.getDimSize(0) != blocked.getDimSize(0) ||
      blocked.getDimSize(1) !=
          (int64_t)llvm::divideCeil(plain.getDimSize(1), channelGroup) ||
      plain.getShape().drop_front(2) !=
          blocked.getShape().drop_front(2).drop_back())
    return emitOpError("needs [N, C, D...] and [N, ceil(C/16), D..., 16], got ")
           << getSource().getType() << " and " << getResult().getType();
  return success();
}

OpFoldResult ReorderOp::fold(FoldAdaptor) {
  // Reordering forth and back; exact because lanes beyond C are never read.
  auto inner = getSource().getDefiningOp<ReorderOp>();
  if (inner && inner.getSource().getType() == getResult().getType())
    return inner.getSource();
  return {};
}
