// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "compiler/codegen/kernel/Pairs.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// Lowers one convolution tile: the accumulators of columns x vectors live in
/// registers, carried by the loops over input channels and the window.
class ConvTileLowering {
public:
  ConvTileLowering(ConvTileOp op, OpBuilder &builder, int64_t lanes)
      : op(op), builder(builder), loc(op.getLoc()), lanes(lanes),
        parts(channelGroup / lanes), columns(op.getColumns()),
        vectors(op.getVectors()) {
    input = cast<MemRefType>(op.getInput().getType());
    filter = cast<MemRefType>(op.getFilter().getType());
    blocked = input.getRank() == 5;
    bool isBf16 = input.getElementType().isBF16();
    pairs = isBf16 && blocked;
    columnPairs = isBf16 && !blocked;
    for (int64_t first = 0, outputs = op.getOutputs(); first < outputs;
         first += lanes) {
      // Half a register of 512 bits takes half the cycles.
      bool half = lanes == channelGroup && outputs - first <= lanes / 2;
      registers.push_back(
          VectorType::get(half ? lanes / 2 : lanes, builder.getF32Type()));
    }
  }

  void lower() {
    SmallVector<Value> accumulators;
    for (int64_t t = 0; t < columns; ++t)
      for (VectorType type : registers)
        accumulators.push_back(zeroOf(type));
    WindowRows rows = windowRows(builder, loc, op.getRow(), input.getDimSize(2),
                                 kernelSize(0), op.getStrides()[0],
                                 op.getDilations()[0], op.getPads()[0]);
    inputColumns =
        windowColumns(builder, loc, op.getColumn(), op.getInterior(),
                      input.getDimSize(3), op.getStrides()[1], op.getPads()[1]);

    firstChannels = firstInputChannels();
    auto windows = [&](Value channels, ValueRange carried) {
      return forLoop(rows.begin, rows.end, carried,
                     [&](Value kh, ValueRange carried) {
                       Value ih = rows.inputRow(builder, loc, kh);
                       return window(channels, kh, ih, carried);
                     });
    };
    // The last group may have fewer channels, or pairs of them.
    steps = pairs ? groupPairs : groupChannels();
    int64_t terms =
        pairs ? llvm::divideCeil(op.getChannels(), 2) : op.getChannels();
    int64_t groups = terms / steps;
    if (groups)
      accumulators =
          forLoop(constantIndex(builder, loc, 0),
                  constantIndex(builder, loc, groups), accumulators, windows);
    if (terms % steps) {
      steps = terms % steps;
      accumulators = windows(constantIndex(builder, loc, groups), accumulators);
    }
    store(accumulators);
  }

private:
  /// Pairs of channels in a group.
  static constexpr int64_t groupPairs = channelGroup / 2;

  /// Columns of the window, of a tile that is not interior.
  static constexpr int64_t maxUnrolled = 16;

  /// Channels in a group of the input's layout.
  int64_t groupChannels() const { return blocked ? channelGroup : 1; }

  /// Rows (0) or columns (1) of the window.
  int64_t kernelSize(unsigned dim) {
    if (columnPairs && dim == 1)
      return *op.getPairedColumns();
    return filter.getDimSize(dim + (pairs ? 1 : 2));
  }

  Value zeroOf(VectorType type) {
    return arith::ConstantOp::create(builder, loc, type,
                                     builder.getZeroAttr(type));
  }

  using Body = function_ref<SmallVector<Value>(Value, ValueRange)>;

  SmallVector<Value> forLoop(Value lower, Value upper, ValueRange carried,
                             Body body) {
    auto loop = scf::ForOp::create(
        builder, loc, lower, upper, constantIndex(builder, loc, 1), carried,
        [&](OpBuilder &, Location, Value iv, ValueRange arguments) {
          scf::YieldOp::create(builder, loc, body(iv, arguments));
        });
    return SmallVector<Value>(loop.getResults());
  }

  /// Where the input of the tile's group begins; null if there is one group.
  Value firstInputChannels() {
    int64_t channels = llvm::divideCeil(op.getChannels(), groupChannels());
    int64_t groups = input.getDimSize(1) / channels;
    if (groups == 1)
      return {};
    Value group = arith::DivUIOp::create(
        builder, loc, op.getGroup(),
        constantIndex(builder, loc, filter.getDimSize(0) / groups));
    return arith::MulIOp::create(builder, loc, group,
                                 constantIndex(builder, loc, channels));
  }

