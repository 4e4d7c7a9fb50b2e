// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/DataTypes.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

Type mlir::veltair::onnx::typeOfDataType(MLIRContext *context, int64_t code) {
  Builder b(context);
  auto integer = [&](unsigned width) { return b.getIntegerType(width); };
  auto unsignedInteger = [&](unsigned width) {
    return b.getIntegerType(width, /*isSigned=*/false);
  };
  switch (code) {
  case 1:
    return b.getF32Type();
  case 2:
    return unsignedInteger(8);
  case 3:
    return integer(8);
  case 4:
    return unsignedInteger(16);
  case 5:
    return integer(16);
  case 6:
    return integer(32);
  case 7:
    return integer(64);
  case 9:
    return b.getI1Type();
  case 10:
    return b.getF16Type();
  case 11:
    return b.getF64Type();
  case 12:
    return unsignedInteger(32);
  case 13:
    return unsignedInteger(64);
  case 16:
    return b.getBF16Type();
  default:
    return nullptr;
  }
}

std::string mlir::veltair::onnx::nameOfDataType(int64_t code) {
  static constexpr StringLiteral names[] = {
      "UNDEFINED",      "FLOAT",        "UINT8",          "INT8",
      "UINT16",         "INT16",        "INT32",          "INT64",
      "STRING",         "BOOL",         "FLOAT16",        "DOUBLE",
      "UINT32",         "UINT64",       "COMPLEX64",      "COMPLEX128",
      "BFLOAT16",       "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2",
      "FLOAT8E5M2FNUZ", "UINT4",        "INT4",           "FLOAT4E2M1"};
  if (code >= 0 && code < int64_t(std::size(names)))
    return names[code].str();
  return "number " + std::to_string(code);
}

int64_t mlir::veltair::onnx::dataTypeOf(Type elementType) {
  for (int64_t code : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16})
    if (typeOfDataType(elementType.getContext(), code) == elementType)
      return code;
  return 0;
}
