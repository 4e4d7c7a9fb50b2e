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

/// All values of a type of 16 bits in f32, by their bits.
static std::vector<float> halvesInF32(FloatType type) {
  std::vector<float> values(1 << 16);
  for (unsigned bits = 0; bits < values.size(); ++bits) {
    APFloat value(type.getFloatSemantics(), APInt(16, bits));
    bool losesInfo;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    values[bits] = value.convertToFloat();
  }
  return values;
}

/// Calls `convert` on each element of `bytes`, numbers of type `From`.
template <typename From, typename Convert>
static std::vector<char> convertToF32(ArrayRef<char> bytes, Convert convert) {
  std::vector<char> converted(bytes.size() / sizeof(From) * sizeof(float));
  const char *source = bytes.data();
  for (size_t at = 0; at < converted.size();
       at += sizeof(float), source += sizeof(From)) {
    From from;
    std::memcpy(&from, source, sizeof from);
    float value = convert(from);
    std::memcpy(&converted[at], &value, sizeof value);
  }
  return converted;
}

Value veltair::constantInF32(OpBuilder &builder, Location location,
                             Value value) {
  ElementsAttr elements = onnx::condenseSplat(onnx::constantElements(value));
  if (!elements)
    return {};
  onnx::ElementBytes bytes(elements);
  auto type = dyn_cast<FloatType>(elements.getElementType());
  if (!bytes || !type)
    return {};
  std::vector<char> converted;
  if (type.isF16() || type.isBF16()) {
    std::vector<float> table = halvesInF32(type);
    converted = convertToF32<uint16_t>(bytes.get(),
                                       [&](uint16_t x) { return table[x]; });
  } else if (type.isF64()) {
    converted =
        convertToF32<double>(bytes.get(), [](double x) { return float(x); });
  } else {
    return {};
  }
  RankedTensorType wide = onnx::tensorType(value).clone(builder.getF32Type());
  auto read = RankedTensorType::get(elements.getShapedType().getShape(),
                                    builder.getF32Type());
  return onnx::ConstantOp::create(
      builder, location,
      onnx::expandSplat(onnx::makeElements(read, converted), wide));
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
