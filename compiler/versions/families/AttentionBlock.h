// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a chunk of attention does, for one block of queries.

#ifndef VELTAIR_COMPILER_VERSIONS_FAMILIES_ATTENTIONBLOCK_H
#define VELTAIR_COMPILER_VERSIONS_FAMILIES_ATTENTIONBLOCK_H

#include "compiler/versions/families/LayerOperands.h"
#include "dialects/onnx/Elements.h"

namespace mlir::veltair {

/// Emits one block of queries of one head into a stage function. Operands are
/// matrices: [queries, depth], [keys, depth], [keys, value depth], perhaps a
/// mask [queries, keys], and the result and what its epilogue reads, [queries,
/// value depth]. Uses the worker's scratch memory from its beginning.
class AttentionBlock {
public:
  AttentionBlock(StageFunction &f, ScheduleAttr schedule, Epilogue &epilogue,
                 FloatAttr scale)
      : f(f), schedule(schedule), epilogue(epilogue), scale(scale) {}

  Value query, key, value, mask, result;
  SmallVector<Value> extras;

  /// Computes `count` queries from `first`.
  void emit(Value first, int64_t count);

private:
  /// `size` columns from `first` as rows of `into`, whose further columns
  /// repeat the last one.
  void transpose(Value rows, Value first, int64_t count, Value into);
  /// `count` rows of bf16 from `first` as pairs: [lanes / 16, depth / 2, 32],
  /// as a register tile reads them. Further lanes repeat the last row.
  void interleave(Value rows, Value first, int64_t count, Value into);
  /// Rows 2i and 2i + 1 of f32 or bf16, rounded, in pairs [rows / 2, lanes, 2],
  /// or, in `panels` of 16 columns, [columns / 16, rows / 2, 32].
  void pairRows(Value rows, bool panels, Value into);
  /// Calls `body` with each lane of `lanes` and its row.
  void forLanes(Value first, int64_t count, int64_t lanes,
                function_ref<void(Value lane, Value row)> body);
  /// Emits register tiles that cover rows x columns.
  void tiles(int64_t rows, int64_t columns,
             function_ref<void(Value, Value, int64_t, int64_t, int64_t)> tile);
  void scores(Value queries, Value maskColumns, Value into);
  Value allocate(ArrayRef<int64_t> shape, Type element) {
    auto type = MemRefType::get(shape, element);
    Value memory = f.workerScratch(used, type);
    used += type.getNumElements() * onnx::elementBytes(element);
    return memory;
  }
  Value allocate(int64_t rows, int64_t columns) {
    return allocate({rows, columns}, f.b.getF32Type());
  }
  static ArrayRef<int64_t> shapeOf(Value matrix) {
    return cast<MemRefType>(matrix.getType()).getShape();
  }

  StageFunction &f;
  ScheduleAttr schedule;
  Epilogue &epilogue;
  FloatAttr scale;
  int64_t used = 0;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_VERSIONS_FAMILIES_ATTENTIONBLOCK_H
