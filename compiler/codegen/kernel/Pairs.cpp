// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Pairs.h"
#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

static VectorType pairsType(OpBuilder &builder, int64_t count = channelGroup) {
  return VectorType::get(2 * count, builder.getBF16Type());
}

/// The pair in the bits of an integer, in all lanes.
static Value broadcastBits(OpBuilder &builder, Location loc, Value bits) {
  Value lanes = vector::BroadcastOp::create(
      builder, loc, VectorType::get(channelGroup, bits.getType()), bits);
  return vector::BitCastOp::create(builder, loc, pairsType(builder), lanes);
}

Value veltair::broadcastPair(OpBuilder &builder, Location loc, Value memref,
                             ValueRange index) {
  // As one integer: that is a broadcast from memory of 32-bit lanes.
  Type i32 = builder.getI32Type();
  Value pair = vector::LoadOp::create(
      builder, loc, VectorType::get(2, builder.getBF16Type()), memref, index);
  Value bits =
      vector::BitCastOp::create(builder, loc, VectorType::get(1, i32), pair);
  Value scalar = vector::ExtractOp::create(builder, loc, bits, 0);
  return broadcastBits(builder, loc, scalar);
}

Value veltair::broadcastHalfPair(OpBuilder &builder, Location loc, Value memref,
                                 ValueRange index, bool second) {
  Value number = memref::LoadOp::create(builder, loc, memref, index);
  Value half =
      arith::BitcastOp::create(builder, loc, builder.getI16Type(), number);
  Value bits = arith::ExtUIOp::create(builder, loc, builder.getI32Type(), half);
  if (second)
    bits = arith::ShLIOp::create(
        builder, loc, bits,
        arith::ConstantIntOp::create(builder, loc, builder.getI32Type(), 16));
  return broadcastBits(builder, loc, bits);
}

Value veltair::loadPairs(OpBuilder &builder, Location loc, Value memref,
                         ValueRange index, int64_t count) {
  return vector::LoadOp::create(builder, loc, pairsType(builder, count), memref,
                                index);
}

Value veltair::leadingPairs(OpBuilder &builder, Location loc, Value pairs,
                            int64_t count) {
  if (count == channelGroup)
    return pairs;
  return vector::ExtractStridedSliceOp::create(
      builder, loc, pairs, /*offsets=*/ArrayRef<int64_t>{0},
      /*sizes=*/ArrayRef<int64_t>{2 * count}, /*strides=*/ArrayRef<int64_t>{1});
}

Value veltair::secondOfPairs(OpBuilder &builder, Location loc, Value a) {
  auto type = cast<VectorType>(a.getType());
  auto lanes = VectorType::get(type.getNumElements() / 2, builder.getI32Type());
  Value bits = vector::BitCastOp::create(builder, loc, lanes, a);
  Value shift = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(lanes, builder.getI32IntegerAttr(16)));
  Value moved = arith::ShLIOp::create(builder, loc, bits, shift);
  return vector::BitCastOp::create(builder, loc, type, moved);
}

Value veltair::dotPairs(OpBuilder &builder, Location loc, Value sums, Value a,
                        Value b) {
  bool whole = cast<VectorType>(sums.getType()).getDimSize(0) == channelGroup;
  return LLVM::CallIntrinsicOp::create(
             builder, loc, sums.getType(),
             builder.getStringAttr(whole ? "llvm.x86.avx512bf16.dpbf16ps.512"
                                         : "llvm.x86.avx512bf16.dpbf16ps.256"),
             ValueRange{sums, a, b})
      .getResult(0);
}
