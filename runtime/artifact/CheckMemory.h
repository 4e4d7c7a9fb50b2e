// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the layers of a program may do with the arena at the same time.

#ifndef VELTAIR_ARTIFACT_CHECKMEMORY_H
#define VELTAIR_ARTIFACT_CHECKMEMORY_H

#include "runtime/support/Status.h"

#include "veltair/artifact.h"

namespace veltair {

// Checks that no layer before a layer's first conflict writes memory which that
// layer reads or writes, and that the layers of a group share no memory that
// one of them writes. Operands and scratch must have been checked alone.
Status checkMemory(const veltair_program &program);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_CHECKMEMORY_H
