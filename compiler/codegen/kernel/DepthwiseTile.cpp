// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

/// The accumulators of a tile's columns live in registers across the rows of
/// the window; window columns are unrolled, so that an input vector is loaded
/// once for all columns that use it.
void veltair::lowerDepthwiseTile(DepthwiseTileOp op, OpBuilder &builder,
                                 int64_t lanes) {
  Location loc = op.getLoc();
  auto input = cast<MemRefType>(op.getInput().getType());
  auto filter = cast<MemRefType>(op.getFilter().getType());
  auto type = VectorType::get(lanes, builder.getF32Type());
  int64_t columns = op.getColumns(), kernelColumns = filter.getDimSize(2);
  int64_t stride = op.getStrides()[1], dilation = op.getDilations()[1];
  WindowRows rows = windowRows(builder, loc, op.getRow(), input.getDimSize(2),
                               filter.getDimSize(1), op.getStrides()[0],
                               op.getDilations()[0], op.getPads()[0]);
  Value firstColumn =
      firstInputColumn(builder, loc, op.getColumn(), stride, op.getPads()[1]);
  APInt column;
  bool fixed = matchPattern(op.getColumn(), m_ConstantInt(&column));
  auto inside = [&](int64_t offset) {
    if (op.getInterior() || !fixed)
      return true;
    int64_t position =
        column.getSExtValue() * stride - op.getPads()[1] + offset;
    return position >= 0 && position < input.getDimSize(3);
  };

  EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                           /*invariantDim=*/3, lanes);
  for (int64_t lane = 0; lane < channelGroup; lane += lanes) {
    Value laneIndex = constantIndex(builder, loc, lane);
    Value zero = arith::ConstantOp::create(builder, loc, type,
                                           builder.getZeroAttr(type));
    SmallVector<Value> accumulators(columns, zero);
    auto loop = scf::ForOp::create(
        builder, loc, rows.begin, rows.end, constantIndex(builder, loc, 1),
        accumulators, [&](OpBuilder &, Location, Value kh, ValueRange carried) {
          SmallVector<Value> sums(carried);
          Value ih = rows.inputRow(builder, loc, kh);
          SmallVector<Value> weights;
          for (int64_t kw = 0; kw < kernelColumns; ++kw)
            weights.push_back(vector::LoadOp::create(
                builder, loc, type, op.getFilter(),
                ValueRange{op.getGroup(), kh, constantIndex(builder, loc, kw),
                           laneIndex}));
          int64_t reach =
              (columns - 1) * stride + (kernelColumns - 1) * dilation;
          for (int64_t offset = 0; offset <= reach; ++offset) {
            Value x;
            for (int64_t t = 0; t < columns; ++t) {
              int64_t distance = offset - t * stride;
              if (distance < 0 || distance % dilation != 0 ||
                  distance / dilation >= kernelColumns || !inside(offset))
                continue;
              if (!x)
                x = loadFloats(builder, loc, op.getInput(),
                               {op.getImage(), op.getGroup(), ih,
                                offsetIndex(builder, loc, firstColumn, offset),
                                laneIndex},
                               lanes, lanes);
              sums[t] = vector::FMAOp::create(
                  builder, loc, x, weights[distance / dilation], sums[t]);
            }
          }
          scf::YieldOp::create(builder, loc, sums);
        });
    for (int64_t t = 0; t < columns; ++t) {
      SmallVector<Value> index = {op.getImage(), op.getGroup(), op.getRow(),
                                  offsetIndex(builder, loc, op.getColumn(), t),
                                  laneIndex};
      Value value =
          epilogue.emit(builder, loc, loop.getResult(t), index, lanes);
      storeLanes(builder, loc, value, op.getResult(), index, lanes);
    }
  }
}
