// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Tensor.h"

#include <cmath>
#include <cstring>

namespace veltair::tool {

static constexpr ElementType types[] = {
    {VELTAIR_F32, "float32", "f4", 4, -0x1.fffffep127, 0x1.fffffep127},
    {VELTAIR_U8, "uint8", "u1", 1, 0, 255},
    {VELTAIR_I8, "int8", "i1", 1, -128, 127},
    {VELTAIR_U16, "uint16", "u2", 2, 0, 65535},
    {VELTAIR_I16, "int16", "i2", 2, -32768, 32767},
    {VELTAIR_I32, "int32", "i4", 4, -0x1p31, 0x1p31 - 1},
    {VELTAIR_I64, "int64", "i8", 8, -0x1p62, 0x1p62},
    {VELTAIR_BOOL, "bool", "b1", 1, 0, 1},
    {VELTAIR_F16, "float16", "f2", 2, -65504, 65504},
    {VELTAIR_F64, "float64", "f8", 8, -0x1p1022, 0x1p1022},
    {VELTAIR_U32, "uint32", "u4", 4, 0, 0x1p32 - 1},
    {VELTAIR_U64, "uint64", "u8", 8, 0, 0x1p62},
    {VELTAIR_BF16, "bfloat16", "V2", 2, -0x1.fep127, 0x1.fep127},
};

std::span<const ElementType> elementTypes() { return types; }

const ElementType *findElementType(veltair_dtype dtype) {
  for (const ElementType &type : types)
    if (type.dtype == dtype)
      return &type;
  return nullptr;
}

std::string elementTypeName(veltair_dtype dtype) {
  const ElementType *type = findElementType(dtype);
  return type ? std::string(type->name) : "type " + std::to_string(dtype);
}

std::string shapeText(std::span<const int64_t> dims) {
  if (dims.empty())
    return "scalar";
  std::string text;
  for (int64_t dim : dims) {
    if (!text.empty())
      text += "x";
    text += dim == VELTAIR_DYNAMIC_DIM ? "?" : std::to_string(dim);
  }
  return text;
}

std::optional<size_t> tensorBytes(std::span<const int64_t> dims,
                                  size_t elementSize) {
  size_t bytes = elementSize;
  for (int64_t dim : dims)
    if (dim < 0 || __builtin_mul_overflow(bytes, size_t(dim), &bytes))
      return std::nullopt;
  return bytes;
}

// splitmix64
static uint64_t nextRandom(uint64_t &state) {
  uint64_t x = state += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

template <typename T, typename Convert>
static void fill(Tensor &tensor, uint64_t state, Convert convert) {
  for (size_t i = 0; i + sizeof(T) <= tensor.data.size(); i += sizeof(T)) {
    T value = convert(double(nextRandom(state) >> 11) * 0x1p-53);
    std::memcpy(&tensor.data[i], &value, sizeof(T));
  }
}

void fillRandom(Tensor &tensor, double low, double high, uint64_t seed) {
  auto real = [&](double u) { return low + (high - low) * u; };
  auto asFloat = [&](auto tag) {
    using T = decltype(tag);
    fill<T>(tensor, seed, [&](double u) { return T(real(u)); });
  };
  auto asInteger = [&](auto tag) {
    using T = decltype(tag);
    fill<T>(tensor, seed, [&](double u) {
      return T(int64_t(std::floor(low + (high - low + 1) * u)));
    });
  };
  switch (tensor.dtype) {
  case VELTAIR_F32:
    return asFloat(float());
  case VELTAIR_F64:
    return asFloat(double());
  case VELTAIR_F16:
    return asFloat(_Float16());
  case VELTAIR_BF16:
    return fill<uint16_t>(tensor, seed, [&](double u) {
      float value = float(real(u));
      uint32_t bits;
      std::memcpy(&bits, &value, 4);
      return uint16_t(bits >> 16);
    });
  case VELTAIR_BOOL:
  case VELTAIR_I8:
  case VELTAIR_U8:
    return asInteger(uint8_t());
  case VELTAIR_I16:
  case VELTAIR_U16:
    return asInteger(uint16_t());
  case VELTAIR_I32:
  case VELTAIR_U32:
    return asInteger(uint32_t());
  default:
    return asInteger(uint64_t());
  }
}

} // namespace veltair::tool
