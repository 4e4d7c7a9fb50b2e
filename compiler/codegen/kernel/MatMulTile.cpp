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

/// Lowers one tile of a product: the accumulators of rows x columns live in
/// registers across all of K.
class MatMulTileLowering {
public:
  MatMulTileLowering(MatMulTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), lanes(lanes),
        parts(channelGroup / lanes), rows(op.getRows()),
        width(llvm::divideCeil(static_cast<int64_t>(op.getColumns()), lanes)),
        type(VectorType::get(lanes, builder.getF32Type())) {
    for (int64_t t = 0; t < rows; ++t)
      rowIndices.push_back(offsetIndex(builder, loc, op.getRow(), t));
    firstColumn = arith::MulIOp::create(builder, loc, op.getGroup(),
                                        constant(channelGroup));
  }

  void lower() {
    Value zero = arith::ConstantOp::create(builder, loc, type,
                                           builder.getZeroAttr(type));
    SmallVector<Value> sums(rows * width, zero);
    bool blocked = cast<MemRefType>(op.getLhs().getType()).getRank() == 3;
    if (op.isBf16())
      store(blocked ? sumBlockedPairs(sums) : sumPlainPairs(sums));
    else
      store(blocked ? sumBlocked(sums) : sumPlain(sums));
  }

private:
  using Body = function_ref<SmallVector<Value>(Value, ValueRange)>;

  Value constant(int64_t value) { return constantIndex(builder, loc, value); }

  /// Columns of the result that vector number `w` holds.
  int64_t validLanes(int64_t w) {
    return std::min<int64_t>(lanes, op.getColumns() - w * lanes);
  }

  SmallVector<Value> loop(int64_t extent, ValueRange carried, Body body) {
    auto loop = scf::ForOp::create(
        builder, loc, constant(0), constant(extent), constant(1), carried,
        [&](OpBuilder &, Location, Value iv, ValueRange inner) {
          scf::YieldOp::create(builder, loc, body(iv, inner));
        });
    return SmallVector<Value>(loop.getResults());
  }

  SmallVector<Value> sumPlain(ValueRange sums) {
    return loop(op.getDepth(), sums, [&](Value k, ValueRange carried) {
      auto element = [&](Value row) { return SmallVector<Value>{row, k}; };
      return multiply(k, element, carried);
    });
  }

  SmallVector<Value> sumPlainPairs(ValueRange sums) {
    return loop(op.getDepth() / 2, sums, [&](Value pair, ValueRange carried) {
      Value k = arith::MulIOp::create(builder, loc, pair, constant(2));
      auto element = [&](Value row) { return SmallVector<Value>{row, k}; };
      return multiplyPairs(pair, element, carried);
    });
  }

  SmallVector<Value> sumBlocked(ValueRange sums) {
    int64_t size = cast<MemRefType>(op.getLhs().getType()).getDimSize(2);
    return blockLoop(size, sums,
                     [&](Value block, Value k, Value lane, ValueRange inner) {
                       auto element = [&](Value row) {
                         return SmallVector<Value>{block, row, lane};
                       };
                       return multiply(k, element, inner);
                     });
  }

  SmallVector<Value> sumBlockedPairs(ValueRange sums) {
    int64_t size = cast<MemRefType>(op.getLhs().getType()).getDimSize(2);
    return blockLoop(
        size / 2, sums,
        [&](Value block, Value pair, Value number, ValueRange inner) {
          Value lane = arith::MulIOp::create(builder, loc, number, constant(2));
          auto element = [&](Value row) {
            return SmallVector<Value>{block, row, lane};
          };
          return multiplyPairs(pair, element, inner);
        });
  }

  /// The steps over the blocks of K: `size` a block. The body is given the
  /// block, the number of the step in all, and that within the block.
  SmallVector<Value> blockLoop(
      int64_t size, ValueRange sums,
      function_ref<SmallVector<Value>(Value, Value, Value, ValueRange)> body) {
    return loop(cast<MemRefType>(op.getLhs().getType()).getDimSize(0), sums,
                [&](Value block, ValueRange outer) {
                  Value first = arith::MulIOp::create(builder, loc, block,
                                                      constant(size));
                  return loop(size, outer, [&](Value number, ValueRange inner) {
                    Value step =
                        arith::AddIOp::create(builder, loc, first, number);
                    return body(block, step, number, inner);
                  });
                });
  }

