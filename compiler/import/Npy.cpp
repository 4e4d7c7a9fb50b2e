// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Npy.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/Inference.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

static constexpr StringLiteral magic = "\x93NUMPY";

bool mlir::veltair::importer::isNpy(StringRef bytes) {
  return bytes.starts_with(magic);
}

/// The element type of a descriptor such as '<f4'; null for others.
static Type readDescriptor(MLIRContext *context, StringRef text) {
  if (!text.consume_front("<") && !text.consume_front("|"))
    return nullptr;
  Builder b(context);
  return llvm::StringSwitch<Type>(text)
      .Case("f2", b.getF16Type())
      .Case("f4", b.getF32Type())
      .Case("f8", b.getF64Type())
      .Case("b1", b.getI1Type())
      .Case("i1", b.getIntegerType(8))
      .Case("i2", b.getIntegerType(16))
      .Case("i4", b.getIntegerType(32))
      .Case("i8", b.getIntegerType(64))
      .Case("u1", b.getIntegerType(8, false))
      .Case("u2", b.getIntegerType(16, false))
      .Case("u4", b.getIntegerType(32, false))
      .Case("u8", b.getIntegerType(64, false))
      .Default(nullptr);
}

/// The text between `open` and `close` behind `key` in the header.
static StringRef field(StringRef header, StringRef key, char open, char close) {
  size_t at = header.find(key);
  if (at == StringRef::npos)
    return {};
  StringRef rest = header.drop_front(at + key.size());
  return rest.split(open).second.split(close).first;
}

FailureOr<ElementsAttr> mlir::veltair::importer::readNpy(StringRef bytes,
                                                         Location location,
                                                         StringRef path,
                                                         Problems &problems) {
  auto fail = [&](const Twine &why) {
    return problems.add(location, "'" + path + "': " + why);
  };
  // Magic, version (two bytes), length of the header (two, later four, bytes).
  size_t fixed = bytes.size() > 6 && bytes[6] >= 2 ? 12 : 10;
  if (bytes.size() < fixed)
    return fail("the .npy file is truncated");
  size_t length = uint8_t(bytes[8]) | size_t(uint8_t(bytes[9])) << 8;
  if (fixed == 12)
    length |= size_t(uint8_t(bytes[10])) << 16 | size_t(uint8_t(bytes[11]))
                                                     << 24;
  if (bytes.size() - fixed < length)
    return fail("the .npy file is truncated");
  StringRef header = bytes.substr(fixed, length);
  StringRef data = bytes.drop_front(fixed + length);
  Type element = readDescriptor(location.getContext(),
                                field(header, "'descr':", '\'', '\''));
  if (!element)
    return fail("the element type of the .npy file is not supported");
  if (header.contains("'fortran_order': True"))
    return fail("the .npy file is in Fortran order");
  SmallVector<int64_t> shape;
  SmallVector<StringRef> extents;
  field(header, "'shape':", '(', ')').split(extents, ',');
  int64_t count = 1;
  for (StringRef text : extents) {
    int64_t extent;
    if (text.trim().empty())
      continue;
    if (text.trim().getAsInteger(10, extent) || extent < 0 ||
        (extent > 0 && count > int64_t(data.size()) / extent))
      return fail("the .npy file has a wrong shape");
    count *= extent;
    shape.push_back(extent);
  }
  if (!onnx::isPossible(shape))
    return fail("the .npy file has a wrong shape");
  auto type = RankedTensorType::get(shape, element);
  if (data.size() != size_t(count) * onnx::elementBytes(element))
    return fail("the .npy file has not the bytes that its shape needs");
  return onnx::makeElements(type, ArrayRef<char>(data.data(), data.size()));
}
