// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/onnx/OnnxOps.h"
#include <cmath>

namespace mlir::veltair {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

/// scale[c] * input + shift[c], c the index in dimension 1.
struct ChannelMap {
  Value input;
  std::vector<float> scale, shift;
};

} // namespace

static std::optional<ChannelMap> matchBatchNorm(onnx::BatchNormalizationOp op) {
  if (op->getNumOperands() != 5 || !onnx::elementType(op.getX()).isF32())
    return std::nullopt;
  SmallVector<std::vector<float>> parameters;
  for (Value operand : op->getOperands().drop_front()) {
    auto values = readFloats(operand);
    if (!values)
      return std::nullopt;
    parameters.push_back(std::move(*values));
  }
  ChannelMap map{op->getOperand(0), {}, {}};
  float epsilon = op.getEpsilon().convertToFloat();
  for (auto [scale, bias, mean, variance] : llvm::zip_equal(
           parameters[0], parameters[1], parameters[2], parameters[3])) {
    double factor = scale / std::sqrt(double(variance) + epsilon);
    map.scale.push_back(factor);
    map.shift.push_back(bias - mean * factor);
  }
  return map;
}

/// A sum, difference, product or quotient with a constant for each channel.
static std::optional<ChannelMap> matchArithmetic(Operation *op) {
  if (!isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp>(op))
    return std::nullopt;
  Value x = op->getOperand(0), y = op->getOperand(1);
  bool swapped = onnx::constantElements(x) && !isa<onnx::DivOp>(op);
  if (swapped)
    std::swap(x, y);
  if (x.getType() != op->getResult(0).getType())
    return std::nullopt;
  auto values = readChannels(y, onnx::shapeOf(x));
  if (!values)
    return std::nullopt;
  ChannelMap map{x, std::vector<float>(values->size(), 1),
                 std::vector<float>(values->size(), 0)};
  for (auto [value, scale, shift] :
       llvm::zip_equal(*values, map.scale, map.shift)) {
    if (isa<onnx::AddOp>(op)) {
      shift = value;
    } else if (isa<onnx::SubOp>(op)) {
      scale = swapped ? -1 : 1;
      shift = swapped ? value : -value;
    } else {
      scale = isa<onnx::MulOp>(op) ? value : 1 / value;
    }
  }
  return map;
}

namespace {

/// Weights in which a channel of the result owns runs of `run` elements: run
/// number i belongs to channel channelOf(i).
struct ScaledWeights {
  unsigned weightOperand, biasOperand;
  int64_t run;
  std::function<int64_t(int64_t)> channelOf;
  /// What the bias operand is multiplied by.
  float biasFactor = 1;
};

} // namespace

/// How the result of `op` depends on its weights, if it is linear in them.
static std::optional<ScaledWeights> getScaledWeights(Operation *op) {
  if (isa<onnx::ConvOp, onnx::ConvTransposeOp, onnx::GemmOp>(op)) {
    ArrayRef<int64_t> shape = onnx::shapeOf(op->getOperand(1));
    if (isa<onnx::ConvOp>(op))
      return ScaledWeights{1, 2, ShapedType::getNumElements(shape.drop_front()),
                           [](int64_t run) { return run; }};
    if (auto transposed = dyn_cast<onnx::ConvTransposeOp>(op)) {
      // [C, O / groups, ...]: the inputs of a group follow each other.
      int64_t outputs = shape[1], inputs = shape[0] / transposed.getGroup();
      return ScaledWeights{
          1, 2, ShapedType::getNumElements(shape.drop_front(2)),
          [=](int64_t run) {
            return run / outputs / inputs * outputs + run % outputs;
          }};
    }
    auto gemm = cast<onnx::GemmOp>(op);
    float beta = gemm.getBeta().convertToFloat();
    if (gemm.getTransB())
      return ScaledWeights{1, 2, shape[1], [](int64_t run) { return run; },
                           beta};
    return ScaledWeights{1, 2, 1,
                         [n = shape[1]](int64_t run) { return run % n; }, beta};
  }
  return std::nullopt;
}

/// Folds `map` into the weights and bias of the operation that computes its
/// input, for which it must be the only use.
static bool foldIntoWeights(const ChannelMap &map) {
  Operation *op = map.input.getDefiningOp();
  if (!op || !map.input.hasOneUse())
    return false;
  std::optional<ScaledWeights> access = getScaledWeights(op);
  if (!access)
    return false;
  Value weightOperand = op->getOperand(access->weightOperand);
  Value biasOperand = op->getOperand(access->biasOperand);
  std::optional<std::vector<float>> weights = readFloats(weightOperand);
  std::vector<float> bias(map.scale.size(), 0);
  if (!onnx::isAbsent(biasOperand)) {
    // The bias of a convolution, [C], and that of a Gemm, which broadcasts to
    // [M, C].
    auto values = readChannels(biasOperand, {1, int64_t(bias.size())});
    if (!values)
      return false;
    bias = std::move(*values);
  }
  if (!weights)
    return false;

  auto run = weights->begin();
  for (int64_t i = 0; run != weights->end(); ++i, run += access->run)
    for (auto element = run; element != run + access->run; ++element)
      *element *= map.scale[access->channelOf(i)];
  for (auto [value, scale, shift] : llvm::zip_equal(bias, map.scale, map.shift))
    value = value * access->biasFactor * scale + shift;

  OpBuilder builder(op);
  op->setOperand(access->weightOperand,
                 makeFloats(builder, weightOperand.getLoc(),
                            onnx::shapeOf(weightOperand), *weights));
  op->setOperand(access->biasOperand,
                 makeFloats(builder, op->getLoc(), bias.size(), bias));
  if (auto gemm = dyn_cast<onnx::GemmOp>(op))
    gemm.setBeta(APFloat(1.0f));
  return true;
}

/// The batch normalization as a product and a sum.
static Value expand(Operation *op, const ChannelMap &map) {
  OpBuilder builder(op);
  auto type = cast<RankedTensorType>(map.input.getType());
  SmallVector<int64_t> shape(type.getRank(), 1);
  shape[1] = map.scale.size();
  auto channels = [&](ArrayRef<float> values) {
    return makeFloats(builder, op->getLoc(), shape, values);
  };
  Value product = onnx::MulOp::create(builder, op->getLoc(), type, map.input,
                                      channels(map.scale));
  return onnx::AddOp::create(builder, op->getLoc(), type, product,
                             channels(map.shift));
}

namespace {

class FoldBatchNorm : public veltair::impl::FoldBatchNormBase<FoldBatchNorm> {
public:
  using FoldBatchNormBase::FoldBatchNormBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    for (Operation &op : llvm::make_early_inc_range(program.getBlock())) {
      auto norm = dyn_cast<onnx::BatchNormalizationOp>(op);
      std::optional<ChannelMap> map =
          norm ? matchBatchNorm(norm) : matchArithmetic(&op);
      if (!map)
        continue;
      if (foldIntoWeights(*map)) {
        op.getResult(0).replaceAllUsesWith(map->input);
        ++folded;
      } else if (norm) {
        op.getResult(0).replaceAllUsesWith(expand(&op, *map));
        ++expanded;
      } else {
        continue;
      }
      op.erase();
    }
    eraseDeadOps(program);
  }
};

} // namespace
