// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace mlir::veltair;

ScheduleBuilder::ScheduleBuilder(MLIRContext *context, const TargetIsa &isa)
    : context(context), parts(kernel::channelGroup / isa.lanes(32)),
      registers(isa.vectorRegisters - 1) {}

int64_t ScheduleBuilder::maxRows(int64_t vectors, int64_t kept) const {
  int64_t width = vectors * parts;
  return std::max<int64_t>(0, (registers - 1 - kept * width) / width);
}

SmallVector<int64_t> ScheduleBuilder::balancedRows(int64_t extent,
                                                   int64_t most) {
  llvm::SmallSetVector<int64_t, 4> rows;
  most = std::min(most, extent);
  if (most < 1)
    return {};
  int64_t tiles = llvm::divideCeil(extent, most);
  rows.insert(llvm::divideCeil(extent, tiles));
  rows.insert(most);
  return rows.takeVector();
}

SmallVector<int64_t> ScheduleBuilder::grains(int64_t extent, int64_t limit) {
  llvm::SmallSetVector<int64_t, 8> values;
  for (int64_t parts = 1; parts <= std::min(extent, limit); parts *= 2)
    values.insert(llvm::divideCeil(extent, parts));
  return values.takeVector();
}

void ScheduleBuilder::add(StringRef algorithm, int64_t rows, int64_t vectors,
                          LoopOrder order, int64_t grain, int64_t groups) {
  schedules.insert(ScheduleAttr::get(context, algorithm, rows, vectors, order,
                                     grain, groups));
}

void ScheduleBuilder::addCuts(int64_t rows, int64_t vectors, int64_t rowExtent,
                              int64_t groupExtent, StringRef algorithm,
                              int64_t maxGroupParts) {
  for (int64_t grain : grains(rowExtent, 64))
    for (int64_t groups : grains(groupExtent, maxGroupParts))
      for (LoopOrder order : {LoopOrder::Rows, LoopOrder::Channels})
        add(algorithm, rows, vectors, order, grain,
            groups == groupExtent ? 0 : groups);
}

int64_t ScheduleBuilder::rowsSideBySide(int64_t strideBytes) {
  // A way of a first-level cache has the size of a page. Of the eight ways or
  // more, the other operand and the result need some.
  constexpr int64_t lineBytes = 64, sets = 64, ways = 6;
  if (strideBytes % lineBytes != 0)
    return sets * ways;
  return sets / std::gcd(sets, strideBytes / lineBytes) * ways;
}

void ScheduleBuilder::addProduct(StringRef algorithm, int64_t rowExtent,
                                 int64_t strideBytes, int64_t groupExtent,
                                 int64_t maxGroupParts) {
  constexpr int64_t enoughRows = 8;
  int64_t least = std::min(
      {rowExtent, rowsSideBySide(strideBytes), maxRows(1, 1), enoughRows});
  for (int64_t vectors = 1; vectors <= std::min<int64_t>(8, groupExtent);
       ++vectors) {
    // A single row uses each weight once, straight from memory.
    int64_t most = rowExtent == 1 ? 1
                                  : std::min(maxRows(vectors, 1),
                                             rowsSideBySide(strideBytes));
    // The first tile of a panel reads its weights from memory: the fewer rows
    // it has, the less it computes meanwhile.
    if (rowExtent > 1 && most < least)
      continue;
    for (int64_t rows : balancedRows(rowExtent, most))
      addCuts(rows, vectors, llvm::divideCeil(rowExtent, rows),
              llvm::divideCeil(groupExtent, vectors), algorithm, maxGroupParts);
  }
}
