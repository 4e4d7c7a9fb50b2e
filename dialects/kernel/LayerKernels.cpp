// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair::kernel;

/// Checks what all windowed kernels share and the spatial size of the result.
/// `window` is [KH, KW], `result` [N, groups of `channels`, OH, OW, 16].
template <typename OpTy>
static LogicalResult verifyWindow(OpTy op, ArrayRef<int64_t> window,
                                  int64_t channels) {
  RankedTensorType input = op.getInput().getType();
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
  if (result.getRank() != 5 || result.getDimSize(4) != channelGroup ||
      result.getDimSize(0) != input.getDimSize(0) ||
      result.getDimSize(1) != (int64_t)llvm::divideCeil(channels, channelGroup))
    return op.emitOpError("needs a result [N, ceil(O/16), OH, OW, 16], got ")
           << result;
  for (int64_t d = 0; d < 2; ++d) {
    int64_t reach = (window[d] - 1) * dilations[d] + 1;
    int64_t room = input.getDimSize(2 + d) + pads[d] + pads[d + 2] - reach;
    if (room < 0 || result.getDimSize(2 + d) != room / strides[d] + 1)
      return op.emitOpError("has a result whose dimension ")
             << 2 + d << " does not follow from input, window and pads";
  }
  return success();
}

/// The same with the window of a filter [O, C, KH, KW].
template <typename OpTy> static LogicalResult verifyFilterWindow(OpTy op) {
  RankedTensorType filter = op.getFilter().getType();
  if (filter.getRank() != 4)
    return op.emitOpError("needs a filter of rank 4");
  return verifyWindow(op, filter.getShape().drop_front(2),
                      filter.getDimSize(0));
}

LogicalResult Conv2DOp::verify() {
  RankedTensorType input = getInput().getType(), filter = getFilter().getType();
  bool blocked = input.getRank() == 5 && input.getDimSize(4) == channelGroup;
  if (!blocked && input.getRank() != 4)
    return emitOpError("needs an input [N, C/16, H, W, 16] or [N, C, H, W]");
  if (failed(verifyFilterWindow(*this)))
    return failure();
  if (!input.getElementType().isF32() && !canReadBf16(0))
    return emitOpError("needs, for products of bf16, a blocked input or "
                       "neighbouring columns in its window");
  int64_t channels = filter.getDimSize(1), groups = getGroups();
  if (groups < 1 ||
      (groups > 1 && (!blocked || channels % channelGroup != 0 ||
                      filter.getDimSize(0) % (groups * channelGroup) != 0)))
    return emitOpError("needs groups of 16 channels or a multiple of them");
  channels *= groups;
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
  if (failed(verifyFilterWindow(*this)))
    return failure();
  if (filter.getDimSize(1) != 1 ||
      input.getDimSize(1) !=
          (int64_t)llvm::divideCeil(filter.getDimSize(0), channelGroup))
    return emitOpError("needs a filter [C, 1, KH, KW] for its input's C");
  return success();
}

LogicalResult MaxPoolOp::verify() {
  RankedTensorType input = getInput().getType();
  if (input.getRank() != 5 || input.getDimSize(4) != channelGroup)
    return emitOpError("needs an input [N, C/16, H, W, 16]");
  if (getWindow().size() != 2 ||
      llvm::any_of(getWindow(), [](int64_t size) { return size < 1; }))
    return emitOpError("needs a window of 2 positive sizes");
  return verifyWindow(*this, getWindow(), input.getDimSize(1) * channelGroup);
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
  if (!lhs.getElementType().isF32() && k % 2 != 0)
    return emitOpError("needs an even K for products of bf16");
  return success();
}

//===-- views -------------------------------------------------------------===//

LogicalResult
StridedViewAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t offset, ArrayRef<int64_t> sizes,
                        ArrayRef<int64_t> strides) {
  auto isNegative = [](int64_t value) { return value < 0; };
  if (sizes.size() != strides.size())
    return emitError() << "needs a stride for each size";
  if (offset < 0 || llvm::any_of(sizes, isNegative) ||
      llvm::any_of(strides, isNegative))
    return emitError() << "needs an offset, sizes and strides that are not "
                          "negative";
  return success();
}

