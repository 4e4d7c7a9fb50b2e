// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Elements.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Inference.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

/// Constants up to this size are stored in the attribute itself.
static constexpr size_t maxDenseBytes = 1024;

/// What a splat is spread out to at most, and lists of numbers: there may be
/// more elements than memory holds.
static constexpr size_t maxSpreadBytes = size_t(1) << 32;
static constexpr int64_t maxListed = 1 << 26;

int64_t mlir::veltair::onnx::elementBytes(Type elementType) {
  return memoryType(elementType).getIntOrFloatBitWidth() / 8;
}

ElementBytes::ElementBytes(ElementsAttr attribute) {
  auto type = dyn_cast_or_null<RankedTensorType>(
      attribute ? Type(attribute.getShapedType()) : Type());
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return;
  size_t size = type.getNumElements() * elementBytes(type.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() < size)
      return;
    view = blob->getData().take_front(size);
    valid = true;
    return;
  }
  auto dense = dyn_cast<DenseElementsAttr>(attribute);
  if (!dense || (dense.isSplat() && size > maxSpreadBytes))
    return;
  valid = true;
  ArrayRef<char> raw = dense.getRawData();
  if (type.getElementType().isInteger(1)) {
    storage.reserve(size);
    for (bool value : dense.getValues<bool>())
      storage.push_back(value);
  } else if (dense.isSplat() && raw.size() < size) {
    storage.reserve(size);
    while (storage.size() < size)
      storage.insert(storage.end(), raw.begin(), raw.end());
  } else {
    // Of no elements, the one of a splat may be there.
    view = raw.take_front(size);
    return;
  }
  view = storage;
}

static bool isSplat(ArrayRef<char> bytes, size_t element) {
  return !bytes.empty() && memcmp(bytes.data(), bytes.data() + element,
                                  bytes.size() - element) == 0;
}

static AsmResourceBlob makeBlob(ArrayRef<char> bytes, size_t element,
                                std::shared_ptr<const void> owner) {
  bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % element == 0;
  if (owner && aligned)
    return UnmanagedAsmResourceBlob::allocateWithAlign(
        bytes, element, [owner](void *, size_t, size_t) {});
  return HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64,
                                                       /*mutable=*/false);
}

/// The one resource of all constants of these bytes, from which its name
/// follows: MLIR would try all numbers from 1 on, and which of them is free
/// would depend on the order of threads. Two that come at once may both make
/// one, of which the second is not used.
static DenseResourceElementsHandle
getResource(MLIRContext *context, ArrayRef<char> bytes, size_t element,
            std::shared_ptr<const void> owner) {
  auto &interface = DenseResourceElementsHandle::getManagerInterface(context);
  DialectResourceBlobManager &blobs = interface.getBlobManager();
  uint64_t hash = llvm::xxh3_64bits(StringRef(bytes.data(), bytes.size()));
  // The size of elements is the least alignment.
  std::string name =
      ("constant" + Twine(8 * element) + "_" + Twine::utohexstr(hash)).str();
  if (!blobs.lookup(name))
    blobs.insert(name, makeBlob(bytes, element, owner));
  // That of another thread, if it came first.
  DialectResourceBlobManager::BlobEntry *entry = blobs.lookup(name);
  if (AsmResourceBlob *blob = entry->getBlob();
      blob && blob->getData() == bytes)
    return DenseResourceElementsHandle(
        entry, cast<BuiltinDialect>(interface.getDialect()));
  // Other bytes have the same hash.
  return interface.insert(name, makeBlob(bytes, element, owner));
}

