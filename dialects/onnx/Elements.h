// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constants as bytes: the elements of an attribute in row-major order and
// memory types (booleans one byte each), whatever the attribute's storage is.

#ifndef VELTAIR_DIALECTS_ONNX_ELEMENTS_H
#define VELTAIR_DIALECTS_ONNX_ELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include <memory>
#include <optional>
#include <vector>

namespace mlir::veltair::onnx {

/// The bytes of one element of `elementType` in memory.
int64_t elementBytes(Type elementType);

/// A constant's bytes: a view of what the attribute holds where possible, else
/// a copy. Valid as long as both this object and the context live.
class ElementBytes {
public:
  ElementBytes() = default;
  /// Empty, and false in boolean context, when the elements cannot be read (a
  /// foreign attribute, a resource without or of too few bytes, or a splat of
  /// more than 4 GiB).
  explicit ElementBytes(ElementsAttr attribute);

  explicit operator bool() const { return valid; }
  ArrayRef<char> get() const { return view; }

private:
  bool valid = false;
  std::vector<char> storage;
  ArrayRef<char> view;
};

/// A constant of `type` from its bytes, of which there must be exactly as many
/// as the type says. Dense when small or when all elements are equal; otherwise
/// the bytes stay outside the IR: where they are if `owner` keeps them alive
/// (and they are aligned for their element), else in a copy. Equal bytes are
/// one resource, which keeps the owner of the first of them alive.
ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes,
                          std::shared_ptr<const void> owner = nullptr);

/// The same bytes with another type of equal size; null when the attribute
/// cannot be read.
ElementsAttr reinterpretElements(ElementsAttr attribute, RankedTensorType type);

/// The one element of a constant whose elements are known to be equal, of which
/// there may be more than memory holds; other constants as they are.
ElementsAttr condenseSplat(ElementsAttr attribute);
/// The constant of `type` that a result of condenseSplat stands for.
ElementsAttr expandSplat(ElementsAttr attribute, RankedTensorType type);

/// The elements of a constant of integers or booleans, or of floating-point
/// numbers; nothing for other attributes and for more than 2^26 elements.
std::optional<SmallVector<int64_t>> getIntegers(ElementsAttr attribute);
std::optional<SmallVector<double>> getFloats(ElementsAttr attribute);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_ELEMENTS_H
