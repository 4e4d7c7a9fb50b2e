// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading ONNX's TensorProto: protobuf's wire format, as far as this message
// needs it.

#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include <algorithm>
#include <cstring>

namespace veltair::tool {

namespace {

// Field numbers of TensorProto.
enum Field : uint32_t {
  dimsField = 1,
  dataTypeField = 2,
  segmentField = 3,
  floatDataField = 4,
  int32DataField = 5,
  stringDataField = 6,
  int64DataField = 7,
  rawDataField = 9,
  doubleDataField = 10,
  uint64DataField = 11,
  externalDataField = 13,
};

enum WireType : uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

class WireReader {
public:
  explicit WireReader(std::string_view data) : rest(data) {}

  bool done() const { return rest.empty(); }

  uint64_t readVarint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      uint8_t byte = uint8_t(take(1)[0]);
      value |= uint64_t(byte & 0x7F) << shift;
      if (!(byte & 0x80))
        return value;
    }
    throw UserError("is no TensorProto: bad number");
  }

  template <typename T> T readFixed() {
    T value;
    std::string_view bytes = take(sizeof(T));
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  std::string_view readBytes() { return take(readVarint()); }

  void skip(uint32_t wireType) {
    switch (wireType) {
    case varint:
      readVarint();
      return;
    case fixed64:
      take(8);
      return;
    case bytes:
      readBytes();
      return;
    case fixed32:
      take(4);
      return;
    default:
      throw UserError("is no TensorProto: bad field");
    }
  }

private:
  std::string_view take(uint64_t count) {
    if (count > rest.size())
      throw UserError("is no TensorProto, or is truncated");
    std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }

  std::string_view rest;
};

// The message, with numbers of all kinds of data as raw little-endian bytes.
struct Message {
  std::vector<int64_t> dims;
  uint64_t dataType = 0;
  std::string_view raw;
  bool hasRaw = false;
  std::vector<uint64_t> integers; // of int32_data, int64_data, uint64_data
  std::string reals;              // of float_data, double_data: their bytes
};

// A repeated number field: packed, or one at a time.
template <typename Read>
void readRepeated(WireReader &reader, uint32_t wireType, Read read) {
  if (wireType != bytes)
    return read(reader);
  WireReader packed(reader.readBytes());
  while (!packed.done())
    read(packed);
}

Message readMessage(std::string_view data) {
  Message message;
  WireReader reader(data);
  while (!reader.done()) {
    uint64_t tag = reader.readVarint();
    uint32_t wireType = tag & 7;
    auto integers = [&](auto &out) {
      if (wireType != varint && wireType != bytes)
        return reader.skip(wireType);
      readRepeated(reader, wireType, [&](WireReader &r) {
        out.push_back(
            typename std::decay_t<decltype(out)>::value_type(r.readVarint()));
      });
    };
    auto reals = [&](uint32_t single, size_t size) {
      if (wireType != single && wireType != bytes)
        return reader.skip(wireType);
      readRepeated(reader, wireType, [&](WireReader &r) {
        uint64_t bits =
            size == 4 ? r.readFixed<uint32_t>() : r.readFixed<uint64_t>();
        message.reals.append(reinterpret_cast<const char *>(&bits), size);
      });
    };
    switch (tag >> 3) {
    case dimsField:
      integers(message.dims);
      break;
    case dataTypeField:
      if (wireType != varint)
        throw UserError("is no TensorProto: bad data_type");
      message.dataType = reader.readVarint();
      break;
    case int32DataField:
    case int64DataField:
    case uint64DataField:
      integers(message.integers);
      break;
    case floatDataField:
      reals(fixed32, 4);
      break;
    case doubleDataField:
      reals(fixed64, 8);
      break;
    case rawDataField:
      if (wireType != bytes)
        throw UserError("is no TensorProto: bad raw_data");
      message.raw = reader.readBytes();
      message.hasRaw = true;
      break;
    case segmentField:
    case stringDataField:
    case externalDataField:
      throw UserError("TensorProto with segments, strings or external data "
                      "is not supported");
    default:
      reader.skip(wireType);
    }
  }
  return message;
}

} // namespace

Tensor parseTensorProto(std::string_view data) {
  Message message = readMessage(data);
  const ElementType *type =
      message.dataType < 1000 ? findElementType(veltair_dtype(message.dataType))
                              : nullptr;
  if (!type)
    throw UserError("is no TensorProto, or one of an unsupported type (" +
                    std::to_string(message.dataType) + ")");
  Tensor tensor{type->dtype, message.dims, {}};
  std::optional<size_t> size = tensorBytes(tensor.dims, type->size);

  std::string_view elements = message.raw;
  std::string converted;
  if (!message.hasRaw) {
    converted = std::move(message.reals);
    // The low bytes, whatever the field's own width.
    for (uint64_t value : message.integers)
      converted.append(reinterpret_cast<const char *>(&value), type->size);
    elements = converted;
  }
  if (!size || *size != elements.size())
    throw UserError(
        "holds " + std::to_string(elements.size()) +
        " bytes of data, but its shape " + shapeText(tensor.dims) + " of " +
        std::string(type->name) +
        (size ? " needs " + std::to_string(*size) : " is too large"));
  tensor.data.resize(*size);
  std::copy_n(reinterpret_cast<const std::byte *>(elements.data()), *size,
              tensor.data.begin());
  return tensor;
}

} // namespace veltair::tool
