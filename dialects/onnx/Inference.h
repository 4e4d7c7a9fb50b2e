// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Help for the type inference of operations: results, numbered constraints,
// and pure functions on shapes.

#ifndef VELTAIR_DIALECTS_ONNX_INFERENCE_H
#define VELTAIR_DIALECTS_ONNX_INFERENCE_H

#include "dialects/onnx/Elements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "mlir/IR/ValueRange.h"
#include <optional>

namespace mlir::veltair::onnx {

/// True when an optional operand is absent (an onnx.NoValue).
inline bool isAbsent(Value operand) { return isa<NoneType>(operand.getType()); }

/// The type of an operand that is present.
inline RankedTensorType tensorType(Value operand) {
  return cast<RankedTensorType>(operand.getType());
}
inline ArrayRef<int64_t> shapeOf(Value operand) {
  return tensorType(operand).getShape();
}
inline int64_t rankOf(Value operand) { return tensorType(operand).getRank(); }
inline Type elementType(Value operand) {
  return tensorType(operand).getElementType();
}

/// The elements of an operand that is a constant of integers or booleans, or of
/// floating-point numbers; nothing otherwise.
std::optional<SmallVector<int64_t>> constantIntegers(Value operand);
std::optional<SmallVector<double>> constantFloats(Value operand);

/// The only element of an operand that is a constant of integers or booleans;
/// nothing otherwise.
std::optional<int64_t> constantInteger(Value operand);

/// The element type of all operands, or null when they differ.
Type commonElement(ValueRange operands);

/// The constant that `operand` is, or null.
ElementsAttr constantElements(Value operand);

/// The common shape of broadcast shapes, or nothing when they do not agree.
std::optional<SmallVector<int64_t>>
broadcastShapes(ArrayRef<ArrayRef<int64_t>> shapes);

/// `axis`, counted from the end when negative, as an index below `rank`.
std::optional<int64_t> normalizeAxis(int64_t axis, int64_t rank);

/// The number of elements of a static shape.
int64_t elementCount(ArrayRef<int64_t> shape);

/// The most elements of a tensor, more than any machine holds: products of a
/// few such numbers of bytes still fit into 64 bits. No dimension is longer.
constexpr int64_t maxExtent = int64_t(1) << 40;

/// The most dimensions of a tensor, as many as the runtime takes. Code walks
/// over them by recursion.
constexpr int64_t maxRank = 64;

/// The most pieces that a tensor is split into: to find one, those in front of
/// it are counted.
constexpr int64_t maxPieces = 1 << 16;

/// False when an extent is negative, or there are more dimensions or elements
/// than may be.
bool isPossible(ArrayRef<int64_t> shape);

/// The context of one inference: names the operation in messages and collects
/// the result types.
class Inference {
public:
  /// Messages go to `location`; without one failures are silent.
  Inference(StringRef op, std::optional<Location> location,
            SmallVectorImpl<Type> &types)
      : op(op), location(location), types(&types) {}

  /// For what is derived again from an operation that has been verified: it has
  /// no failures, and no results.
  static Inference silent() { return Inference(); }

  /// Reports that constraint (C`number`) is violated.
  LogicalResult fail(unsigned number, const Twine &message) const;
  /// The same, where the value of `operand` had to be known; a note at the
  /// operand's location says that it is not, unless it is a constant.
  LogicalResult failForValue(unsigned number, Value operand,
                             const Twine &message) const;

  /// Appends the type of the next result. Fails when its shape is not possible.
  LogicalResult result(Type element, ArrayRef<int64_t> shape);

  /// The result of an element-wise operation: (C1) the operands' shapes
  /// broadcast to one; (C2) those of `alike` have one element type.
  LogicalResult elementwise(ValueRange operands, Type resultElement,
                            ValueRange alike);
  LogicalResult elementwise(ValueRange operands, Type resultElement) {
    return elementwise(operands, resultElement, operands);
  }

  /// Checks that the operands that are present can be computed with each other:
  /// halves become f32, but other element types have to be one.
  LogicalResult matching(unsigned number, ValueRange operands) const;

  /// Checks that no operand has a data-dependent size.
  LogicalResult exact(unsigned number, ValueRange operands) const;

  /// `axis` as an index below `rank`, or a failure of constraint `number`.
  FailureOr<int64_t> axis(unsigned number, int64_t axis, int64_t rank) const;

  /// Several axes: each in range, none twice.
  FailureOr<SmallVector<int64_t>> axes(unsigned number, ArrayRef<int64_t> axes,
                                       int64_t rank) const;

  /// The elements of operand `name`, which must be constant.
  FailureOr<SmallVector<int64_t>> integers(unsigned number, Value operand,
                                           StringRef name) const;
  /// The same, or `otherwise` where the operand is absent.
  FailureOr<SmallVector<int64_t>> integers(unsigned number, Value operand,
                                           StringRef name,
                                           ArrayRef<int64_t> otherwise) const;
  FailureOr<SmallVector<double>> floats(unsigned number, Value operand,
                                        StringRef name) const;

private:
  Inference() = default;

  StringRef op;
  std::optional<Location> location;
  SmallVectorImpl<Type> *types = nullptr;
};

/// True when `values` is empty, which stands for a default, or has `size`
/// elements, all of them from `low` to `high`.
bool isListOf(ArrayRef<int64_t> values, size_t size, int64_t low, int64_t high);
/// `values`, or `size` times `value` when it is empty.
SmallVector<int64_t> listOr(ArrayRef<int64_t> values, size_t size,
                            int64_t value);

/// The shape of tensors one after the other along `axis`: (C1) it is in range;
/// (C2) they have one element type and agree in the other dimensions.
FailureOr<SmallVector<int64_t>> inferConcat(const Inference &infer,
                                            ValueRange inputs, int64_t axis);

/// Constraint `number`: x [N, C, ...] and filters w [M, C / group, ...] fit
/// each other.
LogicalResult checkGroups(const Inference &infer, unsigned number,
                          ArrayRef<int64_t> x, ArrayRef<int64_t> w,
                          int64_t group);

/// The sliding window of a convolution or pool, one entry for each spatial
/// dimension.
struct Window {
  SmallVector<int64_t> kernel, strides, dilations, padsBegin, padsEnd, output;

  /// True when some window reaches outside the input.
  bool isPadded(ArrayRef<int64_t> spatial) const;
};

/// Whether there is an auto_pad of that name.
bool isAutoPad(StringRef name);

/// The attributes that describe a window; empty arrays mean the defaults.
struct WindowAttributes {
  StringRef autoPad;
  ArrayRef<int64_t> dilations, kernel, pads, strides;
  bool ceil = false;
};

/// The window over an input of extents `spatial`. Constraint `number`: the
/// attributes have one entry (pads: two) for each spatial dimension; kernel,
/// strides and dilations are positive; the padded input holds the kernel;
/// auto_pad is one of NOTSET, VALID, SAME_UPPER, SAME_LOWER.
FailureOr<Window> inferWindow(const Inference &infer, unsigned number,
                              ArrayRef<int64_t> spatial,
                              const WindowAttributes &attributes);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_INFERENCE_H
