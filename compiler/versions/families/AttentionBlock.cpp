// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/AttentionBlock.h"
#include "compiler/codegen/kernel/Lanes.h"
#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

void AttentionBlock::transpose(Value rows, Value first, int64_t count,
                               Value into) {
  // Along the rows, which are contiguous: columns often share a set of the
  // cache.
  ArrayRef<int64_t> shape = shapeOf(into);
  forLanes(first, count, shape[1], [&](Value lane, Value row) {
    f.loop(shape[0], [&](Value k) {
      Value element = memref::LoadOp::create(f.b, rows, ValueRange{row, k});
      memref::StoreOp::create(f.b, element, into, ValueRange{k, lane});
    });
  });
}

void AttentionBlock::interleave(Value rows, Value first, int64_t count,
                                Value into) {
  ArrayRef<int64_t> shape = shapeOf(into);
  auto type = VectorType::get(2, f.b.getBF16Type());
  forLanes(first, count, shape[0] * channelGroup, [&](Value lane, Value row) {
    Value group = arith::DivUIOp::create(f.b, lane, f.index(channelGroup));
    Value within = arith::RemUIOp::create(f.b, lane, f.index(channelGroup));
    Value place = arith::MulIOp::create(f.b, within, f.index(2));
    f.loop(shape[1], [&](Value number) {
      Value k = arith::MulIOp::create(f.b, number, f.index(2));
      Value pair = vector::LoadOp::create(f.b, type, rows, ValueRange{row, k});
      vector::StoreOp::create(f.b, pair, into,
                              ValueRange{group, number, place});
    });
  });
}

void AttentionBlock::pairRows(Value rows, bool panels, Value into) {
  int64_t columns = shapeOf(rows)[1];
  auto type = VectorType::get(channelGroup, f.b.getBF16Type());
  auto pairGroup = [&](Value number, Value group, int64_t valid) {
    Value column = arith::MulIOp::create(f.b, group, f.index(channelGroup));
    auto load = [&](Value row) {
      Value loaded = loadLanes(f.b, f.b.getLoc(), rows, ValueRange{row, column},
                               channelGroup, valid);
      if (loaded.getType() != type)
        loaded = arith::TruncFOp::create(f.b, type, loaded);
      return loaded;
    };
    Value row = arith::MulIOp::create(f.b, number, f.index(2));
    Value first = load(row);
    Value second = load(arith::AddIOp::create(f.b, row, f.index(1)));
    Value paired = vector::InterleaveOp::create(f.b, first, second);
    Value zero = f.index(0);
    if (panels)
      vector::StoreOp::create(f.b, paired, into,
                              ValueRange{group, number, zero});
    else
      vector::StoreOp::create(
          f.b, paired, into,
          ValueRange{number, arith::MulIOp::create(f.b, column, f.index(2))});
  };
  f.loop(shapeOf(rows)[0] / 2, [&](Value number) {
    if (int64_t full = columns / channelGroup)
      f.loop(full,
             [&](Value group) { pairGroup(number, group, channelGroup); });
    if (int64_t rest = columns % channelGroup)
      pairGroup(number, f.index(columns / channelGroup), rest);
  });
}

void AttentionBlock::forLanes(Value first, int64_t count, int64_t lanes,
                              function_ref<void(Value lane, Value row)> body) {
  f.loop(lanes, [&](Value lane) {
    Value row = lane;
    if (count < lanes)
      row = arith::MinUIOp::create(f.b, row, f.index(count - 1));
    body(lane, arith::AddIOp::create(f.b, first, row));
  });
}

void AttentionBlock::tiles(
    int64_t rows, int64_t columns,
    function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile) {
  // Full tiles in a loop, then a smaller one.
  auto cut = [&](int64_t extent, int64_t step,
                 function_ref<void(Value, int64_t)> body) {
    if (int64_t full = extent / step)
      f.loop(full, [&](Value number) {
        body(arith::MulIOp::create(f.b, number, f.index(step)), step);
      });
    if (int64_t rest = extent % step)
      body(f.index(extent - rest), rest);
  };
  int64_t vectors = schedule.getVectors();
  cut(columns, vectors * channelGroup, [&](Value column, int64_t width) {
    Value group = arith::DivUIOp::create(f.b, column, f.index(channelGroup));
    cut(rows, schedule.getRows(), [&](Value row, int64_t height) {
      tile(row, group, height, llvm::divideCeil(width, channelGroup), width);
    });
  });
}

