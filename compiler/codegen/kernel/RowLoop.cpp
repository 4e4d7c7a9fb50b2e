// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/RowLoop.h"
#include "compiler/codegen/kernel/Lanes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace mlir::veltair;

/// Vectors of one iteration: as many chains of additions as hide their latency.
static constexpr int64_t unroll = 4;

void RowLoop::forEach(function_ref<void(Value, int64_t)> body) {
  int64_t whole = extent - extent % lanes;
  if (whole > 0)
    scf::ForOp::create(builder, loc, constantIndex(builder, loc, 0),
                       constantIndex(builder, loc, whole),
                       constantIndex(builder, loc, lanes), ValueRange{},
                       [&](OpBuilder &, Location, Value first, ValueRange) {
                         body(first, lanes);
                         scf::YieldOp::create(builder, loc);
                       });
  if (whole < extent)
    body(constantIndex(builder, loc, whole), extent - whole);
}

Value RowLoop::fold(float initial, function_ref<Value(Value, int64_t)> body,
                    function_ref<Value(Value, Value)> combine) {
  auto type = VectorType::get(lanes, builder.getF32Type());
  Value start = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, initial));
  int64_t step = unroll * lanes, whole = extent - extent % step;
  SmallVector<Value> chains(unroll, start);
  if (whole > 0) {
    auto loop = scf::ForOp::create(
        builder, loc, constantIndex(builder, loc, 0),
        constantIndex(builder, loc, whole), constantIndex(builder, loc, step),
        chains, [&](OpBuilder &, Location, Value first, ValueRange carried) {
          SmallVector<Value> next;
          for (auto [chain, value] : llvm::enumerate(carried))
            next.push_back(combine(
                value,
                body(offsetIndex(builder, loc, first, chain * lanes), lanes)));
          scf::YieldOp::create(builder, loc, next);
        });
    llvm::copy(loop.getResults(), chains.begin());
  }
  int64_t chain = 0;
  for (int64_t first = whole; first < extent; first += lanes, ++chain)
    chains[chain] =
        combine(chains[chain], body(constantIndex(builder, loc, first),
                                    std::min(lanes, extent - first)));
  return combine(combine(chains[0], chains[1]), combine(chains[2], chains[3]));
}
