// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair::kernel;

/// The epilogue takes an f32 element and one element of each extra, whose
/// dimensions are 1 or the result's, and yields an element of the result.
template <typename OpTy> static LogicalResult verifyEpilogue(OpTy op) {
  auto result = cast<MemRefType>(op.getResult().getType());
  Block &block = op.getEpilogue().front();
  if (block.getNumArguments() != 1 + op.getExtras().size() ||
      !block.getArgument(0).getType().isF32())
    return op.emitOpError("needs an epilogue of one f32 accumulator and one "
                          "element of each extra operand");
  for (auto [extra, argument] :
       llvm::zip_equal(op.getExtras(), block.getArguments().drop_front())) {
    auto type = cast<MemRefType>(extra.getType());
    if (type.getElementType() != argument.getType())
      return op.emitOpError("has an epilogue argument of type ")
             << argument.getType() << " for an extra operand " << type;
    if (type.getRank() != result.getRank())
      return op.emitOpError("has an extra operand of another rank than its "
                            "result: ")
             << type;
    for (auto [size, resultSize] :
         llvm::zip_equal(type.getShape(), result.getShape()))
      if (size != 1 && size != resultSize)
        return op.emitOpError("has an extra operand ")
               << type << " that does not broadcast to " << result;
  }
  for (Operation &inner : block.without_terminator())
    if (!inner.hasTrait<OpTrait::Elementwise>() &&
        !inner.hasTrait<OpTrait::ConstantLike>())
      return inner.emitOpError("is not elementwise and so not allowed in an "
                               "epilogue");
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValue().getType() != result.getElementType())
    return op.emitOpError("must yield an element of its result");
  return success();
}

/// Without `interior` the tile's place against the padding must be known.
template <typename OpTy> static LogicalResult verifyWindowTile(OpTy op) {
  if (op.getStrides().size() != 2 || op.getDilations().size() != 2 ||
      op.getPads().size() != 4)
    return op.emitOpError("needs 2 strides, 2 dilations and 4 pads");
  if (!op.getInterior() && !matchPattern(op.getColumn(), m_Constant()))
    return op.emitOpError("needs a constant column or 'interior'");
  if (cast<MemRefType>(op.getResult().getType()).getRank() != 5)
    return op.emitOpError("needs a result of rank 5");
  return verifyEpilogue(op);
}

LogicalResult ConvTileOp::verify() {
  auto input = cast<MemRefType>(getInput().getType());
  auto filter = cast<MemRefType>(getFilter().getType());
  if (input.getElementType() != filter.getElementType())
    return emitOpError("needs an input and a filter of one element type");
  bool blocked = input.getRank() == 5;
  if (getPairedColumns().has_value() !=
      (input.getElementType().isBF16() && !blocked))
    return emitOpError(
        "pairs columns of a plain input of bf16, and only those");
  if (input.getElementType().isBF16()) {
    if (!blocked && (*getPairedColumns() < 2 || getDilations().size() != 2 ||
                     getDilations()[1] != 1))
      return emitOpError("pairs two columns or more that are neighbours");
    int64_t terms = blocked ? getChannels() : *getPairedColumns();
    if (filter.getRank() != 5 ||
        filter.getDimSize(3) != (int64_t)llvm::divideCeil(terms, 2) ||
        filter.getDimSize(4) != 2 * channelGroup)
      return emitOpError("needs an input [N, Cb, H, W, 16] and a filter "
                         "[Ob, KH, KW, ceil(C / 2), 32] of bf16, or [N, C, H, "
                         "W] and [Ob, C, KH, ceil(KW / 2), 32]");
  } else if (!(blocked && filter.getRank() == 6) &&
             !(input.getRank() == 4 && filter.getRank() == 5)) {
    return emitOpError("needs a blocked input and filter of rank 5 and 6, or "
                       "plain ones of rank 4 and 5");
  }
  if (getChannels() < 1)
    return emitOpError("needs channels");
  int64_t channels =
      llvm::divideCeil(getChannels(), blocked ? channelGroup : 1);
  int64_t groups = input.getDimSize(1) / channels;
  if (groups < 1 || groups * channels != input.getDimSize(1))
    return emitOpError("has an input of other than ")
           << getChannels() << " channels a group";
  if (filter.getDimSize(0) % (groups * getVectors()) != 0)
    return emitOpError("needs groups of equal size, and tiles within them");
  if (getOutputs() < 1 || getOutputs() > channelGroup * getVectors())
    return emitOpError("needs 1 to 16 * vectors outputs");
  if (static_cast<int64_t>(getPrefetch()) < 0)
    return emitOpError("cannot prefetch what is behind");
  return verifyWindowTile(*this);
}

