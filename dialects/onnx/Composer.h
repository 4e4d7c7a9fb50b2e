// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Short names for building onnx operations, for decompositions.

#ifndef VELTAIR_DIALECTS_ONNX_COMPOSER_H
#define VELTAIR_DIALECTS_ONNX_COMPOSER_H

#include "dialects/onnx/OnnxOps.h"

namespace mlir::veltair::onnx {

class Composer {
public:
  Composer(OpBuilder &b, Location loc) : b(b), loc(loc) {}

  /// An operation with one result, whose type is inferred.
  template <typename Op, typename... Args> Value make(Args &&...args) {
    return Op::create(b, loc, std::forward<Args>(args)...);
  }
  Value add(Value x, Value y) { return make<AddOp>(x, y); }
  Value sub(Value x, Value y) { return make<SubOp>(x, y); }
  Value mul(Value x, Value y) { return make<MulOp>(x, y); }
  Value div(Value x, Value y) { return make<DivOp>(x, y); }
  Value sqrt(Value x) { return make<SqrtOp>(x); }
  Value exp(Value x) { return make<ExpOp>(x); }
  Value log(Value x) { return make<LogOp>(x); }

  Value none() { return make<NoValueOp>(); }
  Value integers(ArrayRef<int64_t> values) {
    auto type = RankedTensorType::get(values.size(), b.getI64Type());
    return make<ConstantOp>(DenseElementsAttr::get(type, values));
  }
  /// A scalar of the floating-point type of `like`.
  Value scalar(Value like, double value) {
    auto type = RankedTensorType::get({}, elementType(like));
    Attribute attribute = b.getFloatAttr(elementType(like), value);
    return make<ConstantOp>(DenseElementsAttr::get(type, attribute));
  }
  /// A reduction that keeps the reduced dimensions.
  template <typename Op> Value reduce(Value x, ArrayRef<int64_t> axes) {
    return make<Op>(x, integers(axes), 1, 0);
  }
  /// Bounded dimensions that keep their place keep their extent.
  Value reshape(Value x, ArrayRef<int64_t> shape) {
    if (shapeOf(x) == shape)
      return x;
    SmallVector<int64_t> wanted(shape);
    bool copies = false;
    for (auto [dim, have] : llvm::enumerate(shapeOf(x)))
      if (dim < wanted.size() && wanted[dim] == have &&
          extentNumber(x.getType(), dim) != exactExtent) {
        wanted[dim] = 0;
        copies = true;
      }
    return make<ReshapeOp>(x, integers(wanted), copies ? 0 : 1);
  }
  /// Dimension i of the result is dimension order[i] of `x`.
  Value transpose(Value x, ArrayRef<int64_t> order) {
    return llvm::is_sorted(order)
               ? x
               : make<TransposeOp>(x, b.getDenseI64ArrayAttr(order));
  }
  /// `x`, unless it has that element type already, converted.
  Value cast(Value x, Type type) {
    return elementType(x) == type ? x : make<CastOp>(x, 1, dataTypeOf(type));
  }
  /// `x` in a type that holds sums and squares of its elements: at least f32.
  Value widened(Value x) {
    Type type = elementType(x);
    return cast(x, type.isF64() ? type : Type(b.getF32Type()));
  }
  /// A vector over dimension 1 of tensors of rank `rank`, ready to broadcast.
  Value alongChannels(Value vector, int64_t rank) {
    SmallVector<int64_t> shape(rank - 1, 1);
    shape[0] = elementCount(shapeOf(vector));
    return reshape(vector, shape);
  }
  /// x with mean 0 and variance 1 over `axes`: (x - mean) / sqrt(var +
  /// epsilon). Also sets the mean and the reciprocal of the deviation.
  Value standardize(Value x, ArrayRef<int64_t> axes, double epsilon,
                    Value &mean, Value &inverse) {
    mean = reduce<ReduceMeanOp>(x, axes);
    Value centred = sub(x, mean);
    Value variance = reduce<ReduceMeanOp>(mul(centred, centred), axes);
    Value deviation = sqrt(add(variance, scalar(x, epsilon)));
    inverse = make<ReciprocalOp>(deviation);
    return mul(centred, inverse);
  }

private:
  OpBuilder &b;
  Location loc;
};

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_COMPOSER_H
