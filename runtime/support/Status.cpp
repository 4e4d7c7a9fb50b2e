// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/Status.h"

namespace veltair {

const char *statusName(veltair_status status) {
  switch (status) {
  case VELTAIR_OK:
    return "success";
  case VELTAIR_INVALID_ARGUMENT:
    return "invalid argument";
  case VELTAIR_IO_ERROR:
    return "file cannot be read";
  case VELTAIR_BAD_ARTIFACT:
    return "bad artifact";
  case VELTAIR_ABI_MISMATCH:
    return "artifact of another ABI";
  case VELTAIR_CPU_MISMATCH:
    return "artifact for another CPU";
  case VELTAIR_SHAPE_MISMATCH:
    return "wrong shape";
  case VELTAIR_TYPE_MISMATCH:
    return "wrong element type";
  case VELTAIR_OUT_OF_MEMORY:
    return "out of memory";
  case VELTAIR_REJECTED:
    return "rejected";
  case VELTAIR_CANCELLED:
    return "cancelled";
  case VELTAIR_KERNEL_ERROR:
    return "failed on its data";
  case VELTAIR_FORKED:
    return "used in a forked child";
  case VELTAIR_EXPIRED:
    return "expired";
  case VELTAIR_SYSTEM_ERROR:
    return "refused by the system";
  default:
    return "unknown status";
  }
}

} // namespace veltair
