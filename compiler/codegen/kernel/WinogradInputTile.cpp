// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "compiler/codegen/kernel/WinogradTransform.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// Where the tiles of a convolution lie against one dimension of its input.
struct TileSpan {
  TileSpan(int64_t extent, int64_t before, int64_t after, int64_t dilation,
           const Winograd &winograd) {
    int64_t results =
        extent + before + after - (winograd.taps() - 1) * dilation;
    int64_t length = (winograd.size() - 1) * dilation + 1;
    int64_t step = winograd.outputs() * dilation;
    int64_t tiles = llvm::divideCeil(results, step);
    // The last tiles of some phases may begin behind the last result.
    for (int64_t tile = 0; tile < tiles; ++tile)
      for (int64_t phase = 0; phase < dilation; ++phase) {
        int64_t begin = tile * step + phase - before;
        bool inside = begin >= 0 && begin + length <= extent;
        someInside |= inside;
        allInside &= inside;
      }
  }

  bool someInside = false, allInside = true;
};

class InputTileLowering {
public:
  InputTileLowering(WinogradInputTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), winograd(op.getWinograd()),
        type(VectorType::get(lanes, builder.getF32Type())),
        input(cast<MemRefType>(op.getInput().getType())) {}

  void lower() {
    ArrayRef<int64_t> pads = op.getPads();
    rows = input.getDimSize(2);
    columns = input.getDimSize(3);
    firstRow = offsetIndex(builder, loc, op.getRow(), -pads[0]);
    firstColumn = offsetIndex(builder, loc, op.getColumn(), -pads[1]);
    ArrayRef<int64_t> dilations = op.getDilations();
    TileSpan vertical(rows, pads[0], pads[2], dilations[0], winograd);
    TileSpan horizontal(columns, pads[1], pads[3], dilations[1], winograd);
    if (vertical.allInside && horizontal.allInside)
      return transform(/*interior=*/true);
    if (!vertical.someInside || !horizontal.someInside)
      return transform(/*interior=*/false);
    Value interior = arith::AndIOp::create(
        builder, loc,
        below(firstRow, rows - (winograd.size() - 1) * dilations[0]),
        below(firstColumn, columns - (winograd.size() - 1) * dilations[1]));
    auto branch = scf::IfOp::create(builder, loc, interior,
                                    /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    transform(/*interior=*/true);
    builder.setInsertionPointToStart(branch.elseBlock());
    transform(/*interior=*/false);
  }

private:
  /// 0 <= index < size.
  Value below(Value index, int64_t size) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, index,
                                 constantIndex(builder, loc, size));
  }

  /// A coordinate of the window along one dimension. That of an element outside
  /// of the input is 0, which is safe to address.
  struct Coordinate {
    Value position;
    Value inside; ///< null where that is known
  };
  SmallVector<Coordinate> coordinates(Value first, int64_t extent,
                                      int64_t dilation, bool interior) {
    SmallVector<Coordinate> list;
    for (int64_t i = 0; i < winograd.size(); ++i) {
      Value position = offsetIndex(builder, loc, first, i * dilation);
      if (interior) {
        list.push_back({position, {}});
        continue;
      }
      Value inside = below(position, extent);
      list.push_back({arith::SelectOp::create(builder, loc, inside, position,
                                              constantIndex(builder, loc, 0)),
                      inside});
    }
    return list;
  }

  Value load(const Coordinate &row, const Coordinate &column, Value lane) {
    Value index[] = {op.getImage(), op.getGroup(), row.position,
                     column.position, lane};
    if (!row.inside)
      return loadFloats(builder, loc, op.getInput(), index,
                        type.getNumElements(), type.getNumElements());
    Value inside =
        arith::AndIOp::create(builder, loc, row.inside, column.inside);
    Value mask = vector::BroadcastOp::create(
        builder, loc, VectorType::get(type.getShape(), builder.getI1Type()),
        inside);
    VectorType stored = type.clone(input.getElementType());
    Value zero = arith::ConstantOp::create(builder, loc, stored,
                                           builder.getZeroAttr(stored));
    Value loaded = vector::MaskedLoadOp::create(
        builder, loc, stored, op.getInput(), index, mask, zero);
    return widenLanes(builder, loc, loaded);
  }

  /// All lanes of the tile.
  void transform(bool interior) {
    ArrayRef<int64_t> dilations = op.getDilations();
    SmallVector<Coordinate> row =
        coordinates(firstRow, rows, dilations[0], interior);
    SmallVector<Coordinate> column =
        coordinates(firstColumn, columns, dilations[1], interior);
    auto body = [&](Value lane) {
      WinogradTransform emitter(builder, loc, type);
      int64_t size = winograd.size();
      SmallVector<SmallVector<Value>> half(size);
      for (int64_t j = 0; j < size; ++j) {
        SmallVector<Value> loaded;
        for (int64_t i = 0; i < size; ++i)
          loaded.push_back(load(row[i], column[j], lane));
        for (auto [i, value] : llvm::enumerate(emitter.input(winograd, loaded)))
          half[i].push_back(value);
      }
      for (int64_t i = 0; i < size; ++i)
        for (auto [j, value] :
             llvm::enumerate(emitter.input(winograd, half[i])))
          storeFloats(builder, loc, value, op.getResult(),
                      ValueRange{constantIndex(builder, loc, i * size + j),
                                 op.getGroup(), op.getTile(), lane});
    };
    forLanes(builder, loc, type.getNumElements(), body);
  }

  WinogradInputTileOp op;
  OpBuilder &builder;
  Location loc;
  Winograd winograd;
  VectorType type;
  MemRefType input;
  int64_t rows, columns;
  Value firstRow, firstColumn;
};

} // namespace

void veltair::lowerWinogradInputTile(WinogradInputTileOp op, OpBuilder &builder,
                                     int64_t lanes) {
  InputTileLowering(op, builder, lanes).lower();
}
