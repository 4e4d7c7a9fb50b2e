// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/AttentionBlock.h"
#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

namespace {

/// The sizes of an attention under a schedule. A chunk is a block of queries of
/// one head.
struct Sizes {
  Sizes(LayerOp layer, ScheduleAttr schedule) {
    kernel::AttentionOp op = layerRoot<kernel::AttentionOp>(layer);
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
    if (layerRoot<kernel::AttentionOp>(layer).getMask())
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
  kernel::AttentionOp op = layerRoot<kernel::AttentionOp>(layer);
  ArrayRef<int64_t> query = op.getQueryView().getSizes();
  int64_t groups = llvm::divideCeil(query[2], channelGroup);
  int64_t keyStride = op.getKeyView().getStrides()[2];
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
  kernel::AttentionOp op = layerRoot<kernel::AttentionOp>(layer);
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
  AttentionBlock block(f, schedule, epilogue, op.getScaleAttr());
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
