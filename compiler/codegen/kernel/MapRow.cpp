// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

namespace {

/// Turns a body over one lane into one over several: values that do not depend
/// on the lane stay scalar (uniform), others become vectors (varying). The lane
/// itself may only be used, plus a uniform offset, as the innermost index of
/// loads, which become contiguous.
class LaneVectorizer {
public:
  explicit LaneVectorizer(MapRowOp op)
      : lane(op.getBody().getArgument(0)), block(op.getBody().front()) {}

  /// Whether the body can be vectorized; finds the varying values.
  bool analyze() { return analyzeBlock(block); }

  /// The widest varying element in bits.
  unsigned widestBits() const { return widest; }

  /// Emits the body for lanes [first, first + lanes): the yielded vector.
  Value emit(OpBuilder &builder, Value first, int64_t lanes) {
    IRMapping mapping;
    mapping.map(lane, first);
    emitBlock(builder, block, mapping, lanes);
    auto yield = cast<YieldOp>(block.getTerminator());
    return broadcastLanes(builder, yield.getLoc(),
                          mapping.lookupOrDefault(yield.getValue()), lanes);
  }

private:
  bool isVarying(Value value) const { return varying.contains(value); }

  void markVarying(Value value) {
    varying.insert(value);
    Type type = value.getType();
    widest =
        std::max(widest, type.isIndex() ? 64 : type.getIntOrFloatBitWidth());
  }

  /// The lane plus a uniform offset.
  bool isLinear(Value value) const {
    return value == lane || linear.contains(value);
  }

  bool dependsOnLane(Value value) const {
    return isVarying(value) || isLinear(value);
  }

  bool analyzeBlock(Block &block) {
    return llvm::all_of(block.without_terminator(),
                        [&](Operation &op) { return analyzeOp(op); });
  }

  bool analyzeOp(Operation &op) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return analyzeLoop(loop);
    if (op.getNumRegions() != 0)
      return llvm::none_of(op.getOperands(),
                           [&](Value v) { return dependsOnLane(v); }) &&
             isUniformRegion(op);
    if (llvm::none_of(op.getOperands(),
                      [&](Value v) { return dependsOnLane(v); }))
      return true;
    if (auto add = dyn_cast<arith::AddIOp>(op);
        add && add.getType().isIndex() &&
        isLinear(add.getLhs()) != isLinear(add.getRhs()) &&
        !isVarying(add.getLhs()) && !isVarying(add.getRhs())) {
      linear.insert(add.getResult());
      return true;
    }
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      for (Value index : load.getIndices().drop_back())
        if (dependsOnLane(index))
          return false;
      if (!isLinear(load.getIndices().back()) ||
          !load.getMemRefType().isLastDimUnitStride())
        return false;
      markVarying(load.getResult());
      return true;
    }
    // The lane is not materialized as a vector.
    if (llvm::any_of(op.getOperands(), [&](Value v) { return isLinear(v); }) ||
        !op.hasTrait<OpTrait::Elementwise>())
      return false;
    for (Value operand : op.getOperands())
      if (!operand.getType().isIntOrIndexOrFloat())
        return false;
    for (Value result : op.getResults())
      markVarying(result);
    return true;
  }

  /// Carried values are varying; their vectors start as broadcasts.
  bool analyzeLoop(scf::ForOp loop) {
    for (Value bound :
         {loop.getLowerBound(), loop.getUpperBound(), loop.getStep()})
      if (dependsOnLane(bound))
        return false;
    for (Value init : loop.getInitArgs())
      if (isLinear(init))
        return false;
    for (auto [argument, result] :
         llvm::zip_equal(loop.getRegionIterArgs(), loop.getResults())) {
      markVarying(argument);
      markVarying(result);
    }
    if (!analyzeBlock(*loop.getBody()))
      return false;
    return llvm::none_of(loop.getYieldedValues(),
                         [&](Value v) { return isLinear(v); });
  }

  bool isUniformRegion(Operation &op) {
    return !op.walk([&](Operation *inner) {
                return llvm::any_of(inner->getOperands(),
                                    [&](Value v) { return dependsOnLane(v); })
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              }).wasInterrupted();
  }

  void emitBlock(OpBuilder &builder, Block &block, IRMapping &mapping,
                 int64_t lanes) {
    for (Operation &op : block.without_terminator())
      emitOp(builder, op, mapping, lanes);
  }

  void emitOp(OpBuilder &builder, Operation &op, IRMapping &mapping,
              int64_t lanes) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return emitLoop(builder, loop, mapping, lanes);
    if (llvm::none_of(op.getResults(), [&](Value v) { return isVarying(v); })) {
      builder.clone(op, mapping);
      return;
    }
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      SmallVector<Value> indices;
      for (Value index : load.getIndices())
        indices.push_back(mapping.lookupOrDefault(index));
      mapping.map(load.getResult(),
                  loadLanes(builder, load.getLoc(),
                            mapping.lookupOrDefault(load.getMemref()), indices,
                            lanes, lanes));
      return;
    }
    cloneOnLanes(builder, op, mapping, lanes);
  }

  void emitLoop(OpBuilder &builder, scf::ForOp loop, IRMapping &mapping,
                int64_t lanes) {
    Location loc = loop.getLoc();
    SmallVector<Value> inits;
    for (Value init : loop.getInitArgs())
      inits.push_back(
          broadcastLanes(builder, loc, mapping.lookupOrDefault(init), lanes));
    auto clone = scf::ForOp::create(
        builder, loc, mapping.lookupOrDefault(loop.getLowerBound()),
        mapping.lookupOrDefault(loop.getUpperBound()),
        mapping.lookupOrDefault(loop.getStep()), inits,
        [&](OpBuilder &nested, Location, Value iv, ValueRange carried) {
          mapping.map(loop.getInductionVar(), iv);
          mapping.map(loop.getRegionIterArgs(), carried);
          emitBlock(nested, *loop.getBody(), mapping, lanes);
          SmallVector<Value> values;
          for (Value value : loop.getYieldedValues())
            values.push_back(broadcastLanes(
                nested, loc, mapping.lookupOrDefault(value), lanes));
          scf::YieldOp::create(nested, loc, values);
        });
    mapping.map(loop.getResults(), clone.getResults());
  }

  BlockArgument lane;
  Block &block;
  llvm::DenseSet<Value> varying, linear;
  unsigned widest = 8;
};

} // namespace

