// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_VELTAIR_DIALECT_H
#define VELTAIR_DIALECTS_VELTAIR_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace mlir::veltair {
/// What the two inner loops of a chunk iterate, outer first: tile rows inside
/// each channel group, or channel groups inside each tile row.
enum class LoopOrder { Rows, Channels };
} // namespace mlir::veltair

#include "dialects/veltair/VeltairDialect.h.inc"

#include "dialects/veltair/VeltairEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/veltair/VeltairAttrs.h.inc"

#define GET_OP_CLASSES
#include "dialects/veltair/VeltairOps.h.inc"

namespace mlir::veltair {
/// The tensor whose bytes `value` shows through views.
Value skipViews(Value value);
} // namespace mlir::veltair

#endif // VELTAIR_DIALECTS_VELTAIR_DIALECT_H
