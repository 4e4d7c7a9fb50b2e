// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/MatMulAlgorithms.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/kernel/Strassen.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::Strassen;

namespace {

/// A product whose matrices are cut into 2 x 2 blocks. The lower blocks of an
/// odd number of rows have a row less, which counts as zeros.
struct BlockedProduct {
  explicit BlockedProduct(LayerOp layer) {
    kernel::MatMulOp op = layerRoot<kernel::MatMulOp>(layer);
    SmallVector<int64_t> result = asMatrix(op.getResult().getType().getShape());
    rows = result[0];
    columns = result[1];
    depth = op.getLhs().getType().getShape().back();
    upperRows = llvm::divideCeil(rows, 2);
  }

  int64_t rows, depth, columns;
  int64_t upperRows;
};

/// The same under a schedule, which is one of the products of blocks.
struct Sizes : BlockedProduct {
  Sizes(LayerOp layer, ScheduleAttr schedule)
      : BlockedProduct(layer),
        loops(upperRows, depth / 2, columns / 2, schedule),
        partRows(loops.tileGrain * loops.tileRows) {}

  /// Rows of sums are an odd number of cache lines apart, so that those of a
  /// tile do not share few sets of the cache.
  int64_t sumStride() const {
    return (llvm::divideCeil(depth / 2, channelGroup) | 1) * channelGroup;
  }
  /// [products, rows, depth]: the sums of blocks of the left operand.
  SmallVector<int64_t> sumsShape() const {
    return {Strassen::products, loops.rowParts() * partRows, sumStride()};
  }
  /// [products, rows, columns] of one panel and one part of the rows.
  SmallVector<int64_t> panelShape() const {
    return {Strassen::products, partRows, loops.vectors * channelGroup};
  }

  ProductLoops loops;
  int64_t partRows;
};

/// Strassen's algorithm, one level. The first stage sums blocks of the left
/// operand; sums of the right one are packed. A chunk of the second stage
/// computes the seven products of a panel, part of the rows at a time, into the
/// worker's memory and combines them to the four blocks of the result.
class StrassenMatMul : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override;

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// [K, N] to [7][N/2/16][K/2][16].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    bool transposed = layerRoot<kernel::MatMulOp>(layer).getTransposeRhs();
    SmallVector<int64_t> permutation;
    if (!transposed)
      permutation = {0, 2, 1};
    return {
        PackingAttr::get(layer.getContext(),
                         transposed ? BlockSums::Transposed : BlockSums::Plain,
                         {}, permutation, {1}, {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    Sizes s(layer, schedule);
    return {int64_t(llvm::divideCeil(s.upperRows, sumGrain)),
            s.loops.panelParts() * s.loops.rowParts()};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr schedule) const override {
    Sizes s(layer, schedule);
    return {ShapedType::getNumElements(s.panelShape()) * int64_t(sizeof(float)),
            ShapedType::getNumElements(s.sumsShape()) * int64_t(sizeof(float))};
  }

  int32_t numericsClass(ScheduleAttr) const override { return 1; }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned stage) const override {
    Sizes s(layer, schedule);
    if (stage == 0)
      emitSums(f, layer, s);
    else
      emitProducts(f, layer, s);
  }

private:
  void emitSums(StageFunction &f, LayerOp layer, const Sizes &s) const;
  void emitProducts(StageFunction &f, LayerOp layer, const Sizes &s) const;

  /// Rows of weights between their fetch from memory and their use: 4 KiB.
  static constexpr int64_t prefetchRows = 64;
  /// Rows of a chunk of the first stage.
  static constexpr int64_t sumGrain = 8;
};

} // namespace

SmallVector<ScheduleAttr>
StrassenMatMul::schedules(LayerOp layer, const TargetIsa &isa) const {
  BlockedProduct product(layer);
  ScheduleBuilder builder(layer.getContext(), isa);
  // Below, sums cost more than a product.
  constexpr int64_t leastRows = 32, leastDepth = 128, leastColumns = 128;
  // Sums of blocks would have to be rounded to bf16 once more.
  bool isF32 = layerRoot<kernel::MatMulOp>(layer)
                   .getLhs()
                   .getType()
                   .getElementType()
                   .isF32();
  if (isF32 && product.rows >= leastRows && product.depth >= leastDepth &&
      product.columns >= leastColumns && product.depth % 2 == 0 &&
      product.columns % 2 == 0)
    builder.addProduct("strassen", product.upperRows, /*strideBytes=*/64,
                       llvm::divideCeil(product.columns / 2, channelGroup));
  return builder.take();
}

