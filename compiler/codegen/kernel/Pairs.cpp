// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Pairs.h"
#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

static VectorType pairsType(OpBuilder &builder) {
  return VectorType::get(2 * channelGroup, builder.getBF16Type());
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
  Value lanes = vector::BroadcastOp::create(
      builder, loc, VectorType::get(channelGroup, i32), scalar);
  return vector::BitCastOp::create(builder, loc, pairsType(builder), lanes);
}

Value veltair::loadPairs(OpBuilder &builder, Location loc, Value memref,
                         ValueRange index) {
  return vector::LoadOp::create(builder, loc, pairsType(builder), memref,
                                index);
}

Value veltair::secondOfPairs(OpBuilder &builder, Location loc, Value a) {
  auto lanes = VectorType::get(channelGroup, builder.getI32Type());
  Value bits = vector::BitCastOp::create(builder, loc, lanes, a);
  Value shift = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(lanes, builder.getI32IntegerAttr(16)));
  Value moved = arith::ShLIOp::create(builder, loc, bits, shift);
  return vector::BitCastOp::create(builder, loc, pairsType(builder), moved);
}

Value veltair::dotPairs(OpBuilder &builder, Location loc, Value sums, Value a,
                        Value b) {
  return LLVM::CallIntrinsicOp::create(
             builder, loc, sums.getType(),
             builder.getStringAttr("llvm.x86.avx512bf16.dpbf16ps.512"),
             ValueRange{sums, a, b})
      .getResult(0);
}
