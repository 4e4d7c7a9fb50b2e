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

class OutputTileLowering {
public:
  OutputTileLowering(WinogradOutputTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), winograd(op.getWinograd()),
        type(VectorType::get(lanes, builder.getF32Type())) {}

  void lower() {
    forLanes(builder, loc, type.getNumElements(), [&](Value lane) {
      SmallVector<SmallVector<Value>> results = transform(lane);
      store(results, lane);
    });
  }

private:
  SmallVector<SmallVector<Value>> transform(Value lane) {
    WinogradTransform emitter(builder, loc, type);
    int64_t size = winograd.size();
    Value channel = arith::MulIOp::create(
        builder, loc, op.getPanel(), constantIndex(builder, loc, channelGroup));
    Value lanes = arith::AddIOp::create(builder, loc, channel, lane);
    SmallVector<SmallVector<Value>> half(winograd.outputs()), results;
    for (int64_t j = 0; j < size; ++j) {
      SmallVector<Value> column;
      for (int64_t i = 0; i < size; ++i)
        column.push_back(vector::LoadOp::create(
            builder, loc, type, op.getProducts(),
            ValueRange{constantIndex(builder, loc, i * size + j), op.getTile(),
                       lanes}));
      for (auto [i, value] : llvm::enumerate(emitter.output(winograd, column)))
        half[i].push_back(value);
    }
    for (ArrayRef<Value> row : half)
      results.push_back(emitter.output(winograd, row));
    return results;
  }

  /// Index `first` + `offset` is below `size`.
  Value below(Value first, int64_t offset, int64_t size) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, first,
                                 constantIndex(builder, loc, size - offset));
  }

  /// Epilogue and stores: at once for tiles that lie in the result, by a branch
  /// for each row and element for those that reach over its end.
  void store(ArrayRef<SmallVector<Value>> results, Value lane) {
    auto shape = cast<MemRefType>(op.getResult().getType()).getShape();
    int64_t rows = shape[2], columns = shape[3], outputs = winograd.outputs();
    int64_t down = op.getDilations()[0], right = op.getDilations()[1];
    int64_t lastRow = (outputs - 1) * down, lastColumn = (outputs - 1) * right;
    auto storeAll = [&] {
      EpilogueEmitter epilogue = makeEpilogue();
      for (auto [i, row] : llvm::enumerate(results)) {
        Value rowIndex = offsetIndex(builder, loc, op.getRow(), i * down);
        for (auto [j, value] : llvm::enumerate(row))
          storeOne(epilogue, value, rowIndex, j * right, lane);
      }
    };
    if (rows % (outputs * down) == 0 && columns % (outputs * right) == 0)
      return storeAll();
    auto storeSome = [&] {
      for (auto [i, row] : llvm::enumerate(results)) {
        scf::IfOp rowBranch = enter(below(op.getRow(), i * down, rows));
        Value rowIndex = offsetIndex(builder, loc, op.getRow(), i * down);
        for (auto [j, value] : llvm::enumerate(row)) {
          scf::IfOp branch = enter(below(op.getColumn(), j * right, columns));
          EpilogueEmitter epilogue = makeEpilogue();
          storeOne(epilogue, value, rowIndex, j * right, lane);
          builder.setInsertionPointAfter(branch);
        }
        builder.setInsertionPointAfter(rowBranch);
      }
    };
    if (rows <= lastRow || columns <= lastColumn)
      return storeSome();
    Value whole =
        arith::AndIOp::create(builder, loc, below(op.getRow(), lastRow, rows),
                              below(op.getColumn(), lastColumn, columns));
    auto branch =
        scf::IfOp::create(builder, loc, whole, /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    storeAll();
    builder.setInsertionPointToStart(branch.elseBlock());
    storeSome();
    builder.setInsertionPointAfter(branch);
  }

  /// A branch on `condition`, in which the builder then stands.
  scf::IfOp enter(Value condition) {
    auto branch = scf::IfOp::create(builder, loc, condition);
    builder.setInsertionPointToStart(branch.thenBlock());
    return branch;
  }

  EpilogueEmitter makeEpilogue() {
    return EpilogueEmitter(op.getEpilogue(), op.getExtras(), /*invariantDim=*/3,
                           type.getNumElements());
  }

  void storeOne(EpilogueEmitter &epilogue, Value value, Value row,
                int64_t column, Value lane) {
    SmallVector<Value> index = {
        op.getImage(), op.getGroup(), row,
        offsetIndex(builder, loc, op.getColumn(), column), lane};
    int64_t lanes = type.getNumElements();
    Value stored = epilogue.emit(builder, loc, value, index, lanes);
    storeLanes(builder, loc, stored, op.getResult(), index, lanes);
  }

  WinogradOutputTileOp op;
  OpBuilder &builder;
  Location loc;
  Winograd winograd;
  VectorType type;
};

} // namespace

void veltair::lowerWinogradOutputTile(WinogradOutputTileOp op,
                                      OpBuilder &builder, int64_t lanes) {
  OutputTileLowering(op, builder, lanes).lower();
}
