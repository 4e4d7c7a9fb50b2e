// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The C API must be C.

#include "veltair/veltair.h"

veltair_tenant_options veltair_test_default_options(void) {
  veltair_tenant_options options = VELTAIR_TENANT_OPTIONS_INIT;
  return options;
}
