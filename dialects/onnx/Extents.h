// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Data-dependent extents: how tensor types name them, and how they spread from
// operands to results.

#ifndef VELTAIR_DIALECTS_ONNX_EXTENTS_H
#define VELTAIR_DIALECTS_ONNX_EXTENTS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

#define GET_ATTRDEF_CLASSES
#include "dialects/onnx/Extents.h.inc"

namespace mlir::veltair::onnx {

/// Numbers of an ExtentsAttr that name no extent.
constexpr int64_t exactExtent = -1, unnamedExtent = -2;

/// The number of dimension `dim` of a tensor type: exactExtent for most.
int64_t extentNumber(Type tensor, int64_t dim);
/// True when some dimension is a bound.
bool hasExtents(Type type);
bool hasUnnamedExtents(Type type);
/// The type with these numbers, or without an encoding when all are exact.
RankedTensorType withExtents(RankedTensorType type, ArrayRef<int64_t> numbers);
/// The type with every extent's number passed through `rename`; other types
/// as they are.
Type renameExtents(Type type, function_ref<int64_t(int64_t)> rename);
/// The type without extents: bounds taken for exact.
Type withoutExtents(Type type);

/// True when types differ in names of extents at most.
bool isCompatible(TypeRange left, TypeRange right);

using InferFn = function_ref<LogicalResult(
    ValueRange operands, std::optional<Location>, SmallVectorImpl<Type> &)>;

/// Infers result types by `infer`, which looks at shapes alone, and names the
/// extents of bounded results: an extent that follows one of the operands'
/// wherever it goes is the same; one that depends on them in another way gets
/// no name. Fails when the operation cannot follow an operand's extent.
LogicalResult inferWithExtents(StringRef op, ValueRange operands,
                               std::optional<Location> location, InferFn infer,
                               SmallVectorImpl<Type> &types);

/// Fails with a message unless `op` is right for its bounded operands: it is
/// elementwise, composite or aware of extents; or it keeps the bytes, and no
/// dimension of more than one element stands before a bounded one.
LogicalResult verifyExtents(Operation *op);

template <typename Op>
class ExtentAware : public OpTrait::TraitBase<Op, ExtentAware> {};
template <typename Op>
class ExtentSource : public OpTrait::TraitBase<Op, ExtentSource> {};

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_EXTENTS_H
