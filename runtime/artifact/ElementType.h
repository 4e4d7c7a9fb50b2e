// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The element types of tensors.

#ifndef VELTAIR_ARTIFACT_ELEMENTTYPE_H
#define VELTAIR_ARTIFACT_ELEMENTTYPE_H

#include "veltair/artifact.h"

namespace veltair {

// Bytes of an element; 0 for an unknown type.
unsigned elementSize(veltair_dtype dtype);

// "f32"
const char *dtypeName(veltair_dtype dtype);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_ELEMENTTYPE_H
