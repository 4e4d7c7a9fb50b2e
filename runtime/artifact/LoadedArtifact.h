// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An artifact in this process: its code and validated tables.

#ifndef VELTAIR_ARTIFACT_LOADEDARTIFACT_H
#define VELTAIR_ARTIFACT_LOADEDARTIFACT_H

#include "runtime/support/Status.h"

#include "veltair/artifact.h"

#include <memory>
#include <string>

namespace veltair {

// Immutable; unloads the shared object when it is destroyed.
class LoadedArtifact {
public:
  using Pointer = std::shared_ptr<const LoadedArtifact>;

  // Checks the file, loads it, checks its tables.
  static Result<Pointer> load(const std::string &path);
  // Checks the tables of an artifact that is part of this program.
  static Result<Pointer> link(veltair_query_function query);

  ~LoadedArtifact();
  LoadedArtifact(const LoadedArtifact &) = delete;
  LoadedArtifact &operator=(const LoadedArtifact &) = delete;

  const veltair_artifact &tables() const { return *artifact; }
  // Where files of the artifact lie; ends in '/', or is empty.
  const std::string &directory() const { return folder; }
  // False if it is linked into the program.
  bool isSharedObject() const { return library; }

private:
  LoadedArtifact() = default;

  const veltair_artifact *artifact = nullptr;
  void *library = nullptr; // of dlopen; null when linked in
  std::string folder;
};

} // namespace veltair

#endif // VELTAIR_ARTIFACT_LOADEDARTIFACT_H
