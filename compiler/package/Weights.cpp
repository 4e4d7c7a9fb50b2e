// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Weights.h"
#include "dialects/kernel/Strassen.h"
#include "dialects/kernel/Winograd.h"
#include "dialects/onnx/Elements.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlir::veltair;

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

unsigned mlir::veltair::getElementBytes(Type elementType) {
  if (!elementType.isIntOrFloat())
    return 0;
  unsigned bits = elementType.getIntOrFloatBitWidth();
  if (bits == 1)
    return 1;
  return bits % 8 || !llvm::isPowerOf2_32(bits) || bits > 64 ? 0 : bits / 8;
}

uint64_t mlir::veltair::getTensorBytes(RankedTensorType type) {
  return uint64_t(type.getNumElements()) *
         getElementBytes(type.getElementType());
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

namespace {
/// One dimension of the packed tensor, which walks dimension `source` of the
/// constant in steps of `stride` elements.
struct PackedDim {
  int64_t size;
  int64_t stride;
  unsigned source;
  /// Of a dimension that counts tiles: the tile's size. 0 for others.
  int64_t tile = 0;
  bool isInner = false;
};

/// Copies with strides, zeros where a tile reaches over the end.
class Packer {
public:
  Packer(PackingAttr packing, RankedTensorType type);

  void run(ArrayRef<char> source, MutableArrayRef<char> packed) {
    destination = packed.data();
    copy(0, source.data());
  }

private:
  void copy(size_t depth, const char *source);
  template <typename T>
  void copyRow(const char *source, int64_t count, int64_t stride);

  unsigned elementBytes;
  SmallVector<PackedDim> dims;
  /// For each depth, the bytes of what lies below one step of it.
  SmallVector<int64_t> blockBytes;
  /// For each dimension of the constant, its size, and the number of elements
  /// of it that the current tile has.
  SmallVector<int64_t> sizes, valid;
  char *destination;
};
} // namespace

Packer::Packer(PackingAttr packing, RankedTensorType type)
    : elementBytes(getElementBytes(type.getElementType())) {
  ArrayRef<int64_t> shape =
      packing.getShape().empty() ? type.getShape() : packing.getShape();
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t dim = shape.size(); dim-- > 1;)
    strides[dim - 1] = strides[dim] * shape[dim];
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    int64_t from =
        packing.getPermutation().empty() ? dim : packing.getPermutation()[dim];
    dims.push_back({shape[from], strides[from], unsigned(dim)});
    sizes.push_back(shape[from]);
  }
  for (auto [dim, tile] :
       llvm::zip_equal(packing.getInnerDims(), packing.getInnerTiles())) {
    PackedDim inner = dims[dim];
    inner.size = tile;
    inner.isInner = true;
    dims.push_back(inner);
    dims[dim].size = llvm::divideCeil(dims[dim].size, tile);
    dims[dim].stride *= tile;
    dims[dim].tile = tile;
  }
  valid = sizes;
  blockBytes.assign(dims.size(), elementBytes);
  for (size_t dim = dims.size(); dim-- > 1;)
    blockBytes[dim - 1] = blockBytes[dim] * dims[dim].size;
}

template <typename T>
void Packer::copyRow(const char *source, int64_t count, int64_t stride) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(destination + i * sizeof(T), source + i * stride * sizeof(T),
                sizeof(T));
}

void Packer::copy(size_t depth, const char *source) {
  if (depth == dims.size()) {
    std::memcpy(destination, source, elementBytes);
    destination += elementBytes;
    return;
  }
  const PackedDim &dim = dims[depth];
  int64_t count = dim.isInner ? valid[dim.source] : dim.size;
  if (depth + 1 == dims.size() && !dim.tile) {
    switch (elementBytes) {
    case 1:
      copyRow<uint8_t>(source, count, dim.stride);
      break;
    case 2:
      copyRow<uint16_t>(source, count, dim.stride);
      break;
    case 4:
      copyRow<uint32_t>(source, count, dim.stride);
      break;
    default:
      copyRow<uint64_t>(source, count, dim.stride);
      break;
    }
    destination += count * elementBytes;
  } else {
    for (int64_t i = 0; i < count; ++i) {
      if (dim.tile)
        valid[dim.source] =
            std::min(dim.tile, sizes[dim.source] - i * dim.tile);
      copy(depth + 1, source + i * dim.stride * elementBytes);
    }
  }
  int64_t padding = (dim.size - count) * blockBytes[depth];
  std::memset(destination, 0, padding);
  destination += padding;
}