/// Stores `value`, a scalar or vector, at `lane`.
static void storeAt(OpBuilder &builder, MapRowOp op, Value value, Value lane) {
  SmallVector<Value> index(op.getIndices());
  index.push_back(lane);
  if (auto type = dyn_cast<VectorType>(value.getType()))
    storeLanes(builder, op.getLoc(), value, op.getResult(), index,
               type.getNumElements());
  else
    memref::StoreOp::create(builder, op.getLoc(), value, op.getResult(), index);
}

/// One element, computed alone.
static void emitLane(OpBuilder &builder, MapRowOp op, Value lane) {
  IRMapping mapping;
  Block &block = op.getBody().front();
  mapping.map(block.getArgument(0), lane);
  for (Operation &inner : block.without_terminator())
    builder.clone(inner, mapping);
  auto yield = cast<YieldOp>(block.getTerminator());
  storeAt(builder, op, mapping.lookupOrDefault(yield.getValue()), lane);
}

/// Whether the body is short and without branches or loops.
static bool isStraight(MapRowOp op) {
  constexpr unsigned shortBody = 64;
  Block &block = op.getBody().front();
  return block.getOperations().size() <= shortBody &&
         llvm::all_of(block, [](Operation &inner) {
           return inner.getNumRegions() == 0;
         });
}

void veltair::lowerMapRow(MapRowOp op, OpBuilder &builder, int64_t lanes) {
  Location loc = op.getLoc();
  int64_t extent = cast<MemRefType>(op.getResult().getType()).getShape().back();
  LaneVectorizer vectorizer(op);
  int64_t vectorized = 0;
  if (vectorizer.analyze()) {
    unsigned resultBits = cast<MemRefType>(op.getResult().getType())
                              .getElementType()
                              .getIntOrFloatBitWidth();
    int64_t width =
        lanes * 32 / std::max({vectorizer.widestBits(), resultBits, 32u});
    vectorized = extent - extent % width;
    if (vectorized > 0)
      scf::ForOp::create(
          builder, loc, constantIndex(builder, loc, 0),
          constantIndex(builder, loc, vectorized),
          constantIndex(builder, loc, width), ValueRange{},
          [&](OpBuilder &nested, Location, Value lane, ValueRange) {
            storeAt(nested, op, vectorizer.emit(nested, lane, width), lane);
            scf::YieldOp::create(nested, loc);
          });
  }
  if (vectorized == extent)
    return;
  // What depends on a lane that is known costs nothing: the element's address,
  // above all.
  if (vectorized == 0 && extent <= channelGroup && isStraight(op)) {
    for (int64_t lane = 0; lane < extent; ++lane)
      emitLane(builder, op, constantIndex(builder, loc, lane));
    return;
  }
  scf::ForOp::create(builder, loc, constantIndex(builder, loc, vectorized),
                     constantIndex(builder, loc, extent),
                     constantIndex(builder, loc, 1), ValueRange{},
                     [&](OpBuilder &nested, Location, Value lane, ValueRange) {
                       emitLane(nested, op, lane);
                       scf::YieldOp::create(nested, loc);
                     });
}