LayerModel StrassenMatMul::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  Sizes s(layer, schedule);
  const ProductLoops &loops = s.loops;
  int64_t depth = model.depth = loops.depth;
  // Products stand in the place of images: those of a panel follow each other.
  nest.extents = {Strassen::products, loops.groups, loops.rows, 1};
  nest.loops = {{Dim::Group, loops.panelGrain * loops.vectors},
                {Dim::Row, s.partRows},
                {Dim::Group, loops.vectors},
                {Dim::Image, 1},
                {Dim::Row, loops.tileRows}};
  nest.chunkLoops = 2;
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[0] * e[2] * depth * 4; },
       {true, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[0] * e[1] * channelGroup * depth * 4; },
       {true, true, false, false}});
  // The products of a panel and a part of the rows.
  nest.accesses.push_back({[=](const Extents &e) {
                             return e[0] * std::min(e[1], loops.vectors) *
                                    channelGroup * std::min(e[2], s.partRows) *
                                    4;
                           },
                           {true, false, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot(layer));
  model.tiles = loops.tileWork(Strassen::products);
  // Twelve loads and seven stores for each element of a block on either side,
  // at half the rate of multiply-adds.
  model.vectorOps = 2 * 19 * loops.rows *
                    (llvm::divideCeil(depth, channelGroup) + loops.groups);
  model.flops = 2 * s.depth * s.rows * s.columns;
  model.chunks = stages(layer, schedule).back();
  return model;
}

/// The sum of what `load` gives for the factors that are not 0.
template <size_t count>
static Value sumOf(OpBuilder &b, Location loc,
                   const std::array<int, count> &factors,
                   function_ref<Value(int64_t)> load) {
  Value sum;
  for (auto [number, factor] : llvm::enumerate(factors)) {
    if (factor == 0)
      continue;
    Value term = load(number);
    if (!term)
      continue;
    if (!sum)
      sum = factor > 0 ? term : arith::NegFOp::create(b, loc, term).getResult();
    else if (factor > 0)
      sum = arith::AddFOp::create(b, loc, sum, term);
    else
      sum = arith::SubFOp::create(b, loc, sum, term);
  }
  if (!sum)
    sum = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0));
  return sum;
}

void StrassenMatMul::emitSums(StageFunction &f, LayerOp layer,
                              const Sizes &s) const {
  Type f32 = f.b.getF32Type();
  int64_t half = s.depth / 2;
  Value lhs =
      bindArgument(f, layer, layerRoot<kernel::MatMulOp>(layer).getLhs(),
                   MemRefType::get({s.rows, s.depth}, f32));
  SmallVector<int64_t> shape = s.sumsShape();
  Value sums = f.sharedScratch(0, MemRefType::get(shape, f32));
  // Only the elements that exist.
  Value rowsOfSums = memref::ReinterpretCastOp::create(
      f.b,
      MemRefType::get(
          {shape[0] * shape[1], half}, f32,
          StridedLayoutAttr::get(f.b.getContext(), 0, {shape[2], 1})),
      sums, /*offset=*/0, ArrayRef<int64_t>{shape[0] * shape[1], half},
      ArrayRef<int64_t>{shape[2], 1});
  auto emitRow = [&](Value row, bool hasLower) {
    for (auto [number, factors] : llvm::enumerate(Strassen::lhs))
      mapRow(f, rowsOfSums,
             {arith::AddIOp::create(f.b, row, f.index(number * shape[1]))},
             [&](OpBuilder &b, Value lane) {
               return sumOf(b, f.b.getLoc(), factors, [&](int64_t block) {
                 bool lower = block >= 2, right = block % 2;
                 if (lower && !hasLower)
                   return Value();
                 Value from = row, column = lane;
                 if (lower)
                   from = arith::AddIOp::create(b, f.b.getLoc(), row,
                                                f.index(s.upperRows));
                 if (right)
                   column = arith::AddIOp::create(b, f.b.getLoc(), lane,
                                                  f.index(half));
                 return memref::LoadOp::create(b, f.b.getLoc(), lhs,
                                               ValueRange{from, column})
                     .getResult();
               });
             });
  };
  f.loopPart(f.getChunk(), sumGrain, s.upperRows, [&](Value row) {
    if (s.rows % 2 == 0)
      return emitRow(row, /*hasLower=*/true);
    Value isLast = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq, row,
                                         f.index(s.upperRows - 1));
    f.branch(
        isLast, [&] { emitRow(row, /*hasLower=*/false); },
        [&] { emitRow(row, /*hasLower=*/true); });
  });
}