int64_t DepthwiseTileOp::getWindowColumns() {
  if (std::optional<uint64_t> paired = getPairedColumns())
    return *paired;
  return cast<MemRefType>(getFilter().getType()).getDimSize(2);
}

LogicalResult DepthwiseTileOp::verify() {
  auto filter = cast<MemRefType>(getFilter().getType());
  if (!getPairedColumns()) {
    if (!filter.getElementType().isF32())
      return emitOpError("needs a filter of f32");
    return verifyWindowTile(*this);
  }
  if (failed(verifyWindowTile(*this)))
    return failure();
  auto input = cast<MemRefType>(getInput().getType());
  int64_t pairs = llvm::divideCeil(getWindowColumns(), 2);
  if (getWindowColumns() < 2 || getDilations()[1] != 1)
    return emitOpError("pairs two columns or more that are neighbours");
  if (!input.getElementType().isBF16() || !filter.getElementType().isBF16() ||
      filter.getRank() != 4 || filter.getDimSize(2) != pairs ||
      filter.getDimSize(3) != 2 * channelGroup)
    return emitOpError("needs an input and a filter "
                       "[Cb, KH, ceil(KW / 2), 32] of bf16");
  return success();
}

LogicalResult MaxPoolTileOp::verify() {
  auto input = cast<MemRefType>(getInput().getType());
  if (input.getRank() != 5 || input.getDimSize(4) != channelGroup)
    return emitOpError("needs an input [N, Cb, H, W, 16]");
  if (getWindow().size() != 2 ||
      llvm::any_of(getWindow(), [](int64_t size) { return size < 1; }))
    return emitOpError("needs a window of 2 positive sizes");
  return verifyWindowTile(*this);
}

SmallVector<int64_t> mlir::veltair::kernel::columnsUnder(int64_t results,
                                                         int64_t window,
                                                         int64_t stride,
                                                         int64_t dilation) {
  SmallVector<int64_t> columns;
  for (int64_t t = 0; t < results; ++t)
    for (int64_t kw = 0; kw < window; ++kw)
      columns.push_back(t * stride + kw * dilation);
  llvm::sort(columns);
  columns.erase(llvm::unique(columns), columns.end());
  return columns;
}

int64_t MatMulTileOp::getDepth() {
  auto lhs = cast<MemRefType>(getLhs().getType());
  return lhs.getRank() == 3 ? lhs.getDimSize(0) * lhs.getDimSize(2)
                            : lhs.getDimSize(1);
}

LogicalResult MatMulTileOp::verify() {
  auto lhs = cast<MemRefType>(getLhs().getType());
  auto rhs = cast<MemRefType>(getRhs().getType());
  if (lhs.getElementType() != rhs.getElementType())
    return emitOpError("needs operands of one element type");
  bool blocked = lhs.getRank() == 3 &&
                 (lhs.getDimSize(2) == channelGroup || lhs.getDimSize(0) == 1);
  if (isBf16()) {
    blocked |= lhs.getRank() == 3 && lhs.getDimSize(2) == 2;
    if ((lhs.getRank() != 2 && !blocked) || rhs.getRank() != 3 ||
        rhs.getDimSize(2) != 2 * channelGroup ||
        getDepth() != 2 * rhs.getDimSize(1))
      return emitOpError("needs [M, K], [K / 16, M, 16] or [K / 2, M, 2], and "
                         "[ceil(N/16), K / 2, 32], of bf16");
    return verifyShape();
  }
  int64_t k = rhs.getRank() - 2; // the dimension of rhs that is summed over
  if ((lhs.getRank() != 2 && !blocked) || k < 0 || k > 1 ||
      (k == 1 && rhs.getDimSize(2) != channelGroup) ||
      getDepth() != rhs.getDimSize(k))
    return emitOpError("needs [M, K], [K / 16, M, 16] or [1, M, K], and "
                       "[ceil(N/16), K, 16] or [K, N]");
  return verifyShape();
}

