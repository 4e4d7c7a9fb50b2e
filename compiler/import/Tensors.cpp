// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Tensors.h"
#include "compiler/import/Npy.h"
#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/Inference.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

std::shared_ptr<const llvm::MemoryBuffer>
mlir::veltair::importer::mapFile(const std::string &path) {
  if (llvm::sys::fs::is_directory(path))
    return nullptr;
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return nullptr;
  return std::shared_ptr<const llvm::MemoryBuffer>(std::move(*file));
}

static uint64_t combine(uint64_t hash, StringRef bytes) {
  uint64_t words[2] = {hash, llvm::xxh3_64bits(bytes)};
  return llvm::xxh3_64bits(
      ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(words), 16));
}

/// The elements of a repeated field, narrowed to `bytes` bytes each.
template <typename Field>
static std::vector<char> narrow(const Field &field, size_t bytes) {
  std::vector<char> data;
  data.reserve(field.size() * bytes);
  for (auto value : field) {
    const char *first = reinterpret_cast<const char *>(&value);
    data.insert(data.end(), first, first + bytes);
  }
  return data;
}

template <typename Field> static ArrayRef<char> viewField(const Field &field) {
  return ArrayRef<char>(reinterpret_cast<const char *>(field.data()),
                        field.size() * sizeof(*field.data()));
}

/// The bytes of the field that a tensor of this type uses without raw_data: a
/// view, or a copy in `storage` where the field is wider than the type.
static ArrayRef<char> typedData(const ::onnx::TensorProto &tensor, Type type,
                                std::vector<char> &storage) {
  if (type.isF32())
    return viewField(tensor.float_data());
  if (type.isF64())
    return viewField(tensor.double_data());
  if (type.isSignlessInteger(64))
    return viewField(tensor.int64_data());
  if (type.isUnsignedInteger(64))
    return viewField(tensor.uint64_data());
  if (type.isSignlessInteger(32))
    return viewField(tensor.int32_data());
  size_t bytes = veltair::onnx::elementBytes(type);
  storage = type.isUnsignedInteger(32) ? narrow(tensor.uint64_data(), bytes)
                                       : narrow(tensor.int32_data(), bytes);
  return storage;
}

FailureOr<ArrayRef<char>>
TensorReader::external(const ::onnx::TensorProto &tensor, size_t size,
                       Location location, const Twine &name,
                       std::shared_ptr<const void> &keeper) {
  std::string file;
  uint64_t offset = 0, length = size;
  for (const auto &entry : tensor.external_data()) {
    bool bad = false;
    if (entry.key() == "location")
      file = entry.value();
    else if (entry.key() == "offset")
      bad = StringRef(entry.value()).getAsInteger(10, offset);
    else if (entry.key() == "length")
      bad = StringRef(entry.value()).getAsInteger(10, length);
    if (bad)
      return problems.add(location, name + ": external data has the " +
                                        entry.key() + " '" + entry.value() +
                                        "'");
  }
  // Symbolic links are followed before the comparison: nothing outside the
  // model's folder is ever read.
  SmallString<256> real, root;
  std::string path = folder + "/" + file;
  if (file.empty() || llvm::sys::path::is_absolute(file) ||
      llvm::is_contained(llvm::make_range(llvm::sys::path::begin(file),
                                          llvm::sys::path::end(file)),
                         ".."))
    return problems.add(location, name + ": external data '" + file +
                                      "' is not inside the model's folder");
  if (llvm::sys::fs::real_path(path, real))
    return problems.add(location,
                        name + ": external data '" + file + "' is missing");
  std::error_code unknown = llvm::sys::fs::real_path(folder, root);
  if (!root.ends_with("/"))
    root += "/";
  if (unknown || !(real + "/").str().starts_with(root.str()))
    return problems.add(location, name + ": external data '" + file +
                                      "' is not inside the model's folder");
  std::shared_ptr<const llvm::MemoryBuffer> &buffer = files[real];
  if (!buffer) {
    buffer = mapFile(std::string(real));
    if (!buffer)
      return problems.add(location, name + ": external data '" + file +
                                        "' cannot be read");
    hash = combine(hash, buffer->getBuffer());
  }
  keeper = buffer;
  if (length != size || offset > buffer->getBufferSize() ||
      size > buffer->getBufferSize() - offset)
    return problems.add(location, name + ": external data '" + file +
                                      "' has not the " + Twine(size) +
                                      " bytes of the tensor at offset " +
                                      Twine(offset));
  return ArrayRef<char>(buffer->getBufferStart() + offset, size);
}

FailureOr<ElementsAttr> TensorReader::read(const ::onnx::TensorProto &tensor,
                                           Location location,
                                           const Twine &name) {
  Type element =
      veltair::onnx::typeOfDataType(location.getContext(), tensor.data_type());
  if (!element)
    return problems.add(location,
                        name + " has the unsupported data type " +
                            veltair::onnx::nameOfDataType(tensor.data_type()));
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  if (!veltair::onnx::isPossible(shape))
    return problems.add(location, name + " has impossible dimensions");
  auto type = RankedTensorType::get(shape, element);
  size_t size = type.getNumElements() * veltair::onnx::elementBytes(element);

  std::vector<char> storage;
  std::shared_ptr<const void> keeper = owner;
  ArrayRef<char> bytes;
  if (tensor.data_location() == ::onnx::TensorProto::EXTERNAL) {
    FailureOr<ArrayRef<char>> data =
        external(tensor, size, location, name, keeper);
    if (failed(data))
      return failure();
    bytes = *data;
  } else if (tensor.has_raw_data()) {
    bytes = ArrayRef<char>(tensor.raw_data().data(), tensor.raw_data().size());
  } else {
    bytes = typedData(tensor, element, storage);
  }
  if (bytes.size() != size)
    return problems.add(location, name + " has " + Twine(bytes.size()) +
                                      " bytes of data, but its type needs " +
                                      Twine(size));
  // Booleans are 0 or 1 from here on.
  if (element.isInteger(1) &&
      llvm::any_of(bytes, [](char c) { return uint8_t(c) > 1; })) {
    storage.assign(bytes.begin(), bytes.end());
    for (char &c : storage)
      c = c != 0;
    bytes = storage;
  }
  if (!storage.empty())
    keeper = nullptr;
  return veltair::onnx::makeElements(type, bytes, keeper);
}

FailureOr<ElementsAttr> TensorReader::readFile(const std::string &path,
                                               Location location) {
  std::shared_ptr<const llvm::MemoryBuffer> file = mapFile(path);
  if (!file)
    return problems.add(location, "'" + path + "' cannot be read");
  hash = combine(hash, file->getBuffer());
  if (isNpy(file->getBuffer()))
    return readNpy(file->getBuffer(), location, path, problems);
  ::onnx::TensorProto tensor;
  if (!tensor.ParseFromArray(
          file->getBufferStart(),
          int(std::min<size_t>(file->getBufferSize(), INT_MAX))))
    return problems.add(location,
                        "'" + path + "' is neither a .npy file nor a tensor");
  // The protocol buffer ends here, so the bytes are copied.
  std::shared_ptr<const void> longer = std::exchange(owner, nullptr);
  FailureOr<ElementsAttr> value = read(tensor, location, "'" + path + "'");
  owner = longer;
  return value;
}