ElementsAttr
mlir::veltair::onnx::makeElements(RankedTensorType type, ArrayRef<char> bytes,
                                  std::shared_ptr<const void> owner) {
  Type elementType = type.getElementType();
  size_t element = elementBytes(elementType);
  bool splat = isSplat(bytes, element);
  if (splat || bytes.size() <= maxDenseBytes) {
    ArrayRef<char> stored = splat ? bytes.take_front(element) : bytes;
    if (elementType.isInteger(1))
      return DenseElementsAttr::get(
          type, ArrayRef<bool>(reinterpret_cast<const bool *>(stored.data()),
                               stored.size()));
    return DenseElementsAttr::getFromRawBuffer(type, stored);
  }
  return DenseResourceElementsAttr::get(
      type, getResource(type.getContext(), bytes, element, owner));
}

ElementsAttr mlir::veltair::onnx::reinterpretElements(ElementsAttr attribute,
                                                      RankedTensorType type) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  // A splat need not be spread out.
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(attribute);
      dense && dense.isSplat() &&
      dense.getElementType() == type.getElementType())
    return dense.resizeSplat(type);
  ElementBytes bytes(attribute);
  return bytes ? makeElements(type, bytes.get()) : ElementsAttr();
}

ElementsAttr mlir::veltair::onnx::condenseSplat(ElementsAttr attribute) {
  auto dense = dyn_cast_or_null<DenseElementsAttr>(attribute);
  if (!dense || !dense.isSplat() || dense.getNumElements() == 0)
    return attribute;
  return dense.resizeSplat(RankedTensorType::get({}, dense.getElementType()));
}

ElementsAttr mlir::veltair::onnx::expandSplat(ElementsAttr attribute,
                                              RankedTensorType type) {
  if (attribute.getShapedType() == type)
    return attribute;
  return cast<DenseElementsAttr>(attribute).resizeSplat(type);
}

/// The bytes of a constant that is read as a list; invalid when it is too long.
static ElementBytes listed(ElementsAttr attribute) {
  return attribute && attribute.getNumElements() <= maxListed
             ? ElementBytes(attribute)
             : ElementBytes();
}

/// Calls `add` with every element of `bytes`, which holds values of type T.
template <typename T, typename Fn>
static void forEachRaw(ArrayRef<char> bytes, Fn add) {
  for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
    T value;
    memcpy(&value, bytes.data() + i, sizeof(T));
    add(value);
  }
}

std::optional<SmallVector<int64_t>>
mlir::veltair::onnx::getIntegers(ElementsAttr attribute) {
  ElementBytes elements = listed(attribute);
  if (!elements || !attribute.getElementType().isInteger())
    return std::nullopt;
  ArrayRef<char> bytes = elements.get();
  SmallVector<int64_t> values;
  auto add = [&](auto value) { values.push_back(int64_t(value)); };
  bool isUnsigned = isUnsignedElement(attribute.getElementType());
  switch (elementBytes(attribute.getElementType())) {
  case 1:
    isUnsigned ? forEachRaw<uint8_t>(bytes, add)
               : forEachRaw<int8_t>(bytes, add);
    break;
  case 2:
    isUnsigned ? forEachRaw<uint16_t>(bytes, add)
               : forEachRaw<int16_t>(bytes, add);
    break;
  case 4:
    isUnsigned ? forEachRaw<uint32_t>(bytes, add)
               : forEachRaw<int32_t>(bytes, add);
    break;
  default:
    forEachRaw<int64_t>(bytes, add);
  }
  return values;
}

std::optional<SmallVector<double>>
mlir::veltair::onnx::getFloats(ElementsAttr attribute) {
  ElementBytes elements = listed(attribute);
  auto type =
      elements ? dyn_cast<FloatType>(attribute.getElementType()) : FloatType();
  if (!type)
    return std::nullopt;
  SmallVector<double> values;
  auto add = [&](auto bits) {
    APFloat value(type.getFloatSemantics(),
                  APInt(8 * sizeof(bits), uint64_t(bits)));
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    values.push_back(value.convertToDouble());
  };
  if (type.getWidth() == 64)
    forEachRaw<uint64_t>(elements.get(), add);
  else if (type.getWidth() == 32)
    forEachRaw<uint32_t>(elements.get(), add);
  else
    forEachRaw<uint16_t>(elements.get(), add);
  return values;
}
