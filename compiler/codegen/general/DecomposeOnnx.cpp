// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Passes.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_DECOMPOSEONNX
#include "compiler/codegen/general/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {
struct Decompose : OpInterfaceRewritePattern<onnx::DecomposableOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(onnx::DecomposableOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> results;
    if (failed(op.decompose(rewriter, results)))
      return failure();
    rewriter.replaceOp(op, results);
    return success();
  }
};

struct DecomposeOnnxPass : veltair::impl::DecomposeOnnxBase<DecomposeOnnxPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateDecomposeOnnxPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

void mlir::veltair::populateDecomposeOnnxPatterns(RewritePatternSet &patterns) {
  patterns.add<Decompose>(patterns.getContext());
}
