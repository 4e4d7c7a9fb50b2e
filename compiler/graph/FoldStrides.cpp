// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_FOLDSTRIDES
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::Winograd;

namespace {

/// One spatial dimension of a convolution of stride s. Result y is the sum of
/// w[t] x[s y + t - pad]; with t - pad = s j + p it is one over the phases p,
/// of which element y + j of x has one each.
struct FoldedDim {
  FoldedDim(int64_t kernel, int64_t stride, int64_t pad, int64_t extent,
            int64_t results)
      : stride(stride), pad(pad), padBegin(llvm::divideCeil(pad, stride)),
        taps(padBegin + llvm::divideFloorSigned(kernel - 1 - pad, stride) + 1),
        padEnd(results - 1 + taps - padBegin - extent / stride),
        isWhole(extent % stride == 0 && padEnd >= 0) {}

  int64_t phase(int64_t tap) const { return offset(tap) % stride; }
  /// The tap of that phase which `tap` becomes.
  int64_t place(int64_t tap) const { return offset(tap) / stride; }

  int64_t stride, pad;
  int64_t padBegin, taps, padEnd; ///< of the folded convolution
  /// Whether the phases have the same extent, and the folded convolution reads
  /// all of it.
  bool isWhole;

private:
  /// How far `tap` is behind the first element that the folded window covers.
  int64_t offset(int64_t tap) const { return tap - pad + padBegin * stride; }
};

/// A convolution with a stride as one without it on the phases of its input.
class StrideFolding {
public:
  explicit StrideFolding(onnx::ConvOp op)
      : op(op), builder(op), window(op.getWindow()) {}

  /// Whether the convolution has no stride any more.
  bool run();

private:
  bool isCandidate();
  /// Whether Winograd's algorithm leaves far fewer products.
  bool isWorthIt();
  Value filter(ArrayRef<float> weights);

  int64_t stride() { return window.strides[0]; }
  int64_t channels() { return onnx::shapeOf(op.getX())[1]; }

  onnx::ConvOp op;
  OpBuilder builder;
  onnx::Window window;
  SmallVector<FoldedDim, 2> dims;
};

} // namespace

/// Whether assign-layout will leave the tensor plain for sure: blocked layouts
/// spread from convolutions.
static bool isPlain(Value value) {
  SmallVector<Value> pending = {value};
  llvm::DenseSet<Operation *> seen;
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    if (isa<onnx::ConvOp>(op))
      return false;
    llvm::append_range(pending, op->getOperands());
  }
  return true;
}

bool StrideFolding::isCandidate() {
  RankedTensorType input = onnx::tensorType(op.getX()),
                   result = onnx::tensorType(op.getResult());
  auto isOne = [](int64_t value) { return value == 1; };
  auto isNegative = [](int64_t value) { return value < 0; };
  if (input.getRank() != 4 || !input.getElementType().isF32() ||
      channels() >= channelGroup || op.getGroup() != 1 ||
      onnx::hasExtents(input) || result.getNumElements() == 0 ||
      stride() == 1 || window.strides[1] != stride() ||
      !llvm::all_of(window.dilations, isOne) ||
      llvm::any_of(window.padsBegin, isNegative))
    return false;
  for (int64_t dim = 0; dim < 2; ++dim)
    dims.emplace_back(window.kernel[dim], stride(), window.padsBegin[dim],
                      input.getDimSize(2 + dim), result.getDimSize(2 + dim));
  return dims[0].isWhole && dims[1].isWhole && dims[0].taps == dims[1].taps;
}

bool StrideFolding::isWorthIt() {
  // Filters of two taps would have nine times their weights in tiles of 6.
  int64_t taps = dims[0].taps, tile = taps == 2 ? 4 : 6;
  int64_t outputs = tile - taps + 1;
  if (!Winograd::isSupported(outputs, taps))
    return false;
  // Taking phases and transforms cost about what a third of the products does;
  // tiles reach over the ends of small maps.
  ArrayRef<int64_t> filter = onnx::shapeOf(op.getW());
  ArrayRef<int64_t> result = onnx::shapeOf(op.getResult());
  int64_t lanes = llvm::alignTo(filter[1] * stride() * stride(), channelGroup);
  int64_t tiles = llvm::divideCeil(result[2], outputs) *
                  llvm::divideCeil(result[3], outputs);
  int64_t direct = filter[1] * filter[2] * filter[3] * result[2] * result[3];
  // Direct convolutions leave out the half of a group of results that is empty.
  int64_t half = channelGroup / 2;
  return 3 * tile * tile * tiles * lanes * llvm::alignTo(filter[0], 2 * half) <=
         2 * direct * llvm::alignTo(filter[0], half);
}

/// [O, C, KH, KW] to [O, s s C, taps, taps], phases in the order of
/// SpaceToDepth.
Value StrideFolding::filter(ArrayRef<float> weights) {
  ArrayRef<int64_t> shape = onnx::shapeOf(op.getW());
  int64_t phases = stride() * stride(), taps = dims[0].taps;
  std::vector<float> folded(shape[0] * phases * shape[1] * taps * taps, 0.0f);
  const float *weight = weights.data();
  for (int64_t o = 0; o < shape[0]; ++o)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t i = 0; i < shape[2]; ++i)
        for (int64_t j = 0; j < shape[3]; ++j) {
          int64_t phase = dims[0].phase(i) * stride() + dims[1].phase(j);
          int64_t channel = (o * phases + phase) * shape[1] + c;
          int64_t row = channel * taps + dims[0].place(i);
          folded[row * taps + dims[1].place(j)] = *weight++;
        }
  return makeFloats(builder, op.getLoc(),
                    {shape[0], phases * shape[1], taps, taps}, folded);
}

bool StrideFolding::run() {
  // The phases of blocked tensors are not cheap to take.
  if (!isCandidate() || !isWorthIt() || !isPlain(op.getX()))
    return false;
  std::optional<std::vector<float>> weights = readFloats(op.getW());
  if (!weights)
    return false;
  RankedTensorType input = onnx::tensorType(op.getX());
  ArrayRef<int64_t> shape = input.getShape();
  Value phases = onnx::SpaceToDepthOp::create(
      builder, op.getLoc(),
      input.clone({shape[0], shape[1] * stride() * stride(),
                   shape[2] / stride(), shape[3] / stride()}),
      op.getX(), stride());
  Value folded = onnx::ConvOp::create(
      builder, op.getLoc(), op.getResult().getType(), phases, filter(*weights),
      op.getB(), /*auto_pad=*/"NOTSET", /*dilations=*/ArrayRef<int64_t>{},
      /*group=*/1, /*kernel_shape=*/ArrayRef<int64_t>{},
      ArrayRef<int64_t>{dims[0].padBegin, dims[1].padBegin, dims[0].padEnd,
                        dims[1].padEnd},
      /*strides=*/ArrayRef<int64_t>{});
  op.getResult().replaceAllUsesWith(folded);
  op.erase();
  return true;
}

namespace {
struct FoldStrides : veltair::impl::FoldStridesBase<FoldStrides> {
  void runOnOperation() override {
    for (onnx::ConvOp op : llvm::make_early_inc_range(
             getOperation().getBlock().getOps<onnx::ConvOp>()))
      folded += StrideFolding(op).run();
  }
};
} // namespace