/// G g G^T of each of the filters of f32 in `source`.
static void transformFilters(const kernel::Winograd &winograd,
                             ArrayRef<char> source,
                             MutableArrayRef<char> transformed) {
  const kernel::Winograd::Matrix &g = winograd.filter();
  int64_t size = winograd.size(), taps = winograd.taps();
  char *destination = transformed.data();
  std::vector<float> filter(taps * taps);
  size_t filterBytes = filter.size() * sizeof(float);
  for (; !source.empty(); source = source.drop_front(filterBytes)) {
    std::memcpy(filter.data(), source.data(), filterBytes);
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < size; ++j) {
        double sum = 0;
        for (int64_t r = 0; r < taps; ++r)
          for (int64_t s = 0; s < taps; ++s)
            sum += g[i][r] * g[j][s] * filter[r * taps + s];
        float element = sum;
        std::memcpy(destination, &element, sizeof element);
        destination += sizeof element;
      }
  }
}

/// Whether the last two dimensions are those of filters that F(outputs, r)
/// transforms.
static bool hasFilters(RankedTensorType type, int64_t outputs) {
  if (!type.getElementType().isF32() || type.getRank() < 2)
    return false;
  ArrayRef<int64_t> filter = type.getShape().take_back(2);
  return filter[0] == filter[1] &&
         kernel::Winograd::isSupported(outputs, filter[0]);
}

/// The sums of the four blocks of a matrix of f32 that Strassen's products need
/// of their right operand.
static void sumBlocks(bool transposed, RankedTensorType type,
                      ArrayRef<char> source, MutableArrayRef<char> sums) {
  using kernel::Strassen;
  int64_t rows = type.getDimSize(0) / 2, columns = type.getDimSize(1) / 2;
  int64_t rowBytes = 2 * columns * sizeof(float);
  auto load = [](const char *row, int64_t column) {
    float value;
    std::memcpy(&value, row + column * sizeof value, sizeof value);
    return value;
  };
  char *destination = sums.data();
  for (const Strassen::Factors &factors : Strassen::rhs)
    for (int64_t row = 0; row < rows; ++row) {
      const char *upper = source.data() + row * rowBytes;
      const char *lower = upper + rows * rowBytes;
      float upperRight = factors[transposed ? 2 : 1];
      float lowerLeft = factors[transposed ? 1 : 2];
      for (int64_t column = 0; column < columns; ++column) {
        float sum = factors[0] * load(upper, column) +
                    upperRight * load(upper, columns + column) +
                    lowerLeft * load(lower, column) +
                    factors[3] * load(lower, columns + column);
        std::memcpy(destination, &sum, sizeof sum);
        destination += sizeof sum;
      }
    }
}

/// The numbers of f32 in `source`, rounded to the nearest of bf16, ties to
/// even.
static SmallVector<char, 0> roundToBf16(ArrayRef<char> source) {
  SmallVector<char, 0> rounded;
  rounded.resize_for_overwrite(source.size() / 2);
  for (size_t at = 0; at < source.size(); at += sizeof(uint32_t)) {
    uint32_t bits;
    std::memcpy(&bits, source.data() + at, sizeof bits);
    bool isNan = (bits & 0x7fffffff) > 0x7f800000;
    uint32_t up = isNan ? 0 : 0x7fff + (bits >> 16 & 1);
    uint16_t upper = (bits + up) >> 16 | (isNan ? 0x40 : 0);
    std::memcpy(rounded.data() + at / 2, &upper, sizeof upper);
  }
  return rounded;
}

/// Whether a constant has blocks of one size.
static bool hasBlocks(RankedTensorType type) {
  return type.getElementType().isF32() && type.getRank() == 2 &&
         llvm::all_of(type.getShape(),
                      [](int64_t size) { return size % 2 == 0; });
}

