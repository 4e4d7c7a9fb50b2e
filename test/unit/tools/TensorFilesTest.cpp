// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <cstring>
#include <filesystem>
#include <random>

namespace veltair::tool {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

// A .npy file of format 1.0.
std::string npy(const std::string &dictionary, const std::string &data) {
  std::string text = dictionary + "\n";
  return "\x93NUMPY\x01\x00"s + char(text.size() & 0xFF) +
         char(text.size() >> 8) + text + data;
}

std::string npy(const std::string &descr, bool fortran,
                const std::string &shape, const std::string &data) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " +
                 (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
             data);
}

template <typename T> std::string bytesOf(std::vector<T> values) {
  return std::string(reinterpret_cast<const char *>(values.data()),
                     values.size() * sizeof(T));
}

template <typename T> std::vector<T> valuesOf(const Tensor &tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  return values;
}

template <typename Parse>
std::string errorOf(Parse parse, const std::string &bytes) {
  try {
    parse(bytes);
  } catch (const UserError &error) {
    return error.what();
  }
  return "no error";
}

TEST(Npy, IsRead) {
  Tensor t =
      parseNpy(npy("<f4", false, "(2, 3)", bytesOf<float>({1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(t.dtype, VELTAIR_F32);
  EXPECT_EQ(t.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(valuesOf<float>(t), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(parseNpy(npy("|b1", false, "()", "\x01")).dims.size(), 0u);
  EXPECT_EQ(parseNpy(npy("<i8", false, "(0, 4)", "")).data.size(), 0u);
  EXPECT_EQ(parseNpy(npy("<i8", false, "(1,)", "12345678")).dtype, VELTAIR_I64);
}

TEST(Npy, OtherOrdersAreConverted) {
  Tensor t = parseNpy(
      npy("<i4", true, "(2, 3)", bytesOf<int32_t>({1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(valuesOf<int32_t>(t), (std::vector<int32_t>{1, 2, 3, 4, 5, 6}));
  t = parseNpy(npy(">i2", false, "(2,)", "\x01\x02\x03\x04"));
  EXPECT_EQ(valuesOf<int16_t>(t), (std::vector<int16_t>{0x102, 0x304}));
}

TEST(Npy, BadFilesAreRefused) {
  std::string data = bytesOf<float>({1, 2});
  EXPECT_THAT(errorOf(parseNpy, ""), HasSubstr("no .npy file"));
  EXPECT_THAT(errorOf(parseNpy, "\x93NUMPY\x01"), HasSubstr("no .npy file"));
  EXPECT_THAT(errorOf(parseNpy, "\x93NUMPY\x09\x00zz"s), HasSubstr("format 9"));
  EXPECT_THAT(errorOf(parseNpy, npy("<f4", false, "(3,)", data)),
              HasSubstr("holds 8 bytes of data, but its shape 3 of float32 "
                        "needs 12"));
  EXPECT_THAT(errorOf(parseNpy, npy("<f4", false, "(1,)", data)),
              HasSubstr("needs 4"));
  EXPECT_THAT(errorOf(parseNpy, npy("<f4", false, "(-2,)", data)),
              HasSubstr("bad header"));
  EXPECT_THAT(
      errorOf(parseNpy, npy("<f4", false, "(4611686018427387904, 8)", data)),
      HasSubstr("too large"));
  EXPECT_THAT(errorOf(parseNpy, npy("<c8", false, "(1,)", data)),
              HasSubstr("'<c8'"));
  EXPECT_THAT(errorOf(parseNpy, npy("{'descr': [('a', '<f4')], "
                                    "'fortran_order': False, 'shape': (1,), }",
                                    data)),
              HasSubstr("no plain numbers"));
  EXPECT_THAT(errorOf(parseNpy, npy("{'shape': (2,), }", data)),
              HasSubstr("bad header"));
}

TEST(Npy, WhatIsWrittenIsRead) {
  std::string path = testing::TempDir() + "veltair-test.npy";
  for (const ElementType &type : elementTypes()) {
    Tensor tensor{type.dtype, {2, 3, 1}, {}};
    tensor.data.resize(6 * type.size);
    fillRandom(tensor, 0, 100, 3);
    writeNpy(path, tensor);
    EXPECT_EQ(readFile(path).size() % 64, tensor.data.size() % 64);
    Tensor again = readTensor(path);
    EXPECT_EQ(again.dtype, tensor.dtype);
    EXPECT_EQ(again.dims, tensor.dims);
    EXPECT_EQ(again.data, tensor.data);
  }
  std::filesystem::remove(path);
  EXPECT_THROW(writeNpy("/nowhere/x.npy", Tensor{VELTAIR_F32, {0}, {}}),
               UserError);
}

TEST(Files, AreToldByTheirNames) {
  auto read = [](const std::string &path) { readTensor(path); };
  EXPECT_THAT(errorOf(read, "/nowhere/x.npy"), HasSubstr("/nowhere/x.npy: "));
  EXPECT_THAT(errorOf(read, "x.txt"), HasSubstr("x.txt: not a .npy or .pb"));
}

std::string field(unsigned number, unsigned wireType) {
  return std::string(1, char(number << 3 | wireType));
}
std::string bytesField(unsigned number, const std::string &bytes) {
  return field(number, 2) + char(bytes.size()) + bytes;
}
std::string varintField(unsigned number, unsigned value) {
  return field(number, 0) + char(value);
}

TEST(TensorProto, RawData) {
  Tensor t = parseTensorProto(
      varintField(1, 2) + varintField(1, 1) + varintField(2, VELTAIR_F32) +
      bytesField(8, "name") + bytesField(9, bytesOf<float>({1.5, -2})));
  EXPECT_EQ(t.dtype, VELTAIR_F32);
  EXPECT_EQ(t.dims, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(valuesOf<float>(t), (std::vector<float>{1.5, -2}));
}

TEST(TensorProto, TypedData) {
  // Packed dims and floats.
  Tensor t = parseTensorProto(bytesField(1, "\x02") + varintField(2, 1) +
                              bytesField(4, bytesOf<float>({3, 4})));
  EXPECT_EQ(valuesOf<float>(t), (std::vector<float>{3, 4}));
  // One int64 at a time, negative.
  t = parseTensorProto(varintField(1, 1) + varintField(2, VELTAIR_I64) +
                       field(7, 0) +
                       "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
  EXPECT_EQ(valuesOf<int64_t>(t), (std::vector<int64_t>{-2}));
  // Small types live in int32_data.
  t = parseTensorProto(varintField(1, 3) + varintField(2, VELTAIR_BOOL) +
                       bytesField(5, "\x01\x00\x01"s));
  EXPECT_EQ(valuesOf<uint8_t>(t), (std::vector<uint8_t>{1, 0, 1}));
  t = parseTensorProto(varintField(2, VELTAIR_F64) +
                       bytesField(10, bytesOf<double>({0.25})));
  EXPECT_EQ(valuesOf<double>(t), (std::vector<double>{0.25}));
}

TEST(TensorProto, BadFilesAreRefused) {
  std::string head = varintField(1, 2) + varintField(2, VELTAIR_F32);
  EXPECT_THAT(errorOf(parseTensorProto, ""), HasSubstr("no TensorProto"));
  EXPECT_THAT(errorOf(parseTensorProto, std::string(50, '\xFF')),
              HasSubstr("no TensorProto"));
  EXPECT_THAT(errorOf(parseTensorProto, head + bytesField(9, "1234")),
              HasSubstr("needs 8"));
  EXPECT_THAT(errorOf(parseTensorProto, head + field(9, 2) + "\x08" + "123"),
              HasSubstr("truncated"));
  EXPECT_THAT(errorOf(parseTensorProto, varintField(2, 8)), HasSubstr("(8)"));
  EXPECT_THAT(errorOf(parseTensorProto, head + bytesField(13, "")),
              HasSubstr("external data"));
}

// Whatever the bytes, the readers return or throw UserError.
TEST(Files, MutatedBytesAreSafe) {
  std::string npyFile =
      npy("<f4", true, "(2, 3)", bytesOf<float>({1, 2, 3, 4, 5, 6}));
  std::string protoFile = varintField(1, 2) + varintField(2, 1) +
                          bytesField(4, bytesOf<float>({3, 4}));
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    for (bool isNpy : {true, false}) {
      std::string bytes = isNpy ? npyFile : protoFile;
      for (unsigned n = 1 + random() % 4; n; --n)
        bytes[random() % bytes.size()] = char(random());
      bytes.resize(bytes.size() - random() % 3);
      try {
        isNpy ? parseNpy(bytes) : parseTensorProto(bytes);
      } catch (const UserError &) {
      }
    }
  }
}

} // namespace
} // namespace veltair::tool