bool StridedViewAttr::fits(int64_t elements) const {
  int64_t last = getOffset();
  for (auto [size, stride] : llvm::zip_equal(getSizes(), getStrides())) {
    if (size == 0)
      return true;
    last += (size - 1) * stride;
  }
  return last < elements;
}

/// Checks that `tensor` has the elements of a view of that rank.
static LogicalResult verifyView(Operation *op, StringRef name, Value tensor,
                                StridedViewAttr view, size_t rank) {
  if (view.getSizes().size() != rank)
    return op->emitOpError("needs a ") << name << " view of rank " << rank;
  if (!view.fits(cast<RankedTensorType>(tensor.getType()).getNumElements()))
    return op->emitOpError("has a ") << name << " view beyond its tensor";
  return success();
}

LogicalResult BatchMatMulOp::verify() {
  RankedTensorType result = getResult().getType();
  size_t rank = result.getRank();
  if (rank < 2)
    return emitOpError("needs a result of rank 2 at least");
  if (failed(verifyView(*this, "left", getLhs(), getLhsView(), rank)) ||
      failed(verifyView(*this, "right", getRhs(), getRhsView(), rank)))
    return failure();
  ArrayRef<int64_t> lhs = getLhsView().getSizes(),
                    rhs = getRhsView().getSizes(), shape = result.getShape();
  if (lhs.drop_back() != shape.drop_back() ||
      rhs.drop_back(2) != shape.drop_back(2) || rhs.back() != shape.back() ||
      lhs.back() != rhs[rank - 2])
    return emitOpError("has sizes that do not match");
  return success();
}

/// Whether pairs of a row can be read at once.
static bool hasRowsOfPairs(StridedViewAttr view) {
  return view.getSizes().back() % 2 == 0 && view.getStrides().back() == 1;
}

bool AttentionOp::canReadBf16(unsigned number) {
  // Values are paired again for each block of queries.
  if (number == 2)
    return getQueryView().getSizes()[2] >= channelGroup &&
           getValueView().getSizes()[2] % 2 == 0;
  return number < 2 && hasRowsOfPairs(getQueryView()) &&
         hasRowsOfPairs(getKeyView());
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyView(*this, "query", getQuery(), getQueryView(), 4)) ||
      failed(verifyView(*this, "key", getKey(), getKeyView(), 4)) ||
      failed(verifyView(*this, "value", getValue(), getValueView(), 4)))
    return failure();
  if (bool(getMask()) != bool(getMaskViewAttr()))
    return emitOpError("needs a view of its mask");
  if (getMask() &&
      failed(verifyView(*this, "mask", getMask(), *getMaskView(), 4)))
    return failure();
  Type element = getQuery().getType().getElementType();
  if (element != getKey().getType().getElementType() ||
      (!element.isF32() && !canReadBf16(0)))
    return emitOpError("needs queries and keys of one element type, in bf16 "
                       "with contiguous rows of even size");
  if (!getValue().getType().getElementType().isF32() && !canReadBf16(2))
    return emitOpError("needs values of f32, or of bf16 for an even number of "
                       "keys and 16 queries or more");
  ArrayRef<int64_t> query = getQueryView().getSizes(),
                    key = getKeyView().getSizes(),
                    value = getValueView().getSizes();
  if (query.take_front(2) != key.take_front(2) ||
      key.take_front(3) != value.take_front(3) || query[3] != key[3])
    return emitOpError("has sizes that do not match");
  if (getMask() && getMaskView()->getSizes() !=
                       ArrayRef<int64_t>{query[0], query[1], query[2], key[2]})
    return emitOpError("needs a mask view [batch, heads, queries, keys]");
  if (value[3] > 1 && getValueView().getStrides()[3] != 1)
    return emitOpError("needs values whose rows are contiguous");
  ArrayRef<int64_t> order = getResultOrder();
  if (order.size() != 4 || !isPermutationVector(order) || order[3] != 3)
    return emitOpError("needs a result order that permutes the first three of "
                       "four dimensions");
  SmallVector<int64_t> sizes = {query[0], query[1], query[2], value[3]}, shape;
  for (int64_t dim : order)
    shape.push_back(sizes[dim]);
  if (getResult().getType().getShape() != ArrayRef(shape))
    return emitOpError("has a result that does not follow from its views");
  return success();
}

