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

/// The input position under the first of the window at result position
/// `position`.
static Value firstPosition(OpBuilder &builder, Location loc, Value position,
                           int64_t stride, int64_t pad) {
  Value start = arith::MulIOp::create(builder, loc, position,
                                      constantIndex(builder, loc, stride));
  return arith::SubIOp::create(builder, loc, start,
                               constantIndex(builder, loc, pad));
}

WindowRows veltair::windowRows(OpBuilder &builder, Location loc, Value row,
                               int64_t inputRows, int64_t size, int64_t stride,
                               int64_t dilation, int64_t pad) {
  auto constant = [&](int64_t value) {
    return constantIndex(builder, loc, value);
  };
  WindowRows rows;
  rows.dilation = dilation;
  rows.first = firstPosition(builder, loc, row, stride, pad);
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

bool WindowColumns::isInside(int64_t offset) const {
  if (!fixed)
    return true;
  int64_t position = *fixed + offset;
  return position >= 0 && position < size;
}

SmallVector<WindowColumns::Run> WindowColumns::runs(int64_t results,
                                                    int64_t window,
                                                    int64_t stride,
                                                    int64_t dilation) const {
  auto hasInput = [&](int64_t kw, int64_t t) {
    return isInside(kw * dilation + t * stride);
  };
  SmallVector<Run> runs;
  for (int64_t kw = 0; kw < window; ++kw) {
    auto isSame = [&](int64_t t) {
      return hasInput(kw, t) == hasInput(kw - 1, t);
    };
    if (kw > 0 && llvm::all_of(llvm::seq<int64_t>(0, results), isSame))
      ++runs.back().end;
    else
      runs.push_back({kw, kw + 1});
  }
  return runs;
}

WindowColumns veltair::windowColumns(OpBuilder &builder, Location loc,
                                     Value column, bool interior,
                                     int64_t inputColumns, int64_t stride,
                                     int64_t pad) {
  WindowColumns columns;
  columns.first = firstPosition(builder, loc, column, stride, pad);
  columns.size = inputColumns;
  if (!interior) {
    APInt number;
    bool isConstant = matchPattern(column, m_ConstantInt(&number));
    assert(isConstant && "a tile at an edge needs a constant column");
    (void)isConstant;
    columns.fixed = number.getSExtValue() * stride - pad;
  }
  return columns;
}
