// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include <limits>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// Lowers one tile of a maximum pool. All versions of a layer combine the
/// elements of a window in one order: which NaN is the maximum depends on it,
/// and, as x86 computes maxima, the sign of a zero.
class MaxPoolTileLowering {
public:
  MaxPoolTileLowering(MaxPoolTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), lanes(lanes),
        results(op.getColumns()), window(op.getWindow()[1]),
        stride(op.getStrides()[1]), dilation(op.getDilations()[1]) {}

  void lower() {
    auto input = cast<MemRefType>(op.getInput().getType());
    rows = windowRows(builder, loc, op.getRow(), input.getDimSize(2),
                      op.getWindow()[0], op.getStrides()[0],
                      op.getDilations()[0], op.getPads()[0]);
    inputColumns = windowColumns(builder, loc, op.getColumn(), op.getInterior(),
                                 input.getDimSize(3), stride, op.getPads()[1]);
    auto type = VectorType::get(lanes, builder.getF32Type());
    lowest = arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(type, -std::numeric_limits<float>::infinity()));
    forLanes(builder, loc, lanes, [&](Value lane) {
      EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                               /*invariantDim=*/3, lanes);
      SmallVector<Value> index = {op.getImage(), op.getGroup(), op.getRow(),
                                  op.getColumn(), lane};
      epilogue.store(builder, loc,
                     window > maxUnrolledColumns ? overPositions(lane)
                                                 : overColumns(lane),
                     op.getResult(), index);
    });
  }

private:
  /// NaN if either is. The order of zeros is left to the instruction, which
  /// saves two others; the mask of NaNs does not wait for `maximum`.
  Value larger(Value element, Value maximum) {
    return LLVM::MaximumOp::create(builder, loc, element, maximum,
                                   LLVM::FastmathFlags::nsz);
  }

  Value load(Value row, Value column, Value lane) {
    return loadFloats(builder, loc, op.getInput(),
                      {op.getImage(), op.getGroup(), row, column, lane}, lanes,
                      lanes);
  }

  /// Maxima carried by the loop over the rows of the window, which `body`
  /// updates by one row of the input.
  SmallVector<Value>
  overRows(size_t count, function_ref<void(Value, SmallVector<Value> &)> body) {
    SmallVector<Value> initial(count, lowest);
    auto loop = scf::ForOp::create(
        builder, loc, rows.begin, rows.end, constantIndex(builder, loc, 1),
        initial, [&](OpBuilder &, Location, Value kh, ValueRange carried) {
          SmallVector<Value> maxima(carried);
          body(rows.inputRow(builder, loc, kh), maxima);
          scf::YieldOp::create(builder, loc, maxima);
        });
    return SmallVector<Value>(loop.getResults());
  }

  /// The maxima of each input column under the tile are shared by all results
  /// that see it.
  SmallVector<Value> overColumns(Value lane) {
    SmallVector<int64_t> offsets =
        columnsUnder(results, window, stride, dilation);
    llvm::erase_if(offsets, [&](int64_t offset) {
      return !inputColumns.isInside(offset);
    });
    SmallVector<Value> columns =
        overRows(offsets.size(), [&](Value row, SmallVector<Value> &maxima) {
          for (auto [number, offset] : llvm::enumerate(offsets)) {
            Value column =
                offsetIndex(builder, loc, inputColumns.first, offset);
            maxima[number] = larger(load(row, column, lane), maxima[number]);
          }
        });
    SmallVector<Value> maxima;
    for (int64_t t = 0; t < results; ++t) {
      Value maximum;
      for (int64_t kw = 0; kw < window; ++kw) {
        auto *found = llvm::find(offsets, t * stride + kw * dilation);
        if (found == offsets.end())
          continue;
        Value column = columns[found - offsets.begin()];
        maximum = maximum ? larger(column, maximum) : column;
      }
      maxima.push_back(maximum ? maximum : lowest);
    }
    return maxima;
  }

  /// Each position of a wide window for all results.
  SmallVector<Value> overPositions(Value lane) {
    SmallVector<WindowColumns::Run> runs =
        inputColumns.runs(results, window, stride, dilation);
    return overRows(results, [&](Value row, SmallVector<Value> &maxima) {
      for (const WindowColumns::Run &run : runs)
        maxima = overRun(run, row, lane, maxima);
    });
  }

  SmallVector<Value> overRun(const WindowColumns::Run &run, Value row,
                             Value lane, const SmallVector<Value> &initial) {
    auto inside = [&](int64_t t) {
      return inputColumns.isInside(run.begin * dilation + t * stride);
    };
    if (llvm::none_of(llvm::seq<int64_t>(0, results), inside))
      return initial;
    auto loop = scf::ForOp::create(
        builder, loc, constantIndex(builder, loc, run.begin),
        constantIndex(builder, loc, run.end), constantIndex(builder, loc, 1),
        initial, [&](OpBuilder &, Location, Value kw, ValueRange carried) {
          SmallVector<Value> maxima(carried);
          Value offset = arith::MulIOp::create(
              builder, loc, kw, constantIndex(builder, loc, dilation));
          Value first =
              arith::AddIOp::create(builder, loc, inputColumns.first, offset);
          for (int64_t t = 0; t < results; ++t) {
            if (!inside(t))
              continue;
            Value column = offsetIndex(builder, loc, first, t * stride);
            maxima[t] = larger(load(row, column, lane), maxima[t]);
          }
          scf::YieldOp::create(builder, loc, maxima);
        });
    return SmallVector<Value>(loop.getResults());
  }

  MaxPoolTileOp op;
  OpBuilder &builder;
  Location loc;
  int64_t lanes, results, window, stride, dilation;
  WindowRows rows;
  WindowColumns inputColumns;
  Value lowest; ///< in all lanes
};

} // namespace

void veltair::lowerMaxPoolTile(MaxPoolTileOp op, OpBuilder &builder,
                               int64_t lanes) {
  MaxPoolTileLowering(op, builder, lanes).lower();
}
