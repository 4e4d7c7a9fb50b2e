// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects the schedules of a layer: what families enumerate with.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_SCHEDULEBUILDER_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_SCHEDULEBUILDER_H

#include "compiler/codegen/backend/Target.h"
#include "dialects/veltair/VeltairDialect.h"
#include "llvm/ADT/SetVector.h"

namespace mlir::veltair {

class ScheduleBuilder {
public:
  ScheduleBuilder(MLIRContext *context, const TargetIsa &isa);

  /// The most rows of a tile with `vectors` channel groups whose accumulators,
  /// weights (`kept` registers a vector) and one operand stay in registers.
  int64_t maxRows(int64_t vectors, int64_t kept) const;

  /// Registers that are left for values of a tile.
  int64_t getRegisters() const { return registers; }

  /// Row counts up to `most` that cut `extent` into equal tiles, the largest
  /// first, and the largest itself.
  static SmallVector<int64_t> balancedRows(int64_t extent, int64_t most);

  /// Grains that cut `extent` into 1, 2, 4 … up to `limit` parts.
  static SmallVector<int64_t> grains(int64_t extent, int64_t limit);

  void add(StringRef algorithm, int64_t rows, int64_t vectors, LoopOrder order,
           int64_t grain, int64_t groups);

  /// All cuts of a tile's loops into chunks, of at most that many parts of the
  /// groups.
  void addCuts(int64_t rows, int64_t vectors, int64_t rowExtent,
               int64_t groupExtent, StringRef algorithm = "direct",
               int64_t maxGroupParts = 64);

  /// The most rows, that many bytes apart, that can be walked side by side in
  /// the first-level cache.
  static int64_t rowsSideBySide(int64_t strideBytes);

  /// The schedules of a matrix product of that many rows, `strideBytes`
  /// apart in the left operand, and groups of 16 columns, which are cut into at
  /// most that many parts.
  void addProduct(StringRef algorithm, int64_t rowExtent, int64_t strideBytes,
                  int64_t groupExtent, int64_t maxGroupParts = 64);

  SmallVector<ScheduleAttr> take() {
    return SmallVector<ScheduleAttr>(schedules.takeVector());
  }

private:
  MLIRContext *context;
  int64_t parts, registers;
  llvm::SetVector<ScheduleAttr> schedules;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_SCHEDULEBUILDER_H
