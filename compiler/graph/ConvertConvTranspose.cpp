// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/Support/MathExtras.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTCONVTRANSPOSE
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// One spatial dimension. Result y is the sum of x[q - t] w[r + stride t] over
/// all t, where y + pad = stride q + r: for each phase r a convolution with
/// `taps` weights, at the positions [firstBlock, firstBlock + blocks).
struct Phases {
  Phases(int64_t kernel, int64_t stride, int64_t pad, int64_t output)
      : kernel(kernel), stride(stride), taps(llvm::divideCeil(kernel, stride)),
        firstBlock(pad / stride), crop(pad % stride),
        blocks(llvm::divideCeil(crop + output, stride)) {}

  /// The padding that gives the convolution those positions over `extent`.
  int64_t padBegin() const { return taps - 1 - firstBlock; }
  int64_t padEnd(int64_t extent) const { return firstBlock + blocks - extent; }
  /// The kernel element of weight `index` of a phase, if there is one.
  std::optional<int64_t> element(int64_t phase, int64_t index) const {
    int64_t element = phase + stride * (taps - 1 - index);
    return element < kernel ? std::optional(element) : std::nullopt;
  }

  int64_t kernel, stride, taps, firstBlock, crop, blocks;
};

/// A transposed convolution as a convolution whose channels are the phases,
/// DepthToSpace and a crop.
class Conversion {
public:
  Conversion(onnx::ConvTransposeOp op, OpBuilder &builder)
      : op(op), builder(builder), loc(op.getLoc()), window(op.getWindow()),
        last(op) {}

  /// The result, or null where this does not apply.
  Value convert();
  /// The operation whose result that is: `op`, or the last one moved.
  Operation *getLast() const { return last; }

private:
  Value weights(const std::vector<float> &source);
  Value bias();
  /// `value` with the elementwise operations behind `op` that need nothing else
  /// than a scalar.
  Value moveElementwise(Value value);
  Value crop(Value value, RankedTensorType type);

  int64_t phaseCount() { return window.strides[0] * window.strides[1]; }
  Value integers(ArrayRef<int64_t> values) {
    return onnx::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(
            RankedTensorType::get(values.size(), builder.getI64Type()),
            values));
  }

  onnx::ConvTransposeOp op;
  OpBuilder &builder;
  Location loc;
  onnx::Window window;
  SmallVector<Phases, 2> dims;
  Operation *last;
};

} // namespace

/// [C, O, KH, KW] to [phases O, C, taps, taps].
Value Conversion::weights(const std::vector<float> &source) {
  ArrayRef<int64_t> shape = onnx::shapeOf(op.getW());
  int64_t channels = shape[0], outputs = shape[1];
  const Phases &rows = dims[0], &columns = dims[1];
  std::vector<float> packed;
  packed.reserve(phaseCount() * outputs * channels * rows.taps * columns.taps);
  for (int64_t r = 0; r < rows.stride; ++r)
    for (int64_t s = 0; s < columns.stride; ++s)
      for (int64_t o = 0; o < outputs; ++o)
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t i = 0; i < rows.taps; ++i)
            for (int64_t j = 0; j < columns.taps; ++j) {
              auto row = rows.element(r, i), column = columns.element(s, j);
              packed.push_back(
                  row && column
                      ? source[((c * outputs + o) * rows.kernel + *row) *
                                   columns.kernel +
                               *column]
                      : 0.0f);
            }
  return makeFloats(builder, loc,
                    {phaseCount() * outputs, channels, rows.taps, columns.taps},
                    packed);
}

Value Conversion::bias() {
  if (onnx::isAbsent(op.getB()))
    return op.getB();
  std::optional<std::vector<float>> values = readFloats(op.getB());
  if (!values)
    return {};
  std::vector<float> repeated;
  for (int64_t phase = 0; phase < phaseCount(); ++phase)
    llvm::append_range(repeated, *values);
  return makeFloats(builder, loc, int64_t(repeated.size()), repeated);
}