void StrassenMatMul::emitProducts(StageFunction &f, LayerOp layer,
                                  const Sizes &s) const {
  kernel::MatMulOp op = layerRoot<kernel::MatMulOp>(layer);
  const ProductLoops &loops = s.loops;
  Type f32 = f.b.getF32Type();
  Value sums = f.sharedScratch(0, MemRefType::get(s.sumsShape(), f32));
  Value products = f.workerScratch(0, MemRefType::get(s.panelShape(), f32));
  Value rhs = bindArgument(
      f, layer, op.getRhs(),
      MemRefType::get(
          {Strassen::products, loops.groups, loops.depth, channelGroup}, f32));
  Value result = bindResult(f, layer, 0, {s.rows, s.columns});
  Epilogue epilogue(f, layer, op, [&](RankedTensorType type) {
    return MemRefType::get(asMatrix(type.getShape()), type.getElementType());
  });

  SmallVector<Value> position =
      f.delinearizeChunk({loops.panelParts(), loops.rowParts()});
  Value firstRow = arith::MulIOp::create(f.b, position[1], f.index(s.partRows));
  OpFoldResult zero = f.b.getIndexAttr(0);

  auto multiply = [&](Value group, int64_t groups) {
    f.loop(Strassen::products, [&](Value product) {
      Value a = slice(f, sums, {product, firstRow, zero},
                      {1, s.partRows, loops.depth}, {s.partRows, loops.depth});
      Value b = slice(f, rhs, {product, group, zero, zero},
                      {1, groups, loops.depth, channelGroup},
                      {groups, loops.depth, channelGroup});
      int64_t width = s.panelShape()[2];
      Value c = slice(f, products, {product, zero, zero},
                      {1, s.partRows, width}, {s.partRows, width});
      loops.rowLoop(f, position[1], [&](Value row, int64_t rows) {
        row = arith::SubIOp::create(f.b, row, firstRow);
        storeProducts(f, a, b, c, row, f.index(0), rows, groups, prefetchRows);
      });
    });
  };
  auto combine = [&](int64_t block, Value group, int64_t columns) {
    bool lower = block >= 2, right = block % 2;
    Value column = arith::MulIOp::create(f.b, group, f.index(channelGroup));
    if (right)
      column = arith::AddIOp::create(f.b, column, f.index(s.columns / 2));
    Value into = sliceColumns(f, result, column, columns);
    SmallVector<Value> extras;
    for (Value extra : epilogue.getExtras())
      extras.push_back(sliceColumns(f, extra, column, columns));
    int64_t extent = lower ? s.rows - s.upperRows : s.upperRows;
    Value end = arith::MinUIOp::create(
        f.b, f.index(extent),
        arith::AddIOp::create(f.b, firstRow, f.index(s.partRows)));
    f.loop(firstRow, end, [&](Value row) {
      Value from = arith::SubIOp::create(f.b, row, firstRow);
      Value to = row;
      if (lower)
        to = arith::AddIOp::create(f.b, row, f.index(s.upperRows));
      mapRow(f, into, to, [&](OpBuilder &b, Value lane) {
        Value sum = sumOf(b, f.b.getLoc(), Strassen::result[block],
                          [&](int64_t product) -> Value {
                            return memref::LoadOp::create(
                                b, f.b.getLoc(), products,
                                ValueRange{f.index(product), from, lane});
                          });
        return epilogue.apply(b, sum, extras, {to, lane});
      });
    });
  };
  loops.panelLoop(f, position[0],
                  [&](Value group, int64_t groups, int64_t columns) {
                    multiply(group, groups);
                    for (int64_t block = 0; block < Strassen::blocks; ++block)
                      combine(block, group, columns);
                  });
}

const LayerFamily &veltair::strassenMatMul() {
  static const StrassenMatMul algorithm;
  return algorithm;
}
