// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the scalar code of an operation: typed access to elements, arithmetic
// that follows the element type, and loops.
//
// Every element type has a memory type, the one of tensors and buffers, and a
// compute type, the one of the values between load and store:
//
//   element type      memory type   compute type
//   f32, f64, iN      same          same
//   f16, bf16         same          f32
//   uiN               iN            iN (the builder knows it is unsigned)
//   i1 (bool)         i8, 0 or 1    i1

#ifndef VELTAIR_DIALECTS_ONNX_ELEMENTBUILDER_H
#define VELTAIR_DIALECTS_ONNX_ELEMENTBUILDER_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <functional>

namespace mlir::veltair::onnx {

/// The types of an element in memory and in computations; see above.
Type memoryType(Type elementType);
Type computeType(Type elementType);

/// True for uiN; booleans are compared and converted as unsigned, too.
bool isUnsignedElement(Type elementType);

/// What a failed check reports; the values of VELTAIR_KERNEL_*.
enum class Fault { IndexOutOfRange = 1, DivisionByZero = 2 };

class ElementBuilder;

/// Where the elements of an operation live. Values passed here are in memory
/// types. `load` is always set; `loadResult` and `store` for SequentialOps;
/// `check`, when set, is called with a condition that is false on a fault
/// (code emitted stays within bounds after a failed check).
struct ElementAccess {
  std::function<Value(ElementBuilder &, Value operand, ValueRange index)> load;
  std::function<Value(ElementBuilder &, unsigned result, ValueRange index)>
      loadResult = {};
  std::function<void(ElementBuilder &, unsigned result, Value value,
                     ValueRange index)>
      store = {};
  std::function<void(ElementBuilder &, Value condition, Fault fault)> check =
      {};
  /// The true extent, an index, of a bounded dimension of an operand (or result
  /// whose extent an operand's is). May be absent where none is bounded.
  std::function<Value(ElementBuilder &, Value tensor, int64_t dim)> extent = {};
};

class ElementBuilder : public ImplicitLocOpBuilder {
public:
  /// Builds code for `op` at the insertion point of `base`.
  ElementBuilder(Operation *op, const OpBuilder &base, ElementAccess access);

  Operation *getOp() const { return op; }
  /// True when the first tensor operand of the operation is unsigned: then
  /// comparison, division, minimum and maximum of integers are unsigned.
  bool isUnsigned() const { return unsignedIntegers; }
  /// The same for arithmetic on `value`: indices are signed, whatever the
  /// elements are that they lead to.
  bool isUnsigned(Value value) const {
    return unsignedIntegers && !value.getType().isIndex();
  }

  // Access to elements, in compute types.
  Value load(Value operand, ValueRange index);
  Value loadResult(unsigned result, ValueRange index);
  void store(unsigned result, Value value, ValueRange index);
  /// Stores `value` everywhere.
  void fillResult(unsigned result, Value value);
  /// The element of an operand at the trailing part of `index`, with index 0
  /// where the operand's extent is 1 (multidirectional broadcasting).
  Value loadBroadcast(Value operand, ValueRange index);
  /// The only element of an operand.
  Value loadScalar(Value operand);
  void check(Value condition, Fault fault);
  /// `index` (an integer or index) as an index into `extent` elements:
  /// negative ones count from the end; others out of range are a fault.
  Value checkedIndex(Value index, Value extent);
  Value checkedIndex(Value index, int64_t extent) {
    return checkedIndex(index, this->index(extent));
  }
  /// The true extent of a dimension, or of all, as index values: constants but
  /// where the type holds a bound.
  Value extent(Value tensor, int64_t dim);
  SmallVector<Value> extents(Value tensor);

  // Conversions.
  Value toMemory(Value value, Type elementType);
  Value fromMemory(Value value, Type elementType);
  /// A value of element type `from` as one of `to`, both in compute types, as
  /// ONNX's Cast converts: floats to integers towards zero (to the low bits of
  /// those that are too large for a narrow type), to bool by != 0. To halves
  /// numbers are rounded once, when they are stored.
  Value convert(Value value, Type from, Type to);
  Value toIndex(Value integer);
  /// An index as a number of compute type `type`.
  Value fromIndex(Value index, Type type);