  /// One row of the window. Interior tiles loop over its columns; others unroll
  /// them, but for long runs without a change of what is padding, and leave out
  /// the products with it.
  SmallVector<Value> window(Value channels, Value kh, Value ih,
                            ValueRange carried) {
    if (columnPairs)
      return windowOfPairs(channels, kh, ih, carried);
    int64_t stride = op.getStrides()[1], dilation = op.getDilations()[1];
    auto columnLoop = [&](int64_t begin, int64_t end, ValueRange carried,
                          function_ref<bool(int64_t)> inside) {
      return forLoop(
          constantIndex(builder, loc, begin), constantIndex(builder, loc, end),
          carried, [&](Value kw, ValueRange carried) {
            Value offset = arith::MulIOp::create(
                builder, loc, kw, constantIndex(builder, loc, dilation));
            Value iw =
                arith::AddIOp::create(builder, loc, inputColumns.first, offset);
            return channelLoop(channels, kh, kw, ih, iw, carried, inside);
          });
    };
    SmallVector<Value> accumulators(carried);
    for (const WindowColumns::Run &run :
         inputColumns.runs(columns, kernelSize(1), stride, dilation)) {
      auto inside = [&](int64_t t) {
        return inputColumns.isInside(run.begin * dilation + t * stride);
      };
      if (llvm::none_of(llvm::seq<int64_t>(0, columns), inside))
        continue;
      if (op.getInterior() || run.end - run.begin > maxUnrolled) {
        accumulators = columnLoop(run.begin, run.end, accumulators, inside);
        continue;
      }
      for (int64_t kw = run.begin; kw < run.end; ++kw)
        accumulators = channelLoop(
            channels, kh, constantIndex(builder, loc, kw), ih,
            constantIndex(builder, loc, *inputColumns.fixed + kw * dilation),
            accumulators, inside);
    }
    return accumulators;
  }

  /// One row of the window on one channel, two of its columns at a time. The
  /// last of an odd number pairs with the one before it, whose weight is zero
  /// there: no tile reads beyond its window.
  SmallVector<Value> windowOfPairs(Value channel, Value kh, Value ih,
                                   ValueRange carried) {
    SmallVector<Value> accumulators(carried);
    int64_t last = kernelSize(1) - 2, stride = op.getStrides()[1];
    for (int64_t kw = 0; kw < kernelSize(1); kw += 2) {
      SmallVector<Value> weights;
      for (auto [v, type] : llvm::enumerate(registers)) {
        Value pairs =
            loadPairs(builder, loc, op.getFilter(),
                      {offsetIndex(builder, loc, op.getGroup(), v), channel, kh,
                       constantIndex(builder, loc, kw / 2),
                       constantIndex(builder, loc, 0)},
                      type.getDimSize(0));
        weights.push_back(kw > last ? secondOfPairs(builder, loc, pairs)
                                    : pairs);
      }
      for (int64_t t = 0; t < columns; ++t) {
        int64_t offset = std::min(kw, last) + t * stride;
        bool first = inputColumns.isInside(offset);
        bool second = inputColumns.isInside(offset + 1);
        if (!first && !second)
          continue;
        Value column = offsetIndex(builder, loc, inputColumns.first,
                                   first ? offset : offset + 1);
        Value index[] = {op.getImage(), channel, ih, column};
        Value x = first && second
                      ? broadcastPair(builder, loc, op.getInput(), index)
                      : broadcastHalfPair(builder, loc, op.getInput(), index,
                                          /*second=*/second);
        addPairs(accumulators, t, weights, x);
      }
    }
    return accumulators;
  }

  /// Adds the products of the pair in `x` to the sums of column `t`.
  void addPairs(MutableArrayRef<Value> accumulators, int64_t t,
                ArrayRef<Value> weights, Value x) {
    for (auto [v, type] : llvm::enumerate(registers)) {
      Value &accumulator = accumulators[t * registers.size() + v];
      Value pairs = leadingPairs(builder, loc, x, type.getDimSize(0));
      accumulator = dotPairs(builder, loc, accumulator, weights[v], pairs);
    }
  }

  /// The products of one window position with all channels of a group.
  SmallVector<Value> channelLoop(Value channels, Value kh, Value kw, Value ih,
                                 Value iw, ValueRange carried,
                                 function_ref<bool(int64_t)> inside) {
    Value source =
        firstChannels
            ? arith::AddIOp::create(builder, loc, firstChannels, channels)
            : channels;
    if (!blocked)
      return multiply({channels, kh, kw}, {source, ih, iw}, Value(), carried,
                      inside);
    if (pairs && steps < groupPairs) {
      // Too few to be worth a loop of their own.
      SmallVector<Value> sums(carried);
      for (int64_t pair = 0; pair < steps; ++pair)
        sums = multiplyPairs({channels, kh, kw}, {source, ih, iw},
                             constantIndex(builder, loc, pair), sums, inside);
      return sums;
    }
    return forLoop(
        constantIndex(builder, loc, 0), constantIndex(builder, loc, steps),
        carried, [&](Value ci, ValueRange carried) {
          if (pairs)
            return multiplyPairs({channels, kh, kw}, {source, ih, iw}, ci,
                                 carried, inside);
          return multiply({channels, kh, kw}, {source, ih, iw}, ci, carried,
                          inside);
        });
  }

