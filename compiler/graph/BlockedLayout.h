// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The layout NCHW16c: [N, C, H, W] as [N, ceil(C/16), H, W, 16].

#ifndef VELTAIR_COMPILER_GRAPH_BLOCKEDLAYOUT_H
#define VELTAIR_COMPILER_GRAPH_BLOCKEDLAYOUT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace mlir::veltair {

/// Whether a tensor [N, C, ...] has lanes beyond C when it is blocked.
bool hasPaddingLanes(RankedTensorType plain);

/// [N, C, ...] as [N, ceil(C/16), ..., 16].
RankedTensorType getBlockedType(RankedTensorType plain);

/// Whether the bytes of both layouts are the same.
bool isBlockedByView(RankedTensorType plain);

/// The constant [N, C, ...] in blocked layout, lanes beyond C zero; null when
/// its bytes cannot be read.
ElementsAttr blockElements(ElementsAttr elements);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_BLOCKEDLAYOUT_H
