// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "compiler/codegen/kernel/RowLoop.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// What the row kernels do with vectors of a row.
class RowEmitter {
public:
  RowEmitter(OpBuilder &builder, Location loc, int64_t extent, int64_t lanes)
      : builder(builder), loc(loc), extent(extent), lanes(lanes),
        type(VectorType::get(lanes, builder.getF32Type())),
        loop(builder, loc, extent, lanes) {}

  /// `value`, with `other` in all but the first `valid` lanes.
  Value keepValid(Value value, int64_t valid, float other) {
    if (valid == lanes)
      return value;
    Value mask = vector::ConstantMaskOp::create(
        builder, loc, VectorType::get(lanes, builder.getI1Type()),
        ArrayRef<int64_t>{valid});
    return arith::SelectOp::create(builder, loc, mask, value, splat(other));
  }

  Value splat(float value) {
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, value));
  }

  Value load(Value memory, ValueRange index, int64_t valid) {
    return loadLanes(builder, loc, memory, index, lanes, valid);
  }

  Value sum(function_ref<Value(Value, int64_t)> body) {
    Value lanesSum = loop.fold(0, body, [&](Value a, Value b) -> Value {
      return arith::AddFOp::create(builder, loc, a, b);
    });
    return reduce(vector::CombiningKind::ADD, lanesSum);
  }

  Value maximum(function_ref<Value(Value, int64_t)> body) {
    constexpr float least = -std::numeric_limits<float>::infinity();
    Value lanesMaximum = loop.fold(least, body, [&](Value a, Value b) -> Value {
      return arith::MaximumFOp::create(builder, loc, a, b);
    });
    return reduce(vector::CombiningKind::MAXIMUMF, lanesMaximum);
  }

  Value mean(Value sum) {
    Value count = arith::ConstantOp::create(
        builder, loc, builder.getF32FloatAttr(1.0f / extent));
    return arith::MulFOp::create(builder, loc, sum, count);
  }

  Value broadcast(Value scalar) {
    return broadcastLanes(builder, loc, scalar, lanes);
  }

  /// Applies the epilogue of `op` to the vectors that `body` makes and stores
  /// the row.
  template <typename OpTy>
  void store(OpTy op, function_ref<Value(Value, int64_t)> body) {
    EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                             /*invariantDim=*/0, lanes);
    loop.forEach([&](Value first, int64_t valid) {
      SmallVector<Value> index = {op.getRow(), first};
      Value value =
          epilogue.emit(builder, loc, body(first, valid), index, valid);
      storeLanes(builder, loc, value, op.getResult(), index, valid);
    });
  }

  RowLoop &getLoop() { return loop; }

private:
  /// All lanes of `vector` as one scalar, in any order.
  Value reduce(vector::CombiningKind kind, Value vector) {
    return vector::ReductionOp::create(builder, loc, kind, vector,
                                       arith::FastMathFlags::reassoc);
  }

  OpBuilder &builder;
  Location loc;
  int64_t extent, lanes;
  VectorType type;
  RowLoop loop;
};

} // namespace

void veltair::lowerNormalizeRow(NormalizeRowOp op, OpBuilder &builder,
                                int64_t lanes) {
  Location loc = op.getLoc();
  int64_t extent = cast<MemRefType>(op.getInput().getType()).getDimSize(1);
  RowEmitter row(builder, loc, extent, lanes);
  auto load = [&](Value first, int64_t valid) {
    return row.load(op.getInput(), {op.getRow(), first}, valid);
  };
  // Deviations are squared in a pass of their own: the difference of the means
  // of squares would cancel.
  Value mean;
  if (!op.getUncentered())
    mean = row.broadcast(row.mean(row.sum(load)));
  auto centred = [&](Value first, int64_t valid) -> Value {
    Value value = load(first, valid);
    return mean ? arith::SubFOp::create(builder, loc, value, mean).getResult()
                : value;
  };
  Value squares = row.sum([&](Value first, int64_t valid) {
    Value value = centred(first, valid);
    return row.keepValid(arith::MulFOp::create(builder, loc, value, value),
                         valid, 0);
  });
  Value epsilon = arith::ConstantOp::create(builder, loc, op.getEpsilonAttr());
  Value deviation = math::SqrtOp::create(
      builder, loc,
      arith::AddFOp::create(builder, loc, row.mean(squares), epsilon));
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(1));
  Value factor =
      row.broadcast(arith::DivFOp::create(builder, loc, one, deviation));
  row.store(op, [&](Value first, int64_t valid) -> Value {
    return arith::MulFOp::create(builder, loc, centred(first, valid), factor);
  });
}