  /// One channel: loads `vectors` weight vectors, broadcasts one input element
  /// a column.
  SmallVector<Value> multiply(ArrayRef<Value> weight, ArrayRef<Value> element,
                              Value ci, ValueRange carried,
                              function_ref<bool(int64_t)> inside) {
    SmallVector<Value> accumulators(carried), weights;
    for (auto [number, type] : llvm::enumerate(registers)) {
      int64_t first = number * lanes;
      SmallVector<Value> index = {
          offsetIndex(builder, loc, op.getGroup(), first / channelGroup)};
      index.append(weight.begin(), weight.end());
      if (blocked)
        index.push_back(ci);
      index.push_back(constantIndex(builder, loc, first % channelGroup));
      weights.push_back(
          vector::LoadOp::create(builder, loc, type, op.getFilter(), index));
      if (op.getPrefetch() && blocked && first % channelGroup == 0) {
        constexpr uint32_t intoL2 = 2;
        index[4] = offsetIndex(builder, loc, ci, op.getPrefetch());
        memref::PrefetchOp::create(builder, loc, op.getFilter(), index,
                                   /*isWrite=*/false, intoL2,
                                   /*isDataCache=*/true);
      }
    }
    for (int64_t t = 0; t < columns; ++t) {
      if (!inside(t))
        continue;
      SmallVector<Value> index = {
          op.getImage(), element[0], element[1],
          offsetIndex(builder, loc, element[2], t * op.getStrides()[1])};
      if (blocked)
        index.push_back(ci);
      Value scalar = memref::LoadOp::create(builder, loc, op.getInput(), index);
      for (auto [w, type] : llvm::enumerate(registers)) {
        Value x = vector::BroadcastOp::create(builder, loc, type, scalar);
        Value &accumulator = accumulators[t * registers.size() + w];
        accumulator =
            vector::FMAOp::create(builder, loc, x, weights[w], accumulator);
      }
    }
    return accumulators;
  }

  /// One pair of channels.
  SmallVector<Value> multiplyPairs(ArrayRef<Value> weight,
                                   ArrayRef<Value> element, Value pair,
                                   ValueRange carried,
                                   function_ref<bool(int64_t)> inside) {
    SmallVector<Value> accumulators(carried), weights;
    Value zero = constantIndex(builder, loc, 0);
    Value first = arith::MulIOp::create(
        builder, loc, weight[0], constantIndex(builder, loc, groupPairs));
    Value number = arith::AddIOp::create(builder, loc, first, pair);
    for (auto [v, type] : llvm::enumerate(registers))
      weights.push_back(loadPairs(builder, loc, op.getFilter(),
                                  {offsetIndex(builder, loc, op.getGroup(), v),
                                   weight[1], weight[2], number, zero},
                                  type.getDimSize(0)));
    Value channel = arith::MulIOp::create(builder, loc, pair,
                                          constantIndex(builder, loc, 2));
    for (int64_t t = 0; t < columns; ++t) {
      if (!inside(t))
        continue;
      Value column =
          offsetIndex(builder, loc, element[2], t * op.getStrides()[1]);
      Value x = broadcastPair(
          builder, loc, op.getInput(),
          {op.getImage(), element[0], element[1], column, channel});
      addPairs(accumulators, t, weights, x);
    }
    return accumulators;
  }

  void store(ArrayRef<Value> accumulators) {
    EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                             /*invariantDim=*/3, lanes);
    SmallVector<Value> groups, lane;
    for (int64_t v = 0; v < vectors; ++v)
      groups.push_back(offsetIndex(builder, loc, op.getGroup(), v));
    for (int64_t part = 0; part < parts; ++part)
      lane.push_back(constantIndex(builder, loc, part * lanes));
    for (int64_t t = 0; t < columns; ++t) {
      Value column = offsetIndex(builder, loc, op.getColumn(), t);
      for (int64_t v = 0; v < vectors; ++v)
        for (int64_t part = 0; part < parts; ++part) {
          SmallVector<Value> index = {op.getImage(), groups[v], op.getRow(),
                                      column, lane[part]};
          Value value = epilogue.emit(
              builder, loc,
              sum(accumulators.slice(t * registers.size(), registers.size()),
                  v * parts + part),
              index, lanes);
          storeLanes(builder, loc, value, op.getResult(), index, lanes);
        }
    }
  }

  /// Register `number` of a column, whose accumulators are given: what was not
  /// computed is zero.
  Value sum(ArrayRef<Value> accumulators, size_t number) {
    Value zero = zeroOf(VectorType::get(lanes, builder.getF32Type()));
    if (number >= accumulators.size())
      return zero;
    Value accumulator = accumulators[number];
    if (registers[number].getDimSize(0) == lanes)
      return accumulator;
    return vector::InsertStridedSliceOp::create(
        builder, loc, accumulator, zero, /*offsets=*/ArrayRef<int64_t>{0},
        /*strides=*/ArrayRef<int64_t>{1});
  }

  ConvTileOp op;
  OpBuilder &builder;
  Location loc;
  int64_t lanes, parts, columns, vectors;
  MemRefType input, filter;
  bool blocked;
  bool pairs;                           ///< of bf16: of channels
  bool columnPairs;                     ///< of bf16: of columns of a window
  int64_t steps;                        ///< over the channels of a group
  SmallVector<VectorType, 8> registers; ///< the accumulators of a column
  WindowColumns inputColumns;
  Value firstChannels;
};

} // namespace

void veltair::lowerConvTile(ConvTileOp op, OpBuilder &builder, int64_t lanes) {
  ConvTileLowering(op, builder, lanes).lower();
}
