// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/veltair/VeltairDialect.h"

using namespace mlir;
using namespace mlir::veltair;

#include "dialects/veltair/VeltairDialect.cpp.inc"

void VeltairDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/veltair/VeltairOps.cpp.inc"
      >();
}
