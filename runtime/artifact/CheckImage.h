// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides whether the system's loader can be trusted with a shared object.

#ifndef VELTAIR_ARTIFACT_CHECKIMAGE_H
#define VELTAIR_ARTIFACT_CHECKIMAGE_H

#include "runtime/artifact/ElfReader.h"
#include "runtime/support/Status.h"

namespace veltair {

// Checks that loading the object runs no code of it, loads no other object,
// binds no symbol but memcpy, memmove and memset, and that all addresses which
// the loader uses lie inside the object.
Status checkImage(const ElfReader &elf);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_CHECKIMAGE_H
