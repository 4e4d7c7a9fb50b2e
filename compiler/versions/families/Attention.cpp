// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Elements.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

static kernel::AttentionOp rootOf(LayerOp layer) {
  return cast<kernel::AttentionOp>(layerRoot(layer));
}

namespace {

/// The sizes of an attention under a schedule. A chunk is a block of queries of
/// one head.
struct Sizes {
  Sizes(LayerOp layer, ScheduleAttr schedule) {
    kernel::AttentionOp op = rootOf(layer);
    ArrayRef<int64_t> query = op.getQueryView().getSizes(),
                      value = op.getValueView().getSizes();
    pairs = op.getQuery().getType().getElementType().isBF16();
    valuePairs = op.getValue().getType().getElementType().isBF16();
    batch = query[0];
    heads = query[1];
    queries = query[2];
    depth = query[3];
    keys = value[2];
    valueDepth = value[3];
    block = schedule.getVectors() * schedule.getGrain() * channelGroup;
    blocks = llvm::divideCeil(queries, block);
  }

  /// Whether scores, and results, are products of pairs of bf16.
  bool pairs, valuePairs;
  int64_t batch, heads, queries, keys, depth, valueDepth;
  int64_t block, blocks;
};

/// Attention of all heads.
///
/// Lanes are queries in the scores, so that only the block of queries has to be
/// transposed: `scores[key, query]` is keys, read where they are, times
/// transposed queries; its softmax is along columns; and the result is its
/// transpose, element by element, times values, read where they are. For
/// products of bf16, pairs along what is summed over are interleaved first: of
/// queries and, of two keys, of weights and values.
///
/// A register tile has `rows` keys x `vectors` groups of queries, and then
/// `rows` queries x `vectors` groups of the values' depth.
class AttentionFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override;

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    Sizes s(layer, schedule);
    return {s.batch * s.heads * s.blocks};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    Sizes s(layer, schedule);
    int64_t rows = s.depth + s.keys;
    if (rootOf(layer).getMask())
      rows += s.keys;
    int64_t bytes = rows * s.block * int64_t(sizeof(float));
    if (s.valuePairs)
      bytes += 2 * s.keys *
               (s.block + int64_t(llvm::alignTo(s.valueDepth, channelGroup)));
    return {bytes, 0};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

} // namespace

SmallVector<ScheduleAttr>
AttentionFamily::schedules(LayerOp layer, const TargetIsa &isa) const {
  ScheduleBuilder builder(layer.getContext(), isa);
  ArrayRef<int64_t> query = rootOf(layer).getQueryView().getSizes();
  int64_t groups = llvm::divideCeil(query[2], channelGroup);
  int64_t keyStride = rootOf(layer).getKeyView().getStrides()[2];
  int64_t most =
      ScheduleBuilder::rowsSideBySide(keyStride * int64_t(sizeof(float)));
  for (int64_t vectors = 1; vectors <= std::min<int64_t>(4, groups); ++vectors)
    for (int64_t rows : ScheduleBuilder::balancedRows(
             query[2], std::min(most, builder.maxRows(vectors, 1))))
      for (int64_t grain : {1, 2, 4, 8})
        if (grain == 1 || vectors * grain <= groups)
          builder.add("direct", rows, vectors, LoopOrder::Rows, grain, 0);
  return builder.take();
}

LayerModel AttentionFamily::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  Sizes s(layer, schedule);
  int64_t depth = model.depth = s.depth + s.valueDepth;
  nest.extents = {s.batch, s.heads, s.queries, s.keys};
  nest.loops = {{Dim::Image, 1},
                {Dim::Group, 1},
                {Dim::Row, s.block},
                {Dim::Column, schedule.getRows()}};
  nest.chunkLoops = 3;
  // Keys and values, queries and result, scores.
  auto add = [&](std::array<bool, dimCount> depends, int64_t bytes,
                 bool written = false) {
    nest.accesses.push_back({[=](const Extents &e) {
                               int64_t size = bytes;
                               for (unsigned dim = 0; dim < dimCount; ++dim)
                                 if (depends[dim])
                                   size *= e[dim];
                               return size;
                             },
                             depends, written});
  };
  int64_t keyBytes = s.depth * (s.pairs ? 2 : 4);
  add({true, true, false, true},
      keyBytes + s.valueDepth * (s.valuePairs ? 2 : 4));
  add({true, true, true, false}, keyBytes);
  add({true, true, true, false}, s.valueDepth * 4, /*written=*/true);
  add({false, false, true, true}, 4);
  // Both products have as many multiply-adds as one of the whole depth (pairs
  // of bf16 take half of them); the softmax takes about as long as 16 more
  // steps.
  if (s.pairs)
    model.depth -= s.depth / 2;
  if (s.valuePairs)
    model.depth -= s.valueDepth / 2;
  model.depth += 16;
  int64_t groups = llvm::divideCeil(s.queries, channelGroup);
  for (const TileWork &panel :
       rowTiles(groups, schedule.getVectors(), 1, s.batch * s.heads))
    llvm::append_range(model.tiles, rowTiles(s.keys, schedule.getRows(),
                                             panel.rows, panel.count));
  model.flops = 2 * s.batch * s.heads * s.queries * s.keys * depth;
  model.chunks = stages(layer, schedule).front();
  return model;
}

