// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"

using namespace mlir;
using namespace mlir::veltair;

Value WindowRows::inputRow(OpBuilder &builder, Location loc,
                           Value windowRow) const {
  Value offset = arith::MulIOp::create(builder, loc, windowRow,
                                       constantIndex(builder, loc, dilation));
  return arith::AddIOp::create(builder, loc, first, offset);
}

WindowRows veltair::windowRows(OpBuilder &builder, Location loc, Value row,
                               int64_t inputRows, int64_t size, int64_t stride,
                               int64_t dilation, int64_t pad) {
  auto constant = [&](int64_t value) {
    return constantIndex(builder, loc, value);
  };
  WindowRows rows;
  rows.dilation = dilation;
  rows.first = firstInputColumn(builder, loc, row, stride, pad);
  // begin = max(0, ceil(-first / dilation)),
  // end = min(size, ceil((inputRows - first) / dilation)).
  Value above = arith::SubIOp::create(builder, loc, constant(0), rows.first);
  Value below =
      arith::SubIOp::create(builder, loc, constant(inputRows), rows.first);
  rows.begin = arith::MaxSIOp::create(
      builder, loc, constant(0),
      arith::CeilDivSIOp::create(builder, loc, above, constant(dilation)));
  rows.end = arith::MinSIOp::create(
      builder, loc, constant(size),
      arith::CeilDivSIOp::create(builder, loc, below, constant(dilation)));
  return rows;
}

Value veltair::firstInputColumn(OpBuilder &builder, Location loc, Value column,
                                int64_t stride, int64_t pad) {
  Value start = arith::MulIOp::create(builder, loc, column,
                                      constantIndex(builder, loc, stride));
  return arith::SubIOp::create(builder, loc, start,
                               constantIndex(builder, loc, pad));
}
