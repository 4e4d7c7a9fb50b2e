// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace veltair::tool {

std::string readFile(const std::string &path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    throw UserError(path + ": is a folder");
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw UserError(path + ": " + std::strerror(errno));
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  if (file.bad())
    throw UserError(path + ": cannot be read");
  return bytes;
}

Tensor readTensor(const std::string &path) {
  auto endsWith = [&](std::string_view suffix) {
    return std::string_view(path).ends_with(suffix);
  };
  if (!endsWith(".npy") && !endsWith(".pb"))
    throw UserError(path + ": not a .npy or .pb file by its name");
  std::string bytes = readFile(path);
  try {
    return endsWith(".npy") ? parseNpy(bytes) : parseTensorProto(bytes);
  } catch (const UserError &error) {
    throw UserError(path + ": " + error.what());
  }
}

// The header of format 1.0, or 2.0 where the shape is very long.
static std::string npyHeader(const Tensor &tensor) {
  const ElementType *type = findElementType(tensor.dtype);
  std::string order = type->size == 1 ? "|" : "<";
  std::string shape;
  for (int64_t dim : tensor.dims)
    shape += std::to_string(dim) + ",";
  std::string text = "{'descr': '" + order + std::string(type->npyCode) +
                     "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // Data begin at a multiple of 64; the text ends with a newline.
  unsigned lengthBytes = text.size() > 60000 ? 4 : 2;
  while ((8 + lengthBytes + text.size() + 1) % 64)
    text += ' ';
  text += '\n';
  std::string header = "\x93NUMPY";
  header += char(lengthBytes == 2 ? 1 : 2);
  header += '\0';
  for (unsigned i = 0; i < lengthBytes; ++i)
    header += char(text.size() >> (8 * i));
  return header + text;
}

void writeNpy(const std::string &path, const Tensor &tensor) {
  writeFile(path, {npyHeader(tensor),
                   {reinterpret_cast<const char *>(tensor.data.data()),
                    tensor.data.size()}});
}

void writeFile(const std::string &path,
               std::initializer_list<std::string_view> parts) {
  std::string temporary = path + ".tmp" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  for (std::string_view part : parts)
    file.write(part.data(), std::streamsize(part.size()));
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    int code = errno;
    std::remove(temporary.c_str());
    throw UserError(path + ": cannot be written: " + std::strerror(code));
  }
}

} // namespace veltair::tool
