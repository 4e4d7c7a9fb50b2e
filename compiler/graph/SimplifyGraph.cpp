// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_SIMPLIFYGRAPH
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// The bytes of `value` as a tensor of another type.
static Value reinterpret(OpBuilder &builder, Location location, Value value,
                         RankedTensorType type) {
  value = skipViews(value);
  if (value.getType() == type)
    return value;
  if (ElementsAttr elements = onnx::constantElements(value))
    if (ElementsAttr same = onnx::reinterpretElements(elements, type))
      return onnx::ConstantOp::create(builder, location, same);
  return ViewOp::create(builder, location, type, value);
}

//===-- transposition -----------------------------------------------------===//

/// Copies dimensions `dim` and further of the result, whose dimensions have
/// these sizes and, in the source, these strides in bytes.
static void copyStrided(ArrayRef<int64_t> sizes, ArrayRef<int64_t> strides,
                        const char *source, char *&target, int64_t size) {
  for (int64_t i = 0; i < sizes.front(); ++i, source += strides.front()) {
    if (sizes.size() > 1) {
      copyStrided(sizes.drop_front(), strides.drop_front(), source, target,
                  size);
      continue;
    }
    std::memcpy(target, source, size);
    target += size;
  }
}

/// The constant with permuted dimensions; null when it cannot be read.
static ElementsAttr transpose(ElementsAttr elements, RankedTensorType result,
                              ArrayRef<int64_t> permutation) {
  if (auto dense = dyn_cast<DenseElementsAttr>(elements);
      dense && dense.isSplat())
    return dense.resizeSplat(result);
  onnx::ElementBytes bytes(elements);
  if (!bytes)
    return {};
  int64_t size = onnx::elementBytes(result.getElementType());
  ArrayRef<int64_t> shape = elements.getShapedType().getShape();
  SmallVector<int64_t> sourceStrides(shape.size(), size), strides;
  for (size_t dim = shape.size(); dim-- > 1;)
    sourceStrides[dim - 1] = sourceStrides[dim] * shape[dim];
  for (int64_t dim : permutation)
    strides.push_back(sourceStrides[dim]);
  std::vector<char> permuted(bytes.get().size());
  char *target = permuted.data();
  copyStrided(result.getShape(), strides, bytes.get().data(), target, size);
  return onnx::makeElements(result, permuted);
}

/// True when no two dimensions of more than one element change their order.
static bool keepsOrder(ArrayRef<int64_t> shape, ArrayRef<int64_t> permutation) {
  int64_t previous = -1;
  for (int64_t dim : permutation) {
    if (shape[dim] == 1)
      continue;
    if (dim < previous)
      return false;
    previous = dim;
  }
  return true;
}

static Value simplify(onnx::TransposeOp op, OpBuilder &builder) {
  RankedTensorType source = onnx::tensorType(op.getData()),
                   type = onnx::tensorType(op.getTransposed());
  SmallVector<int64_t> permutation = op.getPermutation();
  if (keepsOrder(source.getShape(), permutation))
    return reinterpret(builder, op.getLoc(), op.getData(), type);
  ElementsAttr elements = onnx::constantElements(op.getData());
  ElementsAttr result =
      elements ? transpose(elements, type, permutation) : ElementsAttr();
  return result ? onnx::ConstantOp::create(builder, op.getLoc(), result)
                : Value();
}

//===-- conversion --------------------------------------------------------===//

/// A constant in f32, without the limit on what is computed when compiling:
/// products need constant weights.
static Value simplify(onnx::CastOp op, OpBuilder &builder) {
  return onnx::elementType(op.getOutput()).isF32()
             ? constantInF32(builder, op.getLoc(), op.getX())
             : Value();
}

//===-- quantization ------------------------------------------------------===//

/// Numbers that are quantized and taken back at once stay f32: whole ones in
/// between, which neither leave vectors of f32 nor their layout.
static Value simplify(onnx::DequantizeLinearOp op, OpBuilder &builder) {
  auto quantize = op.getX().getDefiningOp<onnx::QuantizeLinearOp>();
  if (!quantize || !op.reverses(quantize))
    return {};
  return op.emitReal(builder, quantize.emitRounded(builder));
}

//===-- padding -----------------------------------------------------------===//

/// What `op` adds to each spatial dimension at its begin and its end, if it
/// adds zeros to those only.
static std::optional<std::pair<SmallVector<int64_t>, SmallVector<int64_t>>>
getZeroPadding(onnx::PadOp op) {
  if (op.getMode() != "constant")
    return std::nullopt;
  if (!onnx::isAbsent(op.getConstantValue())) {
    auto number = onnx::constantFloats(op.getConstantValue());
    if (!number || number->front() != 0)
      return std::nullopt;
  }
  auto pads = onnx::constantIntegers(op.getPads());
  int64_t rank = onnx::rankOf(op.getData());
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq(rank));
  if (!onnx::isAbsent(op.getAxes())) {
    auto given = onnx::constantIntegers(op.getAxes());
    if (!given)
      return std::nullopt;
    axes = *given;
  }
  if (!pads || rank < 3)
    return std::nullopt;
  SmallVector<int64_t> begin(rank - 2, 0), end(rank - 2, 0);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    int64_t dim = axis < 0 ? axis + rank : axis;
    int64_t before = (*pads)[i], after = (*pads)[i + axes.size()];
    if (before < 0 || after < 0 || (dim < 2 && before + after != 0))
      return std::nullopt;
    if (dim >= 2) {
      begin[dim - 2] = before;
      end[dim - 2] = after;
    }
  }
  return std::pair(begin, end);
}

/// Moves a padding with zeros in front of a convolution into its own.
static bool absorbPadding(onnx::ConvOp conv) {
  auto pad = conv.getX().getDefiningOp<onnx::PadOp>();
  auto padding = pad ? getZeroPadding(pad) : std::nullopt;
  if (!padding)
    return false;
  onnx::Window window = conv.getWindow();
  SmallVector<int64_t> pads;
  for (auto [own, more] : llvm::zip_equal(window.padsBegin, padding->first))
    pads.push_back(own + more);
  for (auto [own, more] : llvm::zip_equal(window.padsEnd, padding->second))
    pads.push_back(own + more);
  conv.setAutoPad("NOTSET");
  conv.setPads(pads);
  conv.getXMutable().assign(pad.getData());
  return true;
}

//===-- pass --------------------------------------------------------------===//

/// What stands for the only result of `op`, or null.
static Value simplify(Operation *op, OpBuilder &builder) {
  if (onnx::isReinterpretation(op))
    return reinterpret(builder, op->getLoc(), op->getOperand(0),
                       onnx::tensorType(op->getResult(0)));
  if (auto transpose = dyn_cast<onnx::TransposeOp>(op))
    return simplify(transpose, builder);
  if (auto cast = dyn_cast<onnx::CastOp>(op))
    return simplify(cast, builder);
  if (auto dequantize = dyn_cast<onnx::DequantizeLinearOp>(op))
    return simplify(dequantize, builder);
  return {};
}

namespace {

class SimplifyGraph : public veltair::impl::SimplifyGraphBase<SimplifyGraph> {
public:
  using SimplifyGraphBase::SimplifyGraphBase;

  void runOnOperation() override {
    removed +=
        rewriteOps(getOperation(), [&](Operation *op, OpBuilder &builder) {
          if (auto conv = dyn_cast<onnx::ConvOp>(op))
            absorbed += absorbPadding(conv);
          return simplify(op, builder);
        });
  }
};

} // namespace
