// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/BlockedLayout.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Elements.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

bool veltair::hasPaddingLanes(RankedTensorType plain) {
  return plain.getDimSize(1) % channelGroup != 0;
}

RankedTensorType veltair::getBlockedType(RankedTensorType plain) {
  SmallVector<int64_t> shape(plain.getShape());
  shape[1] = llvm::divideCeil(shape[1], channelGroup);
  shape.push_back(channelGroup);
  return plain.clone(shape);
}

bool veltair::isBlockedByView(RankedTensorType plain) {
  return !hasPaddingLanes(plain) &&
         llvm::all_of(plain.getShape().drop_front(2),
                      [](int64_t size) { return size == 1; });
}

ElementsAttr veltair::blockElements(ElementsAttr elements) {
  auto plain = cast<RankedTensorType>(elements.getShapedType());
  RankedTensorType blocked = getBlockedType(plain);
  if (auto splat = dyn_cast<DenseElementsAttr>(elements);
      splat && splat.isSplat() && !hasPaddingLanes(plain))
    return splat.resizeSplat(blocked);
  onnx::ElementBytes bytes(elements);
  if (!bytes)
    return {};
  int64_t size = onnx::elementBytes(plain.getElementType());
  int64_t channels = plain.getDimSize(1);
  int64_t inner = ShapedType::getNumElements(plain.getShape().drop_front(2));
  std::vector<char> result(blocked.getNumElements() * size);
  const char *source = bytes.get().data();
  char *image = result.data();
  for (int64_t n = 0; n < plain.getDimSize(0); ++n) {
    for (int64_t c = 0; c < channels; ++c) {
      char *lane =
          image +
          ((c / channelGroup) * inner * channelGroup + c % channelGroup) * size;
      for (int64_t i = 0; i < inner; ++i, source += size)
        std::memcpy(lane + i * channelGroup * size, source, size);
    }
    image += blocked.getDimSize(1) * inner * channelGroup * size;
  }
  return onnx::makeElements(blocked, result);
}
