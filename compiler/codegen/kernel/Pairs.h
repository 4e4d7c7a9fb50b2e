// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of pairs of bf16, added up in f32: AVX512-BF16's instruction.

#ifndef VELTAIR_COMPILER_CODEGEN_KERNEL_PAIRS_H
#define VELTAIR_COMPILER_CODEGEN_KERNEL_PAIRS_H

#include "dialects/kernel/KernelDialect.h"
#include "mlir/IR/Builders.h"

namespace mlir::veltair {

/// The elements [index, index + 1] of the innermost dimension of a buffer of
/// bf16, which is contiguous there, in all 16 pairs of lanes.
Value broadcastPair(OpBuilder &builder, Location loc, Value memref,
                    ValueRange index);

/// The same with one number of the pair, the first or the second; the other is
/// zero.
Value broadcastHalfPair(OpBuilder &builder, Location loc, Value memref,
                        ValueRange index, bool second);

/// `count` pairs of bf16 (8 or 16) from the innermost dimension of a buffer.
Value loadPairs(OpBuilder &builder, Location loc, Value memref,
                ValueRange index, int64_t count = kernel::channelGroup);

/// The first `count` of 16 pairs.
Value leadingPairs(OpBuilder &builder, Location loc, Value pairs,
                   int64_t count);

/// Pairs (0, a[2i]): the first number of each, in the second place.
Value secondOfPairs(OpBuilder &builder, Location loc, Value a);

/// sums[i] + a[2i] * b[2i] + a[2i + 1] * b[2i + 1] in each of 8 or 16 lanes of
/// f32.
Value dotPairs(OpBuilder &builder, Location loc, Value sums, Value a, Value b);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_KERNEL_PAIRS_H
