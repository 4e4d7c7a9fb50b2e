// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::kernel;

/// The vector of `lanes` lanes that begins at lane `first` of all sources.
static Value loadVector(GatherLanesOp op, OpBuilder &builder, int64_t first,
                        int64_t lanes) {
  for (Value source : op.getSources()) {
    int64_t size =
        cast<MemRefType>(source.getType()).getDimSize(1) * channelGroup;
    if (first >= size) {
      first -= size;
      continue;
    }
    Location loc = op.getLoc();
    Value group = constantIndex(builder, loc, first / channelGroup);
    Value lane = constantIndex(builder, loc, first % channelGroup);
    return loadLanes(builder, loc, source,
                     {op.getImage(), group, op.getRow(), op.getColumn(), lane},
                     lanes, lanes);
  }
  llvm_unreachable("a lane beyond all sources");
}

/// Vectors are shuffled in one by one: about one instruction each.
static Value gatherVector(GatherLanesOp op, OpBuilder &builder,
                          ArrayRef<int64_t> wanted) {
  int64_t lanes = wanted.size();
  auto type = VectorType::get(lanes, builder.getF32Type());
  llvm::SmallSetVector<int64_t, 4> vectors;
  for (int64_t lane : wanted)
    if (lane >= 0)
      vectors.insert(lane / lanes);
  Value result = arith::ConstantOp::create(builder, op.getLoc(), type,
                                           builder.getZeroAttr(type));
  for (int64_t vector : vectors) {
    SmallVector<int64_t> mask;
    for (auto [i, lane] : llvm::enumerate(wanted))
      mask.push_back(lane >= 0 && lane / lanes == vector ? lanes + lane % lanes
                                                         : i);
    Value next = loadVector(op, builder, vector * lanes, lanes);
    result =
        vector::ShuffleOp::create(builder, op.getLoc(), result, next, mask);
  }
  return result;
}

void veltair::lowerGatherLanes(GatherLanesOp op, OpBuilder &builder,
                               int64_t lanes) {
  Location loc = op.getLoc();
  EpilogueEmitter epilogue(op.getEpilogue(), op.getExtras(),
                           /*invariantDim=*/3, lanes);
  for (int64_t first = 0; first < channelGroup; first += lanes) {
    Value value = gatherVector(op, builder, op.getLanes().slice(first, lanes));
    SmallVector<Value> index = {op.getImage(), op.getGroup(), op.getRow(),
                                op.getColumn(),
                                constantIndex(builder, loc, first)};
    value = epilogue.emit(builder, loc, value, index, lanes);
    storeLanes(builder, loc, value, op.getResult(), index, lanes);
  }
}
