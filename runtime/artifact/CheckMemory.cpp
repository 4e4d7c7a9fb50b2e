// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/CheckMemory.h"

#include <algorithm>
#include <vector>

namespace veltair {

namespace {
struct Bytes {
  uint64_t begin, end;
  bool overlaps(const Bytes &other) const {
    return std::max(begin, other.begin) < std::min(end, other.end);
  }
};

// What a layer does with the arena, by any of its versions.
struct Accesses {
  std::vector<Bytes> all, writes;

  bool overwrites(const Accesses &other) const {
    for (const Bytes &written : writes)
      for (const Bytes &bytes : other.all)
        if (written.overlaps(bytes))
          return true;
    return false;
  }
};
} // namespace

static Accesses accessesOf(const veltair_layer &layer) {
  Accesses accesses;
  for (uint32_t i = 0; i < layer.operand_count; ++i) {
    const veltair_operand &operand = layer.operands[i];
    if (operand.kind != VELTAIR_OPERAND_ARENA)
      continue;
    Bytes bytes{operand.value, operand.value + operand.size};
    accesses.all.push_back(bytes);
    if (operand.access & VELTAIR_WRITE)
      accesses.writes.push_back(bytes);
  }
  for (uint32_t i = 0; i < layer.version_count; ++i) {
    const veltair_version &version = layer.versions[i];
    if (version.shared_scratch_bytes == 0)
      continue;
    Bytes bytes{version.shared_scratch_offset,
                version.shared_scratch_offset + version.shared_scratch_bytes};
    accesses.all.push_back(bytes);
    accesses.writes.push_back(bytes);
  }
  return accesses;
}

Status checkMemory(const veltair_program &program) {
  std::vector<Accesses> accesses;
  for (uint32_t i = 0; i < program.layer_count; ++i)
    accesses.push_back(accessesOf(program.layers[i]));

  for (uint32_t i = 0; i < program.layer_count; ++i) {
    const veltair_layer &layer = program.layers[i];
    for (uint32_t j = i + 1; j < layer.first_conflict; ++j)
      if (accesses[j].overwrites(accesses[i]))
        return Status::error(
            VELTAIR_BAD_ARTIFACT, "layer '", layer.name, "': layer '",
            program.layers[j].name,
            "' overwrites its memory before the first conflict");
    for (uint32_t j = i + 1;
         layer.group != VELTAIR_NONE && j < program.layer_count &&
         program.layers[j].group == layer.group;
         ++j)
      if (accesses[j].overwrites(accesses[i]) ||
          accesses[i].overwrites(accesses[j]))
        return Status::error(VELTAIR_BAD_ARTIFACT, "layers '", layer.name,
                             "' and '", program.layers[j].name,
                             "' of one group share memory");
  }
  return {};
}

} // namespace veltair
