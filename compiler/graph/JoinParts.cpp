// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/Passes.h"
#include "compiler/graph/TensorPlaces.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/SmallVectorExtras.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_JOINPARTS
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// The tensors that `layer` copies one after the other into its result; empty
/// when it does anything else.
static SmallVector<Value> copiedParts(LayerOp layer) {
  Block &body = layer.getBody().front();
  auto concat = dyn_cast<onnx::ConcatOp>(body.front());
  if (!concat || concat->getNextNode() != &body.back() ||
      layer->getNumResults() != 1 || concat.getOutput().use_empty())
    return {};
  auto type = cast<RankedTensorType>(layer->getResult(0).getType());
  int64_t axis = *onnx::normalizeAxis(concat.getAxis(), type.getRank());
  if (ShapedType::getNumElements(type.getShape().take_front(axis)) != 1 ||
      onnx::hasExtents(type) ||
      llvm::any_of(layer->getOperandTypes(), onnx::hasExtents))
    return {};
  return llvm::map_to_vector(concat.getInputs(), [&](Value input) -> Value {
    return layer->getOperand(cast<BlockArgument>(input).getArgNumber());
  });
}

namespace {

class JoinParts : public veltair::impl::JoinPartsBase<JoinParts> {
public:
  using JoinPartsBase::JoinPartsBase;

  void runOnOperation() override {
    for (LayerOp layer : choose(getOperation())) {
      OpBuilder builder(layer);
      Value result = layer->getResult(0);
      auto join = JoinOp::create(builder, layer.getLoc(), result.getType(),
                                 copiedParts(layer));
      result.replaceAllUsesWith(join.getResult());
      layer.erase();
      ++joined;
    }
  }

private:
  /// The layers that can become joins together: those that copy most first,
  /// of equal ones the earlier.
  static SmallVector<LayerOp> choose(ProgramOp program) {
    SmallVector<LayerOp> layers;
    for (LayerOp layer : program.getBlock().getOps<LayerOp>())
      if (!copiedParts(layer).empty())
        layers.push_back(layer);
    llvm::sort(layers, [](LayerOp a, LayerOp b) {
      int64_t left = byteSize(a->getResult(0)),
              right = byteSize(b->getResult(0));
      return left != right ? left > right : a->isBeforeInBlock(b);
    });
    TensorPlaces places(program);
    llvm::erase_if(layers, [&](LayerOp layer) {
      SmallVector<Value> parts = copiedParts(layer);
      bool possible = places.canJoin(parts, layer->getResult(0));
      if (possible)
        places.join(parts, layer->getResult(0));
      return !possible;
    });
    return layers;
  }
};

} // namespace