  /// The same as `multiply` for one pair of k.
  SmallVector<Value>
  multiplyPairs(Value pair, function_ref<SmallVector<Value>(Value)> element,
                ValueRange carried) {
    SmallVector<Value> sums(carried), weights;
    for (int64_t w = 0; w < width; ++w)
      weights.push_back(loadPairs(
          builder, loc, op.getRhs(),
          {offsetIndex(builder, loc, op.getGroup(), w), pair, constant(0)}));
    if (op.getPrefetch())
      prefetch(pair);
    for (int64_t t = 0; t < rows; ++t) {
      Value x =
          broadcastPair(builder, loc, op.getLhs(), element(rowIndices[t]));
      for (int64_t w = 0; w < width; ++w) {
        Value &sum = sums[t * width + w];
        sum = dotPairs(builder, loc, sum, weights[w], x);
      }
    }
    return sums;
  }

  /// Adds the products of one k with all rows, whose elements of the left
  /// operand lie at `element(row)`.
  SmallVector<Value> multiply(Value k,
                              function_ref<SmallVector<Value>(Value)> element,
                              ValueRange carried) {
    SmallVector<Value> sums(carried), weights;
    for (int64_t w = 0; w < width; ++w)
      weights.push_back(loadWeights(k, w));
    if (op.getPrefetch())
      prefetch(k);
    for (int64_t t = 0; t < rows; ++t) {
      Value scalar = memref::LoadOp::create(builder, loc, op.getLhs(),
                                            element(rowIndices[t]));
      Value x = vector::BroadcastOp::create(builder, loc, type, scalar);
      for (int64_t w = 0; w < width; ++w)
        sums[t * width + w] = vector::FMAOp::create(builder, loc, x, weights[w],
                                                    sums[t * width + w]);
    }
    return sums;
  }

  /// Vector number `w` of row `k` of the right operand: [N/16, K, 16] or
  /// [K, N].
  Value loadWeights(Value k, int64_t w) {
    if (cast<MemRefType>(op.getRhs().getType()).getRank() == 3)
      return loadLanes(builder, loc, op.getRhs(),
                       {offsetIndex(builder, loc, op.getGroup(), w / parts), k,
                        constant(w % parts * lanes)},
                       lanes, lanes);
    return loadLanes(builder, loc, op.getRhs(),
                     {k, offsetIndex(builder, loc, firstColumn, w * lanes)},
                     lanes, validLanes(w));
  }

  void prefetch(Value k) {
    constexpr uint32_t intoL2 = 2;
    Value ahead = offsetIndex(builder, loc, k, op.getPrefetch());
    for (int64_t v = 0, e = op.getVectors(); v < e; ++v)
      memref::PrefetchOp::create(
          builder, loc, op.getRhs(),
          ValueRange{offsetIndex(builder, loc, op.getGroup(), v), ahead,
                     constant(0)},
          /*isWrite=*/false, intoL2, /*isDataCache=*/true);
  }

  void store(ArrayRef<Value> sums) {
    EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                             /*invariantDim=*/0, lanes);
    SmallVector<Value> columns;
    for (int64_t w = 0; w < width; ++w)
      columns.push_back(offsetIndex(builder, loc, firstColumn, w * lanes));
    for (int64_t t = 0; t < rows; ++t)
      for (int64_t w = 0; w < width; ++w) {
        SmallVector<Value> index = {rowIndices[t], columns[w]};
        Value value = epilogue.emit(builder, loc, sums[t * width + w], index,
                                    validLanes(w));
        storeLanes(builder, loc, value, op.getResult(), index, validLanes(w));
      }
  }

  MatMulTileOp op;
  OpBuilder &builder;
  Location loc;
  int64_t lanes, parts, rows;
  int64_t width; ///< vectors that hold at least one column of the result
  VectorType type;
  SmallVector<Value> rowIndices;
  Value firstColumn;
};

} // namespace

void veltair::lowerMatMulTile(MatMulTileOp op, OpBuilder &builder,
                              int64_t lanes) {
  MatMulTileLowering(op, builder, lanes).lower();
}
