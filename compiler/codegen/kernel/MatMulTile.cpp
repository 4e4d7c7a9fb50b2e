// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

/// The accumulators of rows x vectors live in registers across all of K.
void veltair::lowerMatMulTile(MatMulTileOp op, OpBuilder &builder,
                              int64_t lanes) {
  Location loc = op.getLoc();
  auto type = VectorType::get(lanes, builder.getF32Type());
  int64_t rows = op.getRows(), parts = channelGroup / lanes;
  // Vectors that hold at least one column of the result.
  int64_t width =
      llvm::divideCeil(static_cast<int64_t>(op.getColumns()), lanes);
  auto constant = [&](int64_t value) {
    return constantIndex(builder, loc, value);
  };
  SmallVector<Value> groups, rowIndices;
  for (int64_t v = 0, e = op.getVectors(); v < e; ++v)
    groups.push_back(offsetIndex(builder, loc, op.getGroup(), v));
  for (int64_t t = 0; t < rows; ++t)
    rowIndices.push_back(offsetIndex(builder, loc, op.getRow(), t));

  Value zero =
      arith::ConstantOp::create(builder, loc, type, builder.getZeroAttr(type));
  // The products of one k with all rows, whose elements of `lhs` lie at
  // `index`.
  auto multiply = [&](Value k, function_ref<SmallVector<Value>(Value)> index,
                      ValueRange carried) {
    SmallVector<Value> sums(carried), weights;
    for (int64_t w = 0; w < width; ++w)
      weights.push_back(vector::LoadOp::create(
          builder, loc, type, op.getRhs(),
          ValueRange{groups[w / parts], k, constant(w % parts * lanes)}));
    if (op.getPrefetch())
      for (Value group : groups) {
        Value ahead = offsetIndex(builder, loc, k, op.getPrefetch());
        constexpr uint32_t intoL2 = 2;
        memref::PrefetchOp::create(builder, loc, op.getRhs(),
                                   ValueRange{group, ahead, constant(0)},
                                   /*isWrite=*/false, intoL2,
                                   /*isDataCache=*/true);
      }
    for (int64_t t = 0; t < rows; ++t) {
      Value scalar = memref::LoadOp::create(builder, loc, op.getLhs(),
                                            index(rowIndices[t]));
      Value x = vector::BroadcastOp::create(builder, loc, type, scalar);
      for (int64_t w = 0; w < width; ++w)
        sums[t * width + w] = vector::FMAOp::create(builder, loc, x, weights[w],
                                                    sums[t * width + w]);
    }
    return sums;
  };
  auto loop = [&](int64_t extent, ValueRange carried,
                  function_ref<SmallVector<Value>(Value, ValueRange)> body) {
    return scf::ForOp::create(
        builder, loc, constant(0), constant(extent), constant(1), carried,
        [&](OpBuilder &, Location, Value iv, ValueRange inner) {
          scf::YieldOp::create(builder, loc, body(iv, inner));
        });
  };
  SmallVector<Value> sums(rows * width, zero);
  if (cast<MemRefType>(op.getLhs().getType()).getRank() == 2)
    sums = loop(op.getDepth(), sums, [&](Value k, ValueRange carried) {
             return multiply(
                 k, [&](Value row) { return SmallVector<Value>{row, k}; },
                 carried);
           }).getResults();
  else
    sums = loop(op.getDepth() / channelGroup, sums,
                [&](Value block, ValueRange carried) -> SmallVector<Value> {
                  Value first = arith::MulIOp::create(builder, loc, block,
                                                      constant(channelGroup));
                  auto lane = [&](Value lane, ValueRange carried) {
                    Value k = arith::AddIOp::create(builder, loc, first, lane);
                    auto index = [&](Value row) {
                      return SmallVector<Value>{block, row, lane};
                    };
                    return multiply(k, index, carried);
                  };
                  return loop(channelGroup, carried, lane).getResults();
                })
               .getResults();

  EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                           /*invariantDim=*/0, lanes);
  Value firstColumn = arith::MulIOp::create(builder, loc, op.getGroup(),
                                            constant(channelGroup));
  SmallVector<Value> columns;
  for (int64_t w = 0; w < width; ++w)
    columns.push_back(offsetIndex(builder, loc, firstColumn, w * lanes));
  for (int64_t t = 0; t < rows; ++t)
    for (int64_t w = 0; w < width; ++w) {
      int64_t valid = std::min<int64_t>(lanes, op.getColumns() - w * lanes);
      SmallVector<Value> index = {rowIndices[t], columns[w]};
      Value value =
          epilogue.emit(builder, loc, sums[t * width + w], index, valid);
      storeLanes(builder, loc, value, op.getResult(), index, valid);
    }
}
