// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/Weights.h"
#include "runtime/support/Hash.h"

#include <algorithm>
#include <span>
#include <vector>

#include <sys/stat.h>

namespace veltair {

// What layers read and their first versions use; later versions' constants come
// behind.
static uint64_t firstVersionsEnd(const veltair_artifact &artifact) {
  uint64_t end = 0;
  auto use = [&](uint64_t index) {
    const veltair_constant &constant = artifact.constants[index];
    end = std::max(end, constant.offset + constant.size);
  };
  for (const veltair_program &program :
       std::span(artifact.programs, artifact.program_count))
    for (const veltair_layer &layer :
         std::span(program.layers, program.layer_count)) {
      for (const veltair_operand &operand :
           std::span(layer.operands, layer.operand_count))
        if (operand.kind == VELTAIR_OPERAND_CONSTANT)
          use(operand.value);
      const veltair_version &first = layer.versions[0];
      std::for_each_n(first.constants, first.constant_count, use);
    }
  return end;
}

// `path`, or the file that the artifact names.
static std::string weightsFile(const LoadedArtifact &artifact,
                               const std::string &path) {
  return path.empty() ? artifact.directory() + artifact.tables().weights_file
                      : path;
}

Result<Weights::Pointer> Weights::open(const LoadedArtifact &artifact,
                                       const std::string &path) {
  const veltair_artifact &tables = artifact.tables();
  auto weights = std::make_shared<Weights>();
  bool embedded = tables.weights_size == 0 || tables.weights;
  if (embedded) {
    if (!path.empty())
      return Status::error(VELTAIR_INVALID_ARGUMENT, "model '", tables.name,
                           "' has its weights inside, it takes no file");
    weights->mapped = {static_cast<const std::byte *>(tables.weights),
                       tables.weights_size};
  } else {
    std::string name = weightsFile(artifact, path);
    Result<MappedFile> file = MappedFile::open(name);
    if (!file.ok())
      return file.status();
    if (file->bytes().size() != tables.weights_size)
      return Status::error(VELTAIR_BAD_ARTIFACT, name, ": has ",
                           file->bytes().size(),
                           " bytes; the weights of model '", tables.name,
                           "' have ", tables.weights_size);
    weights->file = std::move(*file);
    weights->mapped = weights->file.bytes();
  }
  std::span first = weights->mapped.first(firstVersionsEnd(tables));
  weights->copy = LargePageCopy(first);
  // Those of a program that is linked with them may be used otherwise.
  if (!weights->copy.bytes().empty() &&
      (!embedded || artifact.isSharedObject()))
    dropPages(first);
  return Pointer(std::move(weights));
}

Status Weights::verify(const veltair_artifact &artifact) const {
  auto wrong = [&](auto... what) {
    return Status::error(VELTAIR_BAD_ARTIFACT, "model '", artifact.name,
                         "': ", what...);
  };
  std::vector<uint64_t> hashes;
  for (uint32_t i = 0; i < artifact.constant_count; ++i) {
    const veltair_constant &known = artifact.constants[i];
    uint64_t hash = hashBytes({data(known), known.size});
    if (hash != known.hash)
      return wrong("the weights are damaged: the hash of constant ", i,
                   " is wrong");
    hashes.push_back(hash);
  }
  if (hashBytes(std::as_bytes(std::span(hashes))) != artifact.weights_hash)
    return wrong("the weights' hash is wrong: they belong to another artifact, "
                 "or its tables are damaged");
  return {};
}

// Another file may have its name by now.
static std::string fileIdentity(const std::string &name) {
  struct stat info = {};
  stat(name.c_str(), &info); // opening it tells why it fails
  return concat(info.st_dev, ' ', info.st_ino, ' ', info.st_mtim.tv_sec, ' ',
                info.st_mtim.tv_nsec);
}

Result<Weights::Pointer> SharedWeights::get(const LoadedArtifact &artifact,
                                            const std::string &path) {
  std::lock_guard lock(mutex);
  const veltair_artifact &tables = artifact.tables();
  std::string key = path;
  if (tables.weights_file)
    key = fileIdentity(weightsFile(artifact, path));
  std::erase_if(opened,
                [](const auto &entry) { return entry.second.expired(); });
  std::weak_ptr<const Weights> &known = opened[key];
  if (Weights::Pointer weights = known.lock())
    return weights;
  Result<Weights::Pointer> weights = Weights::open(artifact, path);
  if (weights.ok())
    known = *weights;
  return weights;
}

} // namespace veltair