void AttentionBlock::scores(Value queries, Value maskColumns, Value into) {
  SmallVector<Value> operands;
  if (maskColumns)
    operands.push_back(maskColumns);
  tiles(shapeOf(into)[0], shapeOf(into)[1],
        [&](Value row, Value group, int64_t rows, int64_t groups,
            int64_t columns) {
          auto tile =
              kernel::MatMulTileOp::create(f.b, key, queries, into, operands,
                                           row, group, rows, groups, columns);
          OpBuilder::InsertionGuard guard(f.b);
          Block *body = f.b.createBlock(&tile.getEpilogue());
          Location loc = f.b.getLoc();
          Value score = body->addArgument(f.b.getF32Type(), loc);
          score = arith::MulFOp::create(f.b, score,
                                        arith::ConstantOp::create(f.b, scale));
          if (maskColumns)
            score = arith::AddFOp::create(
                f.b, score, body->addArgument(f.b.getF32Type(), loc));
          kernel::YieldOp::create(f.b, score);
        });
}

void AttentionBlock::emit(Value first, int64_t count) {
  int64_t keys = shapeOf(key)[0];
  int64_t lanes = llvm::alignTo(count, channelGroup);
  used = 0;
  int64_t depth = shapeOf(query)[1];
  Type element = cast<MemRefType>(query.getType()).getElementType();
  Value queries;
  if (element.isBF16()) {
    queries =
        allocate({lanes / channelGroup, depth / 2, 2 * channelGroup}, element);
    interleave(query, first, count, queries);
  } else {
    queries = allocate(depth, lanes);
    transpose(query, first, count, queries);
  }
  Value maskColumns;
  if (mask) {
    // One column when it is the same for all queries.
    bool isUniform =
        cast<MemRefType>(mask.getType()).getStridesAndOffset().first[0] == 0;
    maskColumns = allocate(keys, isUniform ? 1 : lanes);
    transpose(mask, first, isUniform ? 1 : count, maskColumns);
  }
  Value weights = allocate(keys, lanes);
  scores(queries, maskColumns, weights);
  kernel::SoftmaxColumnsOp::create(f.b, weights);

  Value lhs, rhs = value;
  Type valueElement = cast<MemRefType>(value.getType()).getElementType();
  if (valueElement.isBF16()) {
    int64_t groups = llvm::divideCeil(shapeOf(value)[1], channelGroup);
    rhs = allocate({groups, keys / 2, 2 * channelGroup}, valueElement);
    pairRows(value, /*panels=*/true, rhs);
    Value pairs = allocate({keys / 2, 2 * lanes}, valueElement);
    pairRows(weights, /*panels=*/false, pairs);
    lhs = memref::ExpandShapeOp::create(
        f.b, ArrayRef<int64_t>{keys / 2, lanes, 2}, pairs,
        ArrayRef<ReassociationIndices>{{0}, {1, 2}});
  } else {
    // [queries, keys] as the product reads it.
    auto transposed = MemRefType::get(
        {count, keys}, f.b.getF32Type(),
        StridedLayoutAttr::get(f.b.getContext(), 0, {1, lanes}));
    lhs = memref::ReinterpretCastOp::create(f.b, transposed, weights,
                                            /*offset=*/0, transposed.getShape(),
                                            ArrayRef<int64_t>{1, lanes});
  }
  auto fromFirst = [&](Value matrix) -> Value {
    ArrayRef<int64_t> shape = shapeOf(matrix);
    if (shape[0] == 1 && shapeOf(result)[0] != 1)
      return matrix;
    auto size = [&](int64_t value) { return f.b.getIndexAttr(value); };
    return memref::SubViewOp::create(
        f.b, matrix, ArrayRef<OpFoldResult>{first, size(0)},
        ArrayRef<OpFoldResult>{size(count), size(shape[1])},
        ArrayRef<OpFoldResult>{size(1), size(1)});
  };
  Value output = fromFirst(result);
  SmallVector<Value> operands;
  for (Value extra : extras)
    operands.push_back(fromFirst(extra));
  tiles(count, shapeOf(value)[1],
        [&](Value row, Value group, int64_t rows, int64_t groups,
            int64_t columns) {
          auto tile =
              kernel::MatMulTileOp::create(f.b, lhs, rhs, output, operands, row,
                                           group, rows, groups, columns);
          epilogue.cloneInto(tile.getEpilogue());
        });
}
