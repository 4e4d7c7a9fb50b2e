// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/TensorPlaces.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/Extents.h"
#include "veltair/artifact.h"

using namespace mlir;
using namespace mlir::veltair;

int64_t veltair::byteSize(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return type.getNumElements() * onnx::elementBytes(type.getElementType());
}

TensorPlaces::TensorPlaces(ProgramOp program) {
  llvm::DenseMap<int64_t, ExtentOp> names = program.getExtents();
  for (Value output : program.getReturn().getOutputs()) {
    outside.insert(skipViews(output));
    (void)onnx::renameExtents(output.getType(), [&](int64_t number) {
      outside.insert(skipViews(names.lookup(number).getValue()));
      return number;
    });
  }
}

bool TensorPlaces::canJoin(ValueRange parts, Value result) const {
  llvm::DenseSet<Value> seen;
  int64_t offset = 0;
  for (Value part : parts) {
    Value tensor = skipViews(part);
    if (!isa_and_nonnull<LayerOp, JoinOp>(tensor.getDefiningOp()) ||
        isOutsideArena(tensor) || partOf.contains(tensor) ||
        !seen.insert(tensor).second || offset % VELTAIR_ALIGNMENT != 0)
      return false;
    offset += byteSize(part);
  }
  return !isOutsideArena(result);
}

void TensorPlaces::join(ValueRange parts, Value result) {
  int64_t offset = 0;
  for (Value part : parts) {
    partOf.try_emplace(skipViews(part), TensorPlace{result, offset});
    offset += byteSize(part);
  }
}

TensorPlace TensorPlaces::lookup(Value tensor) const {
  TensorPlace place{skipViews(tensor), 0};
  for (auto found = partOf.find(place.buffer); found != partOf.end();
       found = partOf.find(place.buffer))
    place = {found->second.buffer, place.offset + found->second.offset};
  return place;
}
