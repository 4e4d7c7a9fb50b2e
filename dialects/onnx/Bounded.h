// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What operations with results of data-dependent size share.

#ifndef VELTAIR_DIALECTS_ONNX_BOUNDED_H
#define VELTAIR_DIALECTS_ONNX_BOUNDED_H

#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Inference.h"

namespace mlir::veltair::onnx {

/// Appends a type whose dimension `dim` is a bound.
LogicalResult inferBounded(Inference &infer, Type element,
                           ArrayRef<int64_t> shape, int64_t dim,
                           SmallVectorImpl<Type> &types);

/// Appends the type of an extent.
LogicalResult inferExtent(Inference &infer, MLIRContext *context);

/// The dimension of `shape` whose slices are chosen from; (C1) the axis is in
/// range. Without one, `shape` becomes that of all elements in a row.
FailureOr<int64_t> inferSlices(const Inference &infer,
                               std::optional<int64_t> axis,
                               SmallVectorImpl<int64_t> &shape);

/// Stores an extent, an index, in result number `result`.
void storeExtent(ElementBuilder &b, unsigned result, Value extent);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_BOUNDED_H
