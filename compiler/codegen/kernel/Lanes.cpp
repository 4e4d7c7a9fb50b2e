// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "dialects/kernel/KernelDialect.h"

using namespace mlir;
using namespace mlir::veltair;

Value veltair::constantIndex(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value veltair::offsetIndex(OpBuilder &builder, Location loc, Value index,
                           int64_t offset) {
  if (offset == 0)
    return index;
  return arith::AddIOp::create(builder, loc, index,
                               constantIndex(builder, loc, offset));
}

Value veltair::broadcastLanes(OpBuilder &builder, Location loc, Value value,
                              int64_t lanes) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(
      builder, loc, VectorType::get(lanes, value.getType()), value);
}

void veltair::forLanes(OpBuilder &builder, Location loc, int64_t lanes,
                       function_ref<void(Value)> body) {
  Value first = constantIndex(builder, loc, 0);
  if (lanes == kernel::channelGroup)
    return body(first);
  auto loop = scf::ForOp::create(
      builder, loc, first, constantIndex(builder, loc, kernel::channelGroup),
      constantIndex(builder, loc, lanes));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void veltair::cloneOnLanes(OpBuilder &builder, Operation &op,
                           IRMapping &mapping, int64_t lanes) {
  Location loc = op.getLoc();
  if (op.hasTrait<OpTrait::ConstantLike>()) {
    Value scalar = builder.clone(op)->getResult(0);
    mapping.map(op.getResult(0), broadcastLanes(builder, loc, scalar, lanes));
    return;
  }
  SmallVector<Value> operands;
  for (Value operand : op.getOperands())
    operands.push_back(
        broadcastLanes(builder, loc, mapping.lookupOrDefault(operand), lanes));
  SmallVector<Type> types;
  for (Type type : op.getResultTypes())
    types.push_back(VectorType::get(lanes, type));
  OperationState state(loc, op.getName(), operands, types, op.getAttrs());
  Operation *clone = builder.create(state);
  mapping.map(op.getResults(), clone->getResults());
}

/// The first `valid` of `lanes` lanes.
static Value leadingMask(OpBuilder &builder, Location loc, int64_t lanes,
                         int64_t valid) {
  return vector::ConstantMaskOp::create(
      builder, loc, VectorType::get(lanes, builder.getI1Type()),
      ArrayRef<int64_t>{valid});
}

Value veltair::loadLanes(OpBuilder &builder, Location loc, Value memref,
                         ValueRange indices, int64_t lanes, int64_t valid) {
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  auto type = VectorType::get(lanes, element);
  if (valid == lanes)
    return vector::LoadOp::create(builder, loc, type, memref, indices);
  Value zero =
      arith::ConstantOp::create(builder, loc, type, builder.getZeroAttr(type));
  return vector::MaskedLoadOp::create(builder, loc, type, memref, indices,
                                      leadingMask(builder, loc, lanes, valid),
                                      zero);
}

Value veltair::loadFloats(OpBuilder &builder, Location loc, Value memref,
                          ValueRange indices, int64_t lanes, int64_t valid) {
  return widenLanes(builder, loc,
                    loadLanes(builder, loc, memref, indices, lanes, valid));
}

Value veltair::widenLanes(OpBuilder &builder, Location loc, Value loaded) {
  VectorType type = cast<VectorType>(loaded.getType());
  VectorType wide = type.clone(builder.getF32Type());
  return type == wide ? loaded
                      : arith::ExtFOp::create(builder, loc, wide, loaded);
}

void veltair::storeFloats(OpBuilder &builder, Location loc, Value vector,
                          Value memref, ValueRange indices) {
  auto type = cast<VectorType>(vector.getType());
  Type element = cast<MemRefType>(memref.getType()).getElementType();
  if (element != type.getElementType())
    vector = arith::TruncFOp::create(builder, loc, type.clone(element), vector);
  vector::StoreOp::create(builder, loc, vector, memref, indices);
}

void veltair::storeLanes(OpBuilder &builder, Location loc, Value vector,
                         Value memref, ValueRange indices, int64_t valid) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  if (valid == lanes)
    vector::StoreOp::create(builder, loc, vector, memref, indices);
  else
    vector::MaskedStoreOp::create(builder, loc, memref, indices,
                                  leadingMask(builder, loc, lanes, valid),
                                  vector);
}

Value EpilogueEmitter::loadExtra(OpBuilder &builder, Location loc,
                                 unsigned number, ArrayRef<Value> index,
                                 int64_t valid) {
  Value extra = extras[number];
  ArrayRef<int64_t> shape = cast<MemRefType>(extra.getType()).getShape();
  SmallVector<Value> position;
  for (auto [size, value] : llvm::zip_equal(shape, index))
    position.push_back(size == 1 ? constantIndex(builder, loc, 0) : value);
  if (shape.back() == 1)
    return memref::LoadOp::create(builder, loc, extra, position);
  return loadLanes(builder, loc, extra, position, lanes, valid);
}

Value EpilogueEmitter::emit(OpBuilder &builder, Location loc, Value accumulator,
                            ArrayRef<Value> index, int64_t valid) {
  Block &block = region.front();
  IRMapping mapping;
  mapping.map(block.getArgument(0), accumulator);
  for (unsigned number = 0; number < extras.size(); ++number) {
    auto type = cast<MemRefType>(extras[number].getType());
    Value element;
    if (type.getDimSize(invariantDim) == 1) {
      std::vector<void *> key;
      for (auto [dim, value] : llvm::enumerate(index))
        key.push_back((int64_t)dim == invariantDim
                          ? nullptr
                          : value.getAsOpaquePointer());
      Value &cached = invariant[{number, key}];
      if (!cached)
        cached = loadExtra(builder, loc, number, index, valid);
      element = cached;
    } else {
      element = loadExtra(builder, loc, number, index, valid);
    }
    mapping.map(block.getArgument(1 + number), element);
  }
  for (Operation &op : block.without_terminator())
    cloneOnLanes(builder, op, mapping, lanes);
  auto yield = cast<kernel::YieldOp>(block.getTerminator());
  return broadcastLanes(builder, loc, mapping.lookupOrDefault(yield.getValue()),
                        lanes);
}

void EpilogueEmitter::store(OpBuilder &builder, Location loc,
                            ValueRange accumulators, Value memref,
                            ArrayRef<Value> index) {
  for (auto [number, accumulator] : llvm::enumerate(accumulators)) {
    SmallVector<Value> at(index);
    at[invariantDim] = offsetIndex(builder, loc, index[invariantDim], number);
    Value value = emit(builder, loc, accumulator, at, lanes);
    storeLanes(builder, loc, value, memref, at, lanes);
  }
}
