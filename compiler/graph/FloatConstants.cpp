// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/FloatConstants.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;

std::optional<std::vector<float>> veltair::readFloats(Value value) {
  ElementsAttr elements = onnx::constantElements(value);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  onnx::ElementBytes bytes(elements);
  if (!bytes)
    return std::nullopt;
  std::vector<float> values(elements.getNumElements());
  std::memcpy(values.data(), bytes.get().data(), bytes.get().size());
  return values;
}

Value veltair::makeFloats(OpBuilder &builder, Location location,
                          ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(float));
  return onnx::ConstantOp::create(builder, location,
                                  onnx::makeElements(type, bytes));
}

std::optional<std::vector<float>>
veltair::readChannels(Value value, ArrayRef<int64_t> shape) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  int64_t rank = shape.size();
  if (!type || rank < 2 || type.getRank() > rank)
    return std::nullopt;
  for (auto [index, size] : llvm::enumerate(type.getShape())) {
    int64_t dim = rank - type.getRank() + int64_t(index);
    if (size != 1 && (dim != 1 || size != shape[1]))
      return std::nullopt;
  }
  std::optional<std::vector<float>> values = readFloats(value);
  if (values && values->size() == 1)
    values->resize(shape[1], values->front());
  return values;
}
