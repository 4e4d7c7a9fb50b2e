// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks the tables of an artifact before anything relies on them.

#ifndef VELTAIR_ARTIFACT_VALIDATE_H
#define VELTAIR_ARTIFACT_VALIDATE_H

#include "runtime/artifact/ImageMemory.h"
#include "runtime/support/Status.h"

#include "veltair/artifact.h"

namespace veltair {

// Checks every pointer, count, index, offset and size of the tables. After
// success they can be read without further checks.
Status validateArtifact(const veltair_artifact *artifact,
                        const ImageMemory &image);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_VALIDATE_H