void veltair::lowerSoftmaxRow(SoftmaxRowOp op, OpBuilder &builder,
                              int64_t lanes) {
  Location loc = op.getLoc();
  int64_t extent = cast<MemRefType>(op.getInput().getType()).getDimSize(1);
  RowEmitter row(builder, loc, extent, lanes);
  constexpr float least = -std::numeric_limits<float>::infinity();
  auto load = [&](Value first, int64_t valid) {
    return row.load(op.getInput(), {op.getRow(), first}, valid);
  };
  Value maximum = row.broadcast(row.maximum([&](Value first, int64_t valid) {
    return row.keepValid(load(first, valid), valid, least);
  }));
  // The exponentials are kept in the worker's memory: a result is written once.
  Value sum = row.sum([&](Value first, int64_t valid) {
    Value exponential = math::ExpOp::create(
        builder, loc,
        arith::SubFOp::create(builder, loc, load(first, valid), maximum));
    storeLanes(builder, loc, exponential, op.getScratch(), first, valid);
    return row.keepValid(exponential, valid, 0);
  });
  Value one =
      arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(1));
  Value factor = row.broadcast(arith::DivFOp::create(builder, loc, one, sum));
  row.store(op, [&](Value first, int64_t valid) -> Value {
    return arith::MulFOp::create(
        builder, loc, row.load(op.getScratch(), first, valid), factor);
  });
}

void veltair::lowerSoftmaxColumns(SoftmaxColumnsOp op, OpBuilder &builder,
                                  int64_t lanes) {
  Location loc = op.getLoc();
  auto memory = cast<MemRefType>(op.getMemory().getType());
  int64_t extent = memory.getDimSize(0), columns = memory.getDimSize(1);
  auto type = VectorType::get(lanes, builder.getF32Type());
  // Independent chains of additions hide their latency.
  int64_t width = 4;
  while (columns % (width * lanes) != 0)
    --width;
  auto constant = [&](int64_t value) {
    return constantIndex(builder, loc, value);
  };
  auto splat = [&](float value) {
    return arith::ConstantOp::create(builder, loc,
                                     DenseElementsAttr::get(type, value));
  };
  auto overColumns = [&](OpBuilder &, Location, Value column, ValueRange) {
    auto at = [&](Value row, int64_t w) {
      return SmallVector<Value>{row,
                                offsetIndex(builder, loc, column, w * lanes)};
    };
    auto load = [&](Value row, int64_t w) {
      return vector::LoadOp::create(builder, loc, type, op.getMemory(),
                                    at(row, w));
    };
    auto overRows =
        [&](ValueRange initial,
            function_ref<Value(Value row, int64_t w, Value carried)> body) {
          auto loop = scf::ForOp::create(
              builder, loc, constant(0), constant(extent), constant(1), initial,
              [&](OpBuilder &, Location, Value row, ValueRange carried) {
                SmallVector<Value> next;
                for (int64_t w = 0; w < width; ++w)
                  next.push_back(body(row, w, carried[w]));
                scf::YieldOp::create(builder, loc, next);
              });
          return SmallVector<Value>(loop.getResults());
        };
    constexpr float least = -std::numeric_limits<float>::infinity();
    SmallVector<Value> maxima = overRows(
        SmallVector<Value>(width, splat(least)),
        [&](Value row, int64_t w, Value maximum) -> Value {
          return arith::MaximumFOp::create(builder, loc, maximum, load(row, w));
        });
    SmallVector<Value> sums = overRows(
        SmallVector<Value>(width, splat(0)),
        [&](Value row, int64_t w, Value sum) -> Value {
          Value exponential = math::ExpOp::create(
              builder, loc,
              arith::SubFOp::create(builder, loc, load(row, w), maxima[w]));
          vector::StoreOp::create(builder, loc, exponential, op.getMemory(),
                                  at(row, w));
          return arith::AddFOp::create(builder, loc, sum, exponential);
        });
    SmallVector<Value> factors;
    for (Value sum : sums)
      factors.push_back(arith::DivFOp::create(builder, loc, splat(1), sum));
    overRows(factors, [&](Value row, int64_t w, Value factor) {
      Value value = arith::MulFOp::create(builder, loc, load(row, w), factor);
      vector::StoreOp::create(builder, loc, value, op.getMemory(), at(row, w));
      return factor;
    });
    scf::YieldOp::create(builder, loc);
  };
  scf::ForOp::create(builder, loc, constant(0), constant(columns),
                     constant(width * lanes), ValueRange{}, overColumns);
}
