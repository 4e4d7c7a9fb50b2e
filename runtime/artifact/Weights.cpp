// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/Weights.h"
#include "runtime/support/Hash.h"

#include <vector>

namespace veltair {

static Status verifyHashes(const veltair_artifact &artifact,
                           const std::byte *base) {
  std::vector<uint64_t> hashes;
  for (uint32_t i = 0; i < artifact.constant_count; ++i) {
    const veltair_constant &constant = artifact.constants[i];
    uint64_t hash = hashBytes({base + constant.offset, constant.size});
    if (hash != constant.hash)
      return Status::error(VELTAIR_BAD_ARTIFACT,
                           "the weights are damaged: ", "the hash of constant ",
                           i, " is wrong");
    hashes.push_back(hash);
  }
  if (hashBytes(std::as_bytes(std::span(hashes))) != artifact.weights_hash)
    return Status::error(VELTAIR_BAD_ARTIFACT,
                         "the weights' hash is wrong: they belong to another "
                         "artifact, or its tables are damaged");
  return {};
}

Result<Weights> Weights::open(const LoadedArtifact &artifact,
                              const std::string &path, bool verify) {
  const veltair_artifact &tables = artifact.tables();
  Weights weights;
  if (tables.weights_size == 0 || tables.weights) {
    if (!path.empty())
      return Status::error(VELTAIR_INVALID_ARGUMENT, "model '", tables.name,
                           "' has its weights inside, it takes no file");
    weights.base = artifact.embeddedWeights();
  } else {
    std::string name =
        path.empty() ? artifact.directory() + tables.weights_file : path;
    Result<MappedFile> file = MappedFile::open(name);
    if (!file.ok())
      return file.status();
    if (file->bytes().size() != tables.weights_size)
      return Status::error(VELTAIR_BAD_ARTIFACT, name, ": has ",
                           file->bytes().size(),
                           " bytes; the weights of model '", tables.name,
                           "' have ", tables.weights_size);
    weights.copy = LargePageCopy(file->bytes());
    weights.base = weights.copy.bytes().data();
    if (!weights.base) {
      weights.file = std::move(*file);
      weights.base = weights.file.bytes().data();
    }
  }
  if (verify)
    if (Status s = verifyHashes(tables, weights.base); !s.ok())
      return std::move(s).within(concat("model '", tables.name, "'"));
  return weights;
}

} // namespace veltair