/// Rows keep their type.
static LogicalResult verifyRows(Operation *op) {
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  if (type != op->getResult(0).getType() || type.getRank() < 1)
    return op->emitOpError("needs an input and a result of one type");
  return success();
}

LogicalResult SoftmaxRowsOp::verify() { return verifyRows(*this); }

LogicalResult NormalizeRowsOp::verify() { return verifyRows(*this); }

//===-- channels ----------------------------------------------------------===//

LogicalResult GatherChannelsOp::verify() {
  RankedTensorType result = getResult().getType();
  auto isBlocked = [](RankedTensorType type) {
    return type.getRank() == 5 && type.getDimSize(4) == channelGroup;
  };
  if (!isBlocked(result) ||
      result.getDimSize(1) !=
          (int64_t)llvm::divideCeil(getChannels().size(), channelGroup))
    return emitOpError("needs a result [N, ceil(C/16), H, W, 16]");
  int64_t lanes = 0;
  for (Value input : getInputs()) {
    auto type = cast<RankedTensorType>(input.getType());
    SmallVector<int64_t> shape(type.getShape());
    if (!isBlocked(type))
      return emitOpError("needs inputs [N, Cb, H, W, 16]");
    lanes += shape[1] * channelGroup;
    shape[1] = result.getDimSize(1);
    if (ArrayRef(shape) != result.getShape())
      return emitOpError("has an input of another size than its result");
  }
  if (llvm::any_of(getChannels(),
                   [&](int64_t c) { return c < 0 || c >= lanes; }))
    return emitOpError("names a lane that its inputs do not have");
  return success();
}

//===-- recurrent networks ------------------------------------------------===//

StringRef RecurrentOp::getOperatorName() {
  switch (getCell()) {
  case RecurrentCell::RNN:
    return "RNN";
  case RecurrentCell::GRU:
    return "GRU";
  case RecurrentCell::LSTM:
    return "LSTM";
  }
  llvm_unreachable("unknown cell");
}

int64_t RecurrentOp::getGateCount() {
  switch (getCell()) {
  case RecurrentCell::RNN:
    return 1;
  case RecurrentCell::GRU:
    return 3;
  case RecurrentCell::LSTM:
    return 4;
  }
  llvm_unreachable("unknown cell");
}

int64_t RecurrentOp::getStateCount() {
  return getCell() == RecurrentCell::LSTM ? 2 : 1;
}

LogicalResult RecurrentOp::verify() {
  RankedTensorType result = getResult().getType();
  if (result.getRank() != 4)
    return emitOpError("needs a result [steps, directions, batch, hidden]");
  int64_t steps = result.getDimSize(0), directions = result.getDimSize(1),
          batch = result.getDimSize(2), hidden = result.getDimSize(3),
          gates = getGateCount() * hidden;
  if (directions < 1 || directions > 2 || (getReverse() && directions != 1))
    return emitOpError("needs one direction, or two without 'reverse'");
  if (getInput().getType().getShape() !=
      ArrayRef<int64_t>{steps, batch, directions * gates})
    return emitOpError(
        "needs an input [steps, batch, gates of all directions]");
  if (getWeights().getType().getShape() !=
          ArrayRef<int64_t>{directions, gates, hidden} ||
      (getBias() &&
       getBias().getType().getShape() != ArrayRef<int64_t>{directions, gates}))
    return emitOpError("has weights or a bias that do not fit its result");
  int64_t states = getStateCount();
  if (int64_t(getLast().size()) != states ||
      (!getInitial().empty() && int64_t(getInitial().size()) != states))
    return emitOpError("needs ") << states << " initial and last states";
  auto fits = [&](Type type) {
    return cast<RankedTensorType>(type).getShape() ==
           ArrayRef<int64_t>{directions, batch, hidden};
  };
  if (!llvm::all_of(getInitial().getTypes(), fits) ||
      !llvm::all_of(getLast().getTypes(), fits))
    return emitOpError("needs states [directions, batch, hidden]");
  return success();
}

//===-- layouts -----------------------------------------------------------===//

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
