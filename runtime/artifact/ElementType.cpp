// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/ElementType.h"

namespace veltair {

unsigned elementSize(veltair_dtype dtype) {
  switch (dtype) {
  case VELTAIR_U8:
  case VELTAIR_I8:
  case VELTAIR_BOOL:
    return 1;
  case VELTAIR_U16:
  case VELTAIR_I16:
  case VELTAIR_F16:
  case VELTAIR_BF16:
    return 2;
  case VELTAIR_F32:
  case VELTAIR_I32:
  case VELTAIR_U32:
    return 4;
  case VELTAIR_I64:
  case VELTAIR_F64:
  case VELTAIR_U64:
    return 8;
  default:
    return 0;
  }
}

const char *dtypeName(veltair_dtype dtype) {
  switch (dtype) {
  case VELTAIR_F32:
    return "f32";
  case VELTAIR_U8:
    return "u8";
  case VELTAIR_I8:
    return "i8";
  case VELTAIR_U16:
    return "u16";
  case VELTAIR_I16:
    return "i16";
  case VELTAIR_I32:
    return "i32";
  case VELTAIR_I64:
    return "i64";
  case VELTAIR_BOOL:
    return "bool";
  case VELTAIR_F16:
    return "f16";
  case VELTAIR_F64:
    return "f64";
  case VELTAIR_U32:
    return "u32";
  case VELTAIR_U64:
    return "u64";
  case VELTAIR_BF16:
    return "bf16";
  default:
    return "unknown";
  }
}

} // namespace veltair