LogicalResult MatMulTileOp::verifyShape() {
  if (getColumns() < 1 || getColumns() > channelGroup * getVectors())
    return emitOpError("needs 1 to 16 * vectors columns");
  if (static_cast<int64_t>(getPrefetch()) < 0)
    return emitOpError("cannot prefetch what is behind");
  return verifyEpilogue(*this);
}

/// `transformed` holds the positions of tiles of `outputs` x `outputs` results,
/// `tensor` the blocked tensor that they cut.
template <typename OpTy>
static LogicalResult verifyWinogradTile(OpTy op, Value tensor,
                                        Value transformed, int64_t rank) {
  int64_t outputs = op.getOutputs(), taps = op.getTaps();
  if (!Winograd::isSupported(outputs, taps))
    return op.emitOpError("has no algorithm F(")
           << outputs << ", " << taps << ")";
  if (op.getDilations().size() != 2 ||
      llvm::any_of(op.getDilations(), [](int64_t d) { return d < 1; }))
    return op.emitOpError("needs 2 positive dilations");
  auto tensorType = cast<MemRefType>(tensor.getType());
  if (tensorType.getRank() != 5 || tensorType.getDimSize(4) != channelGroup)
    return op.emitOpError("needs a blocked tensor, not ") << tensorType;
  auto type = cast<MemRefType>(transformed.getType());
  int64_t positions = op.getWinograd().positions();
  if (type.getRank() != rank || type.getDimSize(0) != positions)
    return op.emitOpError("needs a buffer of ")
           << positions << " positions, of rank " << rank << ", not " << type;
  return success();
}

LogicalResult WinogradInputTileOp::verify() {
  if (getPads().size() != 4)
    return emitOpError("needs 4 pads");
  return verifyWinogradTile(*this, getInput(), getResult(), /*rank=*/4);
}

LogicalResult WinogradOutputTileOp::verify() {
  if (failed(verifyWinogradTile(*this, getResult(), getProducts(), /*rank=*/3)))
    return failure();
  return verifyEpilogue(*this);
}

LogicalResult GatherLanesOp::verify() {
  int64_t lanes = 0;
  auto isBlocked = [](Type type) {
    auto memory = cast<MemRefType>(type);
    return memory.getRank() == 5 && memory.getDimSize(4) == channelGroup;
  };
  if (!isBlocked(getResult().getType()) ||
      !llvm::all_of(getSources().getTypes(), isBlocked))
    return emitOpError("needs blocked tensors [N, Cb, H, W, 16]");
  for (Type type : getSources().getTypes())
    lanes += cast<MemRefType>(type).getDimSize(1) * channelGroup;
  if (getLanes().size() != channelGroup ||
      llvm::any_of(getLanes(), [&](int64_t l) { return l < -1 || l >= lanes; }))
    return emitOpError("needs 16 lanes of its sources");
  return verifyEpilogue(*this);
}

/// A row kernel keeps the shape of its input.
template <typename OpTy> static LogicalResult verifyRow(OpTy op) {
  auto input = cast<MemRefType>(op.getInput().getType());
  auto result = cast<MemRefType>(op.getResult().getType());
  if (input.getRank() != 2 || input.getShape() != result.getShape())
    return op.emitOpError("needs an input and a result [M, N]");
  return verifyEpilogue(op);
}

LogicalResult NormalizeRowOp::verify() { return verifyRow(*this); }

LogicalResult SoftmaxRowOp::verify() {
  auto scratch = cast<MemRefType>(getScratch().getType());
  auto input = cast<MemRefType>(getInput().getType());
  if (scratch.getShape() != input.getShape().take_back())
    return emitOpError("needs scratch memory [N]");
  return verifyRow(*this);
}

LogicalResult SoftmaxColumnsOp::verify() {
  auto type = cast<MemRefType>(getMemory().getType());
  if (type.getRank() != 2 || type.getDimSize(1) % channelGroup != 0)
    return emitOpError("needs [M, N] with N a multiple of 16");
  return success();
}

LogicalResult MapRowOp::verify() {
  auto result = cast<MemRefType>(getResult().getType());
  if ((int64_t)getIndices().size() != result.getRank() - 1)
    return emitOpError("needs an index for each dimension but the last");
  Block &block = getBody().front();
  if (block.getNumArguments() != 1 || !block.getArgument(0).getType().isIndex())
    return emitOpError("needs a body of one lane index");
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValue().getType() != result.getElementType())
    return emitOpError("must yield an element of its result");
  return success();
}
