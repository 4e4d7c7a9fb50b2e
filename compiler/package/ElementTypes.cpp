// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/ElementTypes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace mlir::veltair;

veltair_dtype mlir::veltair::getDtype(Type type) {
  if (type.isF32())
    return VELTAIR_F32;
  if (type.isF64())
    return VELTAIR_F64;
  if (type.isF16())
    return VELTAIR_F16;
  if (type.isBF16())
    return VELTAIR_BF16;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return 0;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return VELTAIR_BOOL;
  case 8:
    return isUnsigned ? VELTAIR_U8 : VELTAIR_I8;
  case 16:
    return isUnsigned ? VELTAIR_U16 : VELTAIR_I16;
  case 32:
    return isUnsigned ? VELTAIR_U32 : VELTAIR_I32;
  case 64:
    return isUnsigned ? VELTAIR_U64 : VELTAIR_I64;
  default:
    return 0;
  }
}

namespace {
struct Dtype {
  StringLiteral name;
  unsigned bytes;
};
} // namespace

static Dtype describe(veltair_dtype dtype) {
  switch (dtype) {
  case VELTAIR_F32:
    return {"float32", 4};
  case VELTAIR_U8:
    return {"uint8", 1};
  case VELTAIR_I8:
    return {"int8", 1};
  case VELTAIR_U16:
    return {"uint16", 2};
  case VELTAIR_I16:
    return {"int16", 2};
  case VELTAIR_I32:
    return {"int32", 4};
  case VELTAIR_I64:
    return {"int64", 8};
  case VELTAIR_BOOL:
    return {"bool", 1};
  case VELTAIR_F16:
    return {"float16", 2};
  case VELTAIR_F64:
    return {"float64", 8};
  case VELTAIR_U32:
    return {"uint32", 4};
  case VELTAIR_U64:
    return {"uint64", 8};
  case VELTAIR_BF16:
    return {"bfloat16", 2};
  default:
    return {"unknown", 0};
  }
}

StringRef mlir::veltair::getDtypeName(veltair_dtype dtype) {
  return describe(dtype).name;
}

unsigned mlir::veltair::getDtypeBytes(veltair_dtype dtype) {
  return describe(dtype).bytes;
}
