// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading NumPy's .npy format, versions 1 to 3: a dictionary as Python text,
// then the elements.

#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace veltair::tool {

namespace {

struct NpyHeader {
  std::string_view descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};

// Reads the dictionary: only what NumPy writes.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  NpyHeader parse() {
    NpyHeader header;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        descr = true;
        // A list stands for a structure.
        if (peek() != '\'' && peek() != '"')
          throw UserError("its elements are no plain numbers");
        header.descr = quoted();
      } else if (key == "fortran_order") {
        order = true;
        header.fortranOrder = boolean();
      } else if (key == "shape") {
        shape = true;
        header.shape = tuple();
      } else {
        fail();
      }
      accept(',');
    }
    if (!descr || !order || !shape)
      fail();
    return header;
  }

private:
  [[noreturn]] static void fail() {
    throw UserError("is no .npy file: bad header");
  }
  char peek() {
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\n'))
      rest.remove_prefix(1);
    if (rest.empty())
      fail();
    return rest[0];
  }
  bool accept(char c) {
    if (peek() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail();
  }
  std::string_view quoted() {
    char quote = peek();
    size_t end = quote == '\'' || quote == '"' ? rest.find(quote, 1)
                                               : std::string_view::npos;
    if (end == std::string_view::npos)
      fail();
    std::string_view text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    peek();
    for (std::string_view word : {"True", "False"})
      if (rest.starts_with(word)) {
        rest.remove_prefix(word.size());
        return word == "True";
      }
    fail();
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> dims;
    expect('(');
    while (!accept(')')) {
      int64_t dim = -1;
      peek();
      auto [end, error] =
          std::from_chars(rest.data(), rest.data() + rest.size(), dim);
      if (error != std::errc() || dim < 0)
        fail();
      rest.remove_prefix(size_t(end - rest.data()));
      dims.push_back(dim);
      if (peek() != ')')
        expect(',');
    }
    return dims;
  }

  std::string_view rest;
};

} // namespace

static const ElementType &npyElementType(std::string_view descr) {
  if (descr.size() >= 2)
    for (const ElementType &type : elementTypes())
      if (type.npyCode == descr.substr(1))
        return type;
  throw UserError("elements of type '" + std::string(descr) +
                  "' are not supported");
}

// Copies column-major elements into row-major order.
static void copyTransposed(std::string_view from, std::byte *to,
                           size_t elementSize, std::span<const int64_t> dims) {
  size_t count = 1;
  for (int64_t dim : dims)
    count *= size_t(dim);
  std::vector<size_t> strides; // in elements, column-major
  size_t stride = 1;
  for (int64_t dim : dims) {
    strides.push_back(stride);
    stride *= size_t(dim);
  }
  std::vector<int64_t> index(dims.size());
  size_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    std::memcpy(to + i * elementSize, &from[offset * elementSize], elementSize);
    for (size_t d = dims.size(); d-- > 0;) {
      offset += strides[d];
      if (++index[d] < dims[d])
        break;
      offset -= strides[d] * size_t(dims[d]);
      index[d] = 0;
    }
  }
}

Tensor parseNpy(std::string_view bytes) {
  if (!bytes.starts_with("\x93NUMPY") || bytes.size() < 10)
    throw UserError("is no .npy file");
  unsigned major = uint8_t(bytes[6]);
  if (major < 1 || major > 3)
    throw UserError(".npy format " + std::to_string(major) +
                    " is not supported");
  size_t lengthBytes = major == 1 ? 2 : 4;
  size_t begin = 8 + lengthBytes;
  size_t length = 0;
  if (bytes.size() < begin)
    throw UserError("is truncated");
  for (size_t i = 0; i < lengthBytes; ++i)
    length |= size_t(uint8_t(bytes[8 + i])) << (8 * i);
  if (length > bytes.size() - begin)
    throw UserError("is truncated");

  NpyHeader header = HeaderParser(bytes.substr(begin, length)).parse();
  const ElementType &type = npyElementType(header.descr);
  Tensor tensor{type.dtype, header.shape, {}};
  std::optional<size_t> size = tensorBytes(tensor.dims, type.size);
  std::string_view data = bytes.substr(begin + length);
  if (!size || *size != data.size())
    throw UserError(
        "holds " + std::to_string(data.size()) +
        " bytes of data, but its shape " + shapeText(tensor.dims) + " of " +
        std::string(type.name) +
        (size ? " needs " + std::to_string(*size) : " is too large"));
  tensor.data.resize(*size);
  if (header.fortranOrder)
    copyTransposed(data, tensor.data.data(), type.size, tensor.dims);
  else
    std::copy_n(reinterpret_cast<const std::byte *>(data.data()), *size,
                tensor.data.begin());
  if (header.descr[0] == '>')
    for (size_t i = 0; i < *size; i += type.size)
      std::reverse(&tensor.data[i], &tensor.data[i] + type.size);
  return tensor;
}

} // namespace veltair::tool
