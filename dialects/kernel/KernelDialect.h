// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_KERNEL_DIALECT_H
#define VELTAIR_DIALECTS_KERNEL_DIALECT_H

#include "dialects/kernel/Winograd.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/kernel/KernelDialect.h.inc"

#include "dialects/kernel/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/KernelAttrs.h.inc"

#include "dialects/kernel/LayerKernelInterface.h.inc"

#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.h.inc"

namespace mlir::veltair::kernel {
/// Channels in one group of the blocked layout, on every instruction set.
inline constexpr int64_t channelGroup = 16;

/// The most window columns of a maximum pool without a loop over them: AVX2 has
/// registers for as many maxima.
inline constexpr int64_t maxUnrolledColumns = 13;

/// The input columns, counted from the first one, that windows of `window`
/// columns read for `results` neighbouring results; ascending.
SmallVector<int64_t> columnsUnder(int64_t results, int64_t window,
                                  int64_t stride, int64_t dilation);
} // namespace mlir::veltair::kernel

#endif // VELTAIR_DIALECTS_KERNEL_DIALECT_H
