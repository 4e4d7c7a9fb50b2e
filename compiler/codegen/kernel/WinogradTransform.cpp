// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/WinogradTransform.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace mlir::veltair;

Value WinogradTransform::constant(double value) {
  return arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(type, builder.getF32FloatAttr(value)));
}

Value WinogradTransform::add(Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}

Value WinogradTransform::subtract(Value a, Value b) {
  return arith::SubFOp::create(builder, loc, a, b);
}

Value WinogradTransform::multiplyAdd(double factor, Value value,
                                     Value accumulator) {
  if (factor == 1)
    return add(accumulator, value);
  if (factor == -1)
    return subtract(accumulator, value);
  return vector::FMAOp::create(builder, loc, constant(factor), value,
                               accumulator);
}

Value WinogradTransform::alternateSum(ArrayRef<double> factors,
                                      ArrayRef<Value> column, size_t last) {
  Value sum = column[last];
  for (size_t i = last; i >= 2;) {
    i -= 2;
    if (factors[i] != 0)
      sum = multiplyAdd(factors[i] / factors[last], column[i], sum);
  }
  return sum;
}

SmallVector<Value> WinogradTransform::input(const kernel::Winograd &winograd,
                                            ArrayRef<Value> column) {
  const kernel::Winograd::Matrix &matrix = winograd.input();
  // The polynomials of 0 and infinity have every other power, the leading
  // factor being 1. Those of +p and -p have one power less, led by 1, too, and
  // differ in the sign of the odd powers.
  size_t last = matrix.size() - 1;
  SmallVector<Value> result(matrix.size());
  result[0] = alternateSum(matrix[0], column, last - 1);
  for (size_t row = 1; row < last; row += 2) {
    Value even = alternateSum(matrix[row], column, last - 1);
    Value odd = alternateSum(matrix[row], column, last - 2);
    double factor = matrix[row][last - 2];
    result[row] = multiplyAdd(factor, odd, even);
    result[row + 1] = multiplyAdd(-factor, odd, even);
  }
  result[last] = alternateSum(matrix[last], column, last);
  return result;
}

SmallVector<Value> WinogradTransform::output(const kernel::Winograd &winograd,
                                             ArrayRef<Value> column) {
  const kernel::Winograd::Matrix &matrix = winograd.output();
  size_t last = column.size() - 1;
  SmallVector<Value> sums, differences;
  for (size_t i = 1; i < last; i += 2) {
    sums.push_back(add(column[i], column[i + 1]));
    differences.push_back(subtract(column[i], column[i + 1]));
  }
  SmallVector<Value> result;
  for (auto [power, row] : llvm::enumerate(matrix)) {
    ArrayRef<Value> terms = power % 2 ? differences : sums;
    // 0 has a part in the first row alone, infinity in the last one.
    Value sum = power == 0                   ? column.front()
                : power + 1 == matrix.size() ? column.back()
                                             : Value();
    for (auto [i, term] : llvm::enumerate(terms)) {
      double factor = row[1 + 2 * i];
      if (sum)
        sum = multiplyAdd(factor, term, sum);
      else
        sum = factor == 1 ? term
                          : Value(arith::MulFOp::create(builder, loc, term,
                                                        constant(factor)));
    }
    result.push_back(sum);
  }
  return result;
}
