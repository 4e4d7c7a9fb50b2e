// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The packed constants of an artifact.

#ifndef VELTAIR_ARTIFACT_WEIGHTS_H
#define VELTAIR_ARTIFACT_WEIGHTS_H

#include "runtime/artifact/LoadedArtifact.h"
#include "runtime/support/MappedFile.h"
#include "runtime/support/Pages.h"

#include <cstddef>
#include <string>

namespace veltair {

// Embedded in the artifact, which must outlive this, or from a file.
class Weights {
public:
  // `path`: the weights file; empty: the one that the artifact names, beside
  // it. With `verify` all bytes are hashed.
  static Result<Weights> open(const LoadedArtifact &artifact,
                              const std::string &path, bool verify);

  // 64-byte aligned; null when there are none.
  const std::byte *data() const { return base; }

private:
  const std::byte *base = nullptr;
  MappedFile file;
  LargePageCopy copy;
};

} // namespace veltair

#endif // VELTAIR_ARTIFACT_WEIGHTS_H
