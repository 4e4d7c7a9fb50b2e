// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tensor in memory, and what is known of element types.

#ifndef VELTAIR_TOOLS_TENSOR_H
#define VELTAIR_TOOLS_TENSOR_H

#include "veltair/artifact.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace veltair::tool {

struct ElementType {
  veltair_dtype dtype;
  std::string_view name; // "float32"
  // As in .npy files, without the byte order. bfloat16, which NumPy lacks, is
  // "V2", as ml_dtypes writes it.
  std::string_view npyCode;
  size_t size; // bytes
  // What fillRandom can draw: all finite values, of integers with 64 bits those
  // up to 2^62.
  double lowest, highest;
};

// All element types.
std::span<const ElementType> elementTypes();

// Null when the number is no element type that the project knows.
const ElementType *findElementType(veltair_dtype dtype);

// "float32"; "type 42" for an unknown one.
std::string elementTypeName(veltair_dtype dtype);

// "1x3x224x224"; "scalar" without dimensions; "?" for a dynamic one.
std::string shapeText(std::span<const int64_t> dims);

// The bytes of a dense tensor; none when a dimension is negative or the product
// overflows.
std::optional<size_t> tensorBytes(std::span<const int64_t> dims,
                                  size_t elementSize);

// Dense, row-major.
struct Tensor {
  veltair_dtype dtype = VELTAIR_F32;
  std::vector<int64_t> dims;
  std::vector<std::byte> data;
};

// Fills the tensor with values drawn evenly from [low, high] (integers include
// both ends), always the same for one seed. The range lies within that of the
// tensor's element type.
void fillRandom(Tensor &tensor, double low, double high, uint64_t seed);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_TENSOR_H