Value Conversion::moveElementwise(Value value) {
  while (last->hasOneUse()) {
    Operation *user = *last->getUsers().begin();
    bool movable = isa<onnx::ElementwiseOp>(user) &&
                   llvm::all_of(user->getOperands(), [&](Value operand) {
                     return operand == last->getResult(0) ||
                            onnx::isAbsent(operand) ||
                            (onnx::constantElements(operand) &&
                             onnx::tensorType(operand).getNumElements() == 1 &&
                             onnx::rankOf(operand) <= 4);
                   });
    if (!movable)
      break;
    RankedTensorType type = onnx::tensorType(user->getResult(0));
    if (type.getShape() != onnx::shapeOf(op.getResult()))
      break;
    Operation *moved = user->clone();
    for (OpOperand &operand : moved->getOpOperands())
      if (operand.get() == last->getResult(0))
        operand.set(value);
      else if (onnx::isAbsent(operand.get()))
        operand.set(onnx::NoValueOp::create(builder, loc));
    moved->getResult(0).setType(type.clone(onnx::shapeOf(value)));
    builder.insert(moved);
    value = moved->getResult(0);
    last = user;
  }
  return value;
}

Value Conversion::crop(Value value, RankedTensorType type) {
  if (value.getType() == type)
    return value;
  SmallVector<int64_t> starts, ends;
  for (auto [dim, phases] : llvm::enumerate(dims)) {
    starts.push_back(phases.crop);
    ends.push_back(phases.crop + type.getDimSize(2 + dim));
  }
  return onnx::SliceOp::create(builder, loc, type, value, integers(starts),
                               integers(ends), integers({2, 3}),
                               onnx::NoValueOp::create(builder, loc));
}

Value Conversion::convert() {
  RankedTensorType input = onnx::tensorType(op.getX()),
                   type = onnx::tensorType(op.getResult());
  std::optional<std::vector<float>> source = readFloats(op.getW());
  if (input.getRank() != 4 || op.getGroup() != 1 || !source ||
      window.strides[0] != window.strides[1] || window.dilations[0] != 1 ||
      window.dilations[1] != 1 || type.getNumElements() == 0)
    return {};
  SmallVector<int64_t> begins, ends;
  for (int64_t dim = 0; dim < 2; ++dim) {
    Phases &phases =
        dims.emplace_back(window.kernel[dim], window.strides[dim],
                          window.padsBegin[dim], type.getDimSize(2 + dim));
    begins.push_back(phases.padBegin());
    ends.push_back(phases.padEnd(input.getDimSize(2 + dim)));
    if (begins.back() < 0 || ends.back() < 0)
      return {};
  }
  Value offsets = bias();
  if (!offsets)
    return {};
  SmallVector<int64_t> pads = begins;
  llvm::append_range(pads, ends);
  int64_t stride = window.strides[0];
  RankedTensorType phasesType =
      type.clone({type.getDimSize(0), phaseCount() * type.getDimSize(1),
                  dims[0].blocks, dims[1].blocks});
  Value value = onnx::ConvOp::create(
      builder, loc, phasesType, op.getX(), weights(*source), offsets,
      /*auto_pad=*/"NOTSET", /*dilations=*/ArrayRef<int64_t>{},
      /*group=*/1, /*kernel_shape=*/ArrayRef<int64_t>{}, pads,
      /*strides=*/ArrayRef<int64_t>{});
  value = moveElementwise(value);
  RankedTensorType whole = onnx::tensorType(value).clone(
      {type.getDimSize(0), type.getDimSize(1), dims[0].blocks * stride,
       dims[1].blocks * stride});
  if (stride != 1)
    value = onnx::DepthToSpaceOp::create(builder, loc, whole, value, stride,
                                         /*mode=*/"DCR");
  return crop(value, onnx::tensorType(last->getResult(0)));
}

namespace {

class ConvertConvTranspose
    : public veltair::impl::ConvertConvTransposeBase<ConvertConvTranspose> {
public:
  using ConvertConvTransposeBase::ConvertConvTransposeBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    SmallVector<onnx::ConvTransposeOp> ops;
    llvm::append_range(ops, program.getBlock().getOps<onnx::ConvTransposeOp>());
    for (onnx::ConvTransposeOp op : ops) {
      OpBuilder builder(op);
      Conversion conversion(op, builder);
      Value result = conversion.convert();
      if (!result)
        continue;
      conversion.getLast()->getResult(0).replaceAllUsesWith(result);
      ++converted;
    }
    eraseDeadOps(program);
  }
};

} // namespace