bool mlir::veltair::isValidPacking(PackingAttr packing, RankedTensorType type) {
  if ((packing.getWinograd() && !hasFilters(type, packing.getWinograd())) ||
      (packing.getStrassen() != BlockSums::None && !hasBlocks(type)) ||
      (packing.getElement() && !type.getElementType().isF32()))
    return false;
  type = packing.getTransformedType(type);
  ArrayRef<int64_t> shape =
      packing.getShape().empty() ? type.getShape() : packing.getShape();
  int64_t rank = shape.size();
  auto areDistinctDims = [&](ArrayRef<int64_t> dims) {
    SmallVector<bool> seen(rank);
    return llvm::all_of(dims, [&](int64_t dim) {
      return dim >= 0 && dim < rank && !std::exchange(seen[dim], true);
    });
  };
  ArrayRef<int64_t> permutation = packing.getPermutation();
  return llvm::all_of(shape, [](int64_t size) { return size >= 0; }) &&
         ShapedType::getNumElements(shape) == type.getNumElements() &&
         (permutation.empty() || int64_t(permutation.size()) == rank) &&
         areDistinctDims(permutation) &&
         areDistinctDims(packing.getInnerDims()) &&
         packing.getInnerDims().size() == packing.getInnerTiles().size() &&
         llvm::all_of(packing.getInnerTiles(),
                      [](int64_t tile) { return tile > 0; });
}

void mlir::veltair::packConstant(PackingAttr packing, RankedTensorType type,
                                 ArrayRef<char> source,
                                 MutableArrayRef<char> packed) {
  if (source.empty())
    return;
  SmallVector<char, 0> transformed;
  RankedTensorType transformedType = packing.getTransformedType(type);
  if (transformedType != type) {
    transformed.resize_for_overwrite(getTensorBytes(transformedType));
    if (packing.getWinograd())
      transformFilters(
          kernel::Winograd(packing.getWinograd(), type.getShape().back()),
          source, transformed);
    else
      sumBlocks(packing.getStrassen() == BlockSums::Transposed, type, source,
                transformed);
    source = transformed;
    type = transformedType;
  }
  SmallVector<char, 0> rounded;
  if (packing.getElement()) {
    rounded = roundToBf16(source);
    source = rounded;
    type = type.clone(packing.getElement());
  }
  Packer(packing, type).run(source, packed);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

FailureOr<uint32_t> WeightWriter::add(ElementsAttr value, RankedTensorType type,
                                      PackingAttr packing) {
  auto [known, isNew] =
      byDefinition.try_emplace({value, type, packing}, constants.size());
  if (!isNew)
    return known->second;
  onnx::ElementBytes constant(value);
  if (!constant || !getElementBytes(value.getElementType()) ||
      !isValidPacking(packing, type))
    return failure();
  ArrayRef<char> bytes = constant.get();
  std::vector<char> packed;
  if (packing.getWinograd() || !packing.getPermutation().empty() ||
      !packing.getInnerDims().empty() || packing.getElement()) {
    packed.resize(getTensorBytes(packing.getPackedType(type)));
    packConstant(packing, type, bytes, packed);
    bytes = packed;
  }
  uint64_t hash = llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size()));
  auto [equal, isFirst] =
      byHashAndSize.try_emplace({hash, bytes.size()}, constants.size());
  known->second = equal->second;
  if (!isFirst)
    return equal->second;
  uint64_t offset =
      llvm::alignTo(size, std::exchange(alignment, VELTAIR_ALIGNMENT));
  os.write_zeros(offset - size);
  size = offset;
  constants.push_back({size, bytes.size(), hash});
  os.write(bytes.data(), bytes.size());
  size += bytes.size();
  return equal->second;
}

uint64_t WeightWriter::getHash() const {
  SmallVector<char> hashes(constants.size() * sizeof(uint64_t));
  for (auto [index, constant] : llvm::enumerate(constants))
    std::memcpy(hashes.data() + index * sizeof(uint64_t), &constant.hash,
                sizeof(uint64_t));
  return llvm::xxh3_64bits(StringRef(hashes.data(), hashes.size()));
}
