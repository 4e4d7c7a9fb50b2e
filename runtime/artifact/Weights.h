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
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace veltair {

// Embedded in the artifact, which must outlive this, or from a file. Immutable.
class Weights {
public:
  using Pointer = std::shared_ptr<const Weights>;

  // `path`: the weights file; empty: the one that the artifact names, beside
  // it.
  static Result<Pointer> open(const LoadedArtifact &artifact,
                              const std::string &path);

  // 64-byte aligned.
  const std::byte *data(const veltair_constant &constant) const {
    bool copied = constant.offset + constant.size <= copy.bytes().size();
    return (copied ? copy.bytes() : mapped).data() + constant.offset;
  }

  // Compares the hashes of all bytes.
  Status verify(const veltair_artifact &artifact) const;

private:
  std::span<const std::byte> mapped;
  MappedFile file;
  // Of what first versions use, which lies in front: others, which may never
  // run, stay where they are.
  LargePageCopy copy;
};

// The weights of one artifact, which its tenants share. Thread safe.
class SharedWeights {
public:
  // As Weights::open.
  Result<Weights::Pointer> get(const LoadedArtifact &artifact,
                               const std::string &path);

private:
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<const Weights>> opened;
};

} // namespace veltair

#endif // VELTAIR_ARTIFACT_WEIGHTS_H
