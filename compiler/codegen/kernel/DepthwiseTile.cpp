// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "compiler/codegen/kernel/Pairs.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// Lowers one tile of a depthwise convolution. A row of the window is unrolled,
/// so that an input vector is loaded once for all columns that use it.
class DepthwiseTileLowering {
public:
  DepthwiseTileLowering(DepthwiseTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), lanes(lanes),
        columns(op.getColumns()), windowColumns(op.getWindowColumns()),
        stride(op.getStrides()[1]), dilation(op.getDilations()[1]),
        input(cast<MemRefType>(op.getInput().getType())),
        type(VectorType::get(lanes, builder.getF32Type())) {}

  void lower() {
    rows =
        windowRows(builder, loc, op.getRow(), input.getDimSize(2),
                   cast<MemRefType>(op.getFilter().getType()).getDimSize(1),
                   op.getStrides()[0], op.getDilations()[0], op.getPads()[0]);
    inputColumns =
        veltair::windowColumns(builder, loc, op.getColumn(), op.getInterior(),
                               input.getDimSize(3), stride, op.getPads()[1]);
    bool pairs = op.getPairedColumns().has_value();
    if (pairs)
      // Neighbouring pixels are one vector.
      pixels = memref::CollapseShapeOp::create(
          builder, loc, op.getInput(),
          ArrayRef<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
    EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                             /*invariantDim=*/3, lanes);
    for (int64_t lane = 0; lane < channelGroup; lane += lanes) {
      Value laneIndex = constantIndex(builder, loc, lane);
      Value zero = arith::ConstantOp::create(builder, loc, type,
                                             builder.getZeroAttr(type));
      SmallVector<Value> zeros(columns, zero);
      auto loop = scf::ForOp::create(
          builder, loc, rows.begin, rows.end, constantIndex(builder, loc, 1),
          zeros, [&](OpBuilder &, Location, Value kh, ValueRange carried) {
            SmallVector<Value> sums(carried);
            Value ih = rows.inputRow(builder, loc, kh);
            if (pairs)
              addPairs(kh, ih, sums);
            else
              addColumns(kh, ih, laneIndex, sums);
            scf::YieldOp::create(builder, loc, sums);
          });
      SmallVector<Value> index = {op.getImage(), op.getGroup(), op.getRow(),
                                  op.getColumn(), laneIndex};
      epilogue.store(builder, loc, loop.getResults(), op.getResult(), index);
    }
  }

private:
  bool isInside(int64_t offset) const { return inputColumns.isInside(offset); }

  /// One row of the window. Each of its columns is multiplied by itself.
  void addColumns(Value kh, Value ih, Value laneIndex,
                  MutableArrayRef<Value> sums) {
    SmallVector<Value> weights;
    for (int64_t kw = 0; kw < windowColumns; ++kw)
      weights.push_back(vector::LoadOp::create(
          builder, loc, type, op.getFilter(),
          ValueRange{op.getGroup(), kh, constantIndex(builder, loc, kw),
                     laneIndex}));
    int64_t reach = (columns - 1) * stride + (windowColumns - 1) * dilation;
    for (int64_t offset = 0; offset <= reach; ++offset) {
      Value x;
      for (int64_t t = 0; t < columns; ++t) {
        int64_t distance = offset - t * stride;
        if (distance < 0 || distance % dilation != 0 ||
            distance / dilation >= windowColumns || !isInside(offset))
          continue;
        if (!x)
          x = loadFloats(builder, loc, op.getInput(),
                         {op.getImage(), op.getGroup(), ih,
                          offsetIndex(builder, loc, inputColumns.first, offset),
                          laneIndex},
                         lanes, lanes);
        sums[t] = vector::FMAOp::create(builder, loc, x,
                                        weights[distance / dilation], sums[t]);
      }
    }
  }

  /// One row of the window, whose columns are multiplied two at a time.
  void addPairs(Value kh, Value ih, MutableArrayRef<Value> sums) {
    // The last of an odd number pairs with the one before it, whose weight is
    // zero there: no tile reads beyond its window.
    int64_t last = windowColumns - 2;
    llvm::SmallDenseMap<int64_t, Value> weights;
    for (int64_t kw = 0; kw < windowColumns; kw += 2) {
      Value pairs =
          loadPairs(builder, loc, op.getFilter(),
                    {op.getGroup(), kh, constantIndex(builder, loc, kw / 2),
                     constantIndex(builder, loc, 0)});
      weights[std::min(kw, last)] =
          kw > last ? secondOfPairs(builder, loc, pairs) : pairs;
    }
    int64_t reach = (columns - 1) * stride + last;
    for (int64_t offset = 0; offset <= reach; ++offset) {
      Value x;
      for (int64_t t = 0; t < columns; ++t) {
        Value weight = weights.lookup(offset - t * stride);
        if (!weight || (!isInside(offset) && !isInside(offset + 1)))
          continue;
        if (!x)
          x = columnPairs(ih, offset);
        sums[t] = dotPairs(builder, loc, sums[t], x, weight);
      }
    }
  }

  /// The column at `offset` and the next one, in pairs of each channel.
  Value columnPairs(Value ih, int64_t offset) {
    auto load = [&](int64_t from, int64_t count) -> Value {
      Value column = offsetIndex(builder, loc, inputColumns.first, from);
      Value element = arith::MulIOp::create(
          builder, loc, column, constantIndex(builder, loc, channelGroup));
      return vector::LoadOp::create(
          builder, loc,
          VectorType::get(count * channelGroup, input.getElementType()), pixels,
          ValueRange{op.getImage(), op.getGroup(), ih, element});
    };
    // Lane i of the second column follows 16 lanes behind that of the first.
    SmallVector<int64_t> lanes;
    for (int64_t lane = 0; lane < channelGroup; ++lane)
      lanes.append({lane, lane + channelGroup});
    Value first, second;
    if (isInside(offset) && isInside(offset + 1)) {
      first = second = load(offset, 2);
    } else {
      auto half = VectorType::get(channelGroup, input.getElementType());
      first = second = arith::ConstantOp::create(builder, loc, half,
                                                 builder.getZeroAttr(half));
      (isInside(offset) ? first : second) =
          load(isInside(offset) ? offset : offset + 1, 1);
    }
    return vector::ShuffleOp::create(builder, loc, first, second, lanes);
  }

  DepthwiseTileOp op;
  OpBuilder &builder;
  Location loc;
  int64_t lanes, columns, windowColumns, stride, dilation;
  MemRefType input;
  VectorType type;
  WindowRows rows;
  WindowColumns inputColumns;
  Value pixels; ///< the input, of pairs: [N, Cb, H, W * 16]
};

} // namespace

void veltair::lowerDepthwiseTile(DepthwiseTileOp op, OpBuilder &builder,
                                 int64_t lanes) {
  DepthwiseTileLowering(op, builder, lanes).lower();
}
