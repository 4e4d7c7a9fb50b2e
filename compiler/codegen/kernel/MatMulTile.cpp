// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

/// Row `k`, part `part` of the columns from those of `group`, of the right
/// operand: [N/16, K, 16] or [K, N].
static Value loadWeights(MatMulTileOp op, OpBuilder &builder, Value group,
                         Value k, int64_t part, int64_t lanes, int64_t valid) {
  Location loc = op.getLoc();
  int64_t parts = channelGroup / lanes;
  Value lane = constantIndex(builder, loc, part % parts * lanes);
  if (cast<MemRefType>(op.getRhs().getType()).getRank() == 3)
    return loadLanes(builder, loc, op.getRhs(),
                     {offsetIndex(builder, loc, group, part / parts), k, lane},
                     lanes, lanes);
  Value column = offsetIndex(
      builder, loc,
      arith::MulIOp::create(builder, loc, group,
                            constantIndex(builder, loc, channelGroup)),
      part * lanes);
  return loadLanes(builder, loc, op.getRhs(), {k, column}, lanes, valid);
}

/// The accumulators of rows x vectors live in registers across all of K.
void veltair::lowerMatMulTile(MatMulTileOp op, OpBuilder &builder,
                              int64_t lanes) {
  Location loc = op.getLoc();
  auto type = VectorType::get(lanes, builder.getF32Type());
  int64_t rows = op.getRows();
  int64_t depth = cast<MemRefType>(op.getLhs().getType()).getDimSize(1);
  // Vectors that hold at least one column of the result.
  int64_t width =
      llvm::divideCeil(static_cast<int64_t>(op.getColumns()), lanes);
  auto constant = [&](int64_t value) {
    return constantIndex(builder, loc, value);
  };
  auto validLanes = [&](int64_t w) {
    return std::min<int64_t>(lanes, op.getColumns() - w * lanes);
  };
  SmallVector<Value> rowIndices;
  for (int64_t t = 0; t < rows; ++t)
    rowIndices.push_back(offsetIndex(builder, loc, op.getRow(), t));

  Value zero =
      arith::ConstantOp::create(builder, loc, type, builder.getZeroAttr(type));
  auto loop = scf::ForOp::create(
      builder, loc, constant(0), constant(depth), constant(1),
      SmallVector<Value>(rows * width, zero),
      [&](OpBuilder &, Location, Value k, ValueRange carried) {
        SmallVector<Value> sums(carried), weights;
        for (int64_t w = 0; w < width; ++w)
          weights.push_back(loadWeights(op, builder, op.getGroup(), k, w, lanes,
                                        validLanes(w)));
        for (int64_t t = 0; t < rows; ++t) {
          Value scalar = memref::LoadOp::create(builder, loc, op.getLhs(),
                                                ValueRange{rowIndices[t], k});
          Value x = vector::BroadcastOp::create(builder, loc, type, scalar);
          for (int64_t w = 0; w < width; ++w)
            sums[t * width + w] = vector::FMAOp::create(
                builder, loc, x, weights[w], sums[t * width + w]);
        }
        scf::YieldOp::create(builder, loc, sums);
      });

  EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                           /*invariantDim=*/0, lanes);
  Value firstColumn = arith::MulIOp::create(builder, loc, op.getGroup(),
                                            constant(channelGroup));
  SmallVector<Value> columns;
  for (int64_t w = 0; w < width; ++w)
    columns.push_back(offsetIndex(builder, loc, firstColumn, w * lanes));
  for (int64_t t = 0; t < rows; ++t)
    for (int64_t w = 0; w < width; ++w) {
      int64_t valid = validLanes(w);
      SmallVector<Value> index = {rowIndices[t], columns[w]};
      Value value = epilogue.emit(builder, loc, loop.getResult(t * width + w),
                                  index, valid);
      storeLanes(builder, loc, value, op.getResult(), index, valid);
    }
}
