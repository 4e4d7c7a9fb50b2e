// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides whether an artifact's file may be loaded into this process.

#ifndef VELTAIR_ARTIFACT_CHECKFILE_H
#define VELTAIR_ARTIFACT_CHECKFILE_H

#include "runtime/support/Status.h"

#include "veltair/artifact.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace veltair {

// What is known of an artifact's file before it is loaded.
struct ArtifactFile {
  veltair_note note;
  uint64_t queryAddress; // of veltair_query, from the image's base
};

// Checks that the file is an undamaged artifact that this runtime can use, and
// that loading it runs no code and binds no foreign symbol.
Result<ArtifactFile> checkArtifactFile(std::span<const std::byte> bytes);

} // namespace veltair

#endif // VELTAIR_ARTIFACT_CHECKFILE_H