  // Constants; `type` is a compute type.
  Value index(int64_t value);
  Value constant(Type type, double value);
  Value constantLike(Value value, double constant) {
    return this->constant(value.getType(), constant);
  }
  /// The only element of `elements`, in its compute type.
  Value constant(ElementsAttr elements);
  Value boolean(bool value);
  /// The least and the largest value of the compute type (infinities for
  /// floats), signed or not as the operation is.
  Value lowest(Type type);
  Value highest(Type type);

  // Arithmetic on floats, integers and indices. Division of integers is total:
  // by zero it reports a fault. Index arithmetic is folded.
  Value add(Value x, Value y);
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  Value div(Value x, Value y);
  /// The remainder with the sign of the dividend (C's % and fmod).
  Value rem(Value x, Value y);
  Value min(Value x, Value y);
  Value max(Value x, Value y);
  Value neg(Value x);
  Value abs(Value x);
  /// 1 / (1 + exp(-x)) of floats.
  Value sigmoid(Value x);
  Value add(Value x, int64_t y) { return add(x, constantLike(x, double(y))); }
  Value mul(Value x, int64_t y) { return mul(x, constantLike(x, double(y))); }
  Value clamp(Value x, Value low, Value high) { return min(max(x, low), high); }
  /// Division and remainder of a non-negative index by a positive constant.
  Value divIndex(Value x, int64_t y);
  Value remIndex(Value x, int64_t y);

  // Comparisons and logic on i1.
  Value eq(Value x, Value y);
  Value ne(Value x, Value y);
  Value lt(Value x, Value y);
  Value le(Value x, Value y);
  Value gt(Value x, Value y) { return lt(y, x); }
  Value ge(Value x, Value y) { return le(y, x); }
  Value logicalAnd(Value x, Value y);
  Value logicalOr(Value x, Value y);
  Value logicalNot(Value x);
  Value select(Value condition, Value x, Value y);

  using BodyFn = function_ref<SmallVector<Value>(Value i, ValueRange carried)>;
  using NestFn =
      function_ref<SmallVector<Value>(ValueRange index, ValueRange carried)>;
  /// for (i = lower; i < upper; ++i): the final carried values. A loop of one
  /// constant iteration is not built.
  SmallVector<Value> loop(Value lower, Value upper, ValueRange inits,
                          BodyFn body);
  /// A perfect nest of loops, the first the outermost.
  SmallVector<Value> loopNest(ValueRange lower, ValueRange upper,
                              ValueRange inits, NestFn body);
  SmallVector<Value> loopNest(ArrayRef<int64_t> extents, ValueRange inits,
                              NestFn body);
  /// The same over extents that are index values.
  SmallVector<Value> loopNestOver(ValueRange extents, ValueRange inits,
                                  NestFn body);
  /// A loop, or nest, that carries one value.
  Value reduce(Value lower, Value upper, Value init,
               function_ref<Value(Value i, Value carried)> body);
  Value reduce(int64_t extent, Value init,
               function_ref<Value(Value i, Value carried)> body);
  Value reduceNest(ArrayRef<int64_t> extents, Value init,
                   function_ref<Value(ValueRange index, Value carried)> body);
  /// The sum of what `value`, of compute type `type`, is at each index below
  /// `extents`, at most `count` of them. Long sums of f32 are added up in f64:
  /// beside 2^24 an accumulator of f32 does not see a 1.
  Value sumNest(ValueRange extents, int64_t count, Type type,
                function_ref<Value(ValueRange index)> value);
  /// if: both branches yield as many values; `otherwise` may be null when none.
  SmallVector<Value>
  ifElse(Value condition, TypeRange types,
         function_ref<SmallVector<Value>()> then,
         function_ref<SmallVector<Value>()> otherwise = nullptr);

private:
  Operation *op;
  ElementAccess access;
  bool unsignedIntegers = false;
};

/// The position of the element at `index` of `shape` in row-major order.
Value linearize(ElementBuilder &b, ValueRange index, ArrayRef<int64_t> shape);

/// The index of element number `flat` of `shape`.
SmallVector<Value> delinearize(ElementBuilder &b, Value flat,
                               ArrayRef<int64_t> shape);

/// Emits the element of a result of the builder's operation, an ElementwiseOp
/// or IndexedOp, at `index`. Returns it in the memory type.
Value emitResultElement(ElementBuilder &b, unsigned result, ValueRange index);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_ELEMENTBUILDER_H