namespace {

/// Emits one block of queries of one head. Operands are matrices.
class BlockEmitter {
public:
  BlockEmitter(StageFunction &f, ScheduleAttr schedule, Epilogue &epilogue,
               FloatAttr scale)
      : f(f), schedule(schedule), epilogue(epilogue), scale(scale) {}

  Value query, key, value, mask, result;
  SmallVector<Value> extras;

  /// Computes `count` queries from `first`.
  void emit(Value first, int64_t count);

private:
  /// `size` columns from `first` as rows of `into`, whose further columns
  /// repeat the last one.
  void transpose(Value rows, Value first, int64_t count, Value into);
  /// `count` rows of bf16 from `first` as pairs: [lanes / 16, depth / 2, 32],
  /// as a register tile reads them. Further lanes repeat the last row.
  void interleave(Value rows, Value first, int64_t count, Value into);
  /// Rows 2i and 2i + 1 of f32 or bf16, rounded, in pairs [rows / 2, lanes, 2],
  /// or, in `panels` of 16 columns, [columns / 16, rows / 2, 32].
  void pairRows(Value rows, bool panels, Value into);
  /// Calls `body` with each lane of `lanes` and its row.
  void forLanes(Value first, int64_t count, int64_t lanes,
                function_ref<void(Value lane, Value row)> body);
  /// Emits register tiles that cover rows x columns.
  void tiles(int64_t rows, int64_t columns,
             function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile);
  void scores(Value queries, Value maskColumns, Value into);
  Value allocate(ArrayRef<int64_t> shape, Type element) {
    auto type = MemRefType::get(shape, element);
    Value memory = f.workerScratch(used, type);
    used += type.getNumElements() * onnx::elementBytes(element);
    return memory;
  }
  Value allocate(int64_t rows, int64_t columns) {
    return allocate({rows, columns}, f.b.getF32Type());
  }
  static ArrayRef<int64_t> shapeOf(Value matrix) {
    return cast<MemRefType>(matrix.getType()).getShape();
  }

  StageFunction &f;
  ScheduleAttr schedule;
  Epilogue &epilogue;
  FloatAttr scale;
  int64_t used = 0;
};

} // namespace

void BlockEmitter::transpose(Value rows, Value first, int64_t count,
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

void BlockEmitter::interleave(Value rows, Value first, int64_t count,
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

void BlockEmitter::pairRows(Value rows, bool panels, Value into) {
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

void BlockEmitter::forLanes(Value first, int64_t count, int64_t lanes,
                            function_ref<void(Value lane, Value row)> body) {
  f.loop(lanes, [&](Value lane) {
    Value row = lane;
    if (count < lanes)
      row = arith::MinUIOp::create(f.b, row, f.index(count - 1));
    body(lane, arith::AddIOp::create(f.b, first, row));
  });
}

void BlockEmitter::tiles(
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

void BlockEmitter::scores(Value queries, Value maskColumns, Value into) {
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

void BlockEmitter::emit(Value first, int64_t count) {
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

/// A buffer of the result's shape as [batch, heads, queries, depth], at a batch
/// and a head.
static Value atHead(StageFunction &f, Value buffer, ArrayRef<int64_t> order,
                    Value batch, Value head) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides = type.getStridesAndOffset().first;
  SmallVector<int64_t> sizes(4), moved(4);
  for (auto [to, from] : llvm::enumerate(order)) {
    sizes[from] = type.getDimSize(to);
    moved[from] = strides[to];
  }
  auto layout = StridedLayoutAttr::get(f.b.getContext(), 0, moved);
  auto view = MemRefType::get(sizes, type.getElementType(), layout);
  Value permuted = memref::ReinterpretCastOp::create(
      f.b, view, buffer, /*offset=*/0, sizes, moved);
  return sliceMatrix(f, permuted, {batch, head});
}

void AttentionFamily::emit(StageFunction &f, LayerOp layer,
                           ScheduleAttr schedule, unsigned) const {
  kernel::AttentionOp op = rootOf(layer);
  Sizes s(layer, schedule);
  ArrayRef<int64_t> order = op.getResultOrder();
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(type.getShape(), type.getElementType());
  });
  SmallVector<Value> position =
      f.delinearizeChunk({s.batch, s.heads, s.blocks});
  Value batch = position[0], head = position[1];
  auto operand = [&](Value argument, kernel::StridedViewAttr view) {
    return sliceMatrix(f, bindView(f, layer, argument, view), {batch, head});
  };
  BlockEmitter block(f, schedule, epilogue, op.getScaleAttr());
  block.query = operand(op.getQuery(), op.getQueryView());
  block.key = operand(op.getKey(), op.getKeyView());
  block.value = operand(op.getValue(), op.getValueView());
  if (op.getMask())
    block.mask = operand(op.getMask(), *op.getMaskView());
  Value result = bindResult(f, layer, 0, op.getResult().getType().getShape());
  block.result = atHead(f, result, order, batch, head);
  for (Value extra : epilogue.getExtras())
    block.extras.push_back(atHead(f, extra, order, batch, head));

  Value first = arith::MulIOp::create(f.b, position[2], f.index(s.block));
  int64_t last = s.queries - (s.blocks - 1) * s.block;
  if (last == s.block)
    return block.emit(first, last);
  Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq,
                                       position[2], f.index(s.blocks - 1));
  f.branch(
      isLast, [&] { block.emit(f.index((s.blocks - 1) * s.block), last); },
      [&] { block.emit(first, s.block); });
}

const LayerFamily &veltair::attentionFamily() {
  static const AttentionFamily family;
  return family;
}
