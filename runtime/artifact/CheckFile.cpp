// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/CheckFile.h"
#include "runtime/artifact/CheckImage.h"
#include "runtime/artifact/ElfReader.h"
#include "runtime/support/Hash.h"

#include <cstring>

namespace veltair {

template <typename... Ts> static Status damaged(const Ts &...what) {
  return Status::error(VELTAIR_BAD_ARTIFACT, what...);
}

//===----------------------------------------------------------------------===//
// The note
//===----------------------------------------------------------------------===//

static Result<veltair_note> readNote(const ElfReader &elf) {
  const Elf64_Shdr *section = elf.findSection(".note.veltair");
  if (!section)
    return damaged("not an artifact: it has no note of veltairc");
  std::span<const std::byte> bytes = elf.contents(*section);
  constexpr size_t ownerSize = sizeof(VELTAIR_NOTE_OWNER);
  static_assert(ownerSize % 4 == 0, "the owner's name needs no padding");
  if (bytes.size() < sizeof(Elf64_Nhdr) + ownerSize)
    return damaged("the note is truncated");
  Elf64_Nhdr header = copyRecords<Elf64_Nhdr>(bytes.first(sizeof header))[0];
  bytes = bytes.subspan(sizeof header);
  if (header.n_namesz != ownerSize || header.n_type != VELTAIR_NOTE_TYPE ||
      std::memcmp(bytes.data(), VELTAIR_NOTE_OWNER, ownerSize))
    return damaged("not an artifact: its note is not veltairc's");
  bytes = bytes.subspan(ownerSize);

  // The ABI stands first in all versions of the note.
  uint32_t abi;
  if (header.n_descsz < sizeof abi || bytes.size() < header.n_descsz)
    return damaged("the note is truncated");
  std::memcpy(&abi, bytes.data(), sizeof abi);
  if (abi > VELTAIR_ABI_VERSION)
    return Status::error(VELTAIR_ABI_MISMATCH, "the artifact has ABI ", abi,
                         ", this runtime knows 1 to ", VELTAIR_ABI_VERSION);
  if (abi == 0)
    return damaged("the note is damaged: ABI 0");
  if (header.n_descsz != sizeof(veltair_note))
    return damaged("the note has ", header.n_descsz, " bytes, not ",
                   sizeof(veltair_note));
  veltair_note note;
  std::memcpy(&note, bytes.data(), sizeof note);
  if (!std::memchr(note.name, 0, sizeof note.name) || note.program_count == 0)
    return damaged("the note is damaged");
  return note;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

static Status checkTables(const ElfReader &elf, const veltair_note &note) {
  const Elf64_Shdr *tables = elf.findSection(".veltair.tables");
  if (!tables || elf.contents(*tables).empty())
    return damaged("it has no tables");
  if (hashBytes(elf.contents(*tables)) != note.tables_hash)
    return damaged("the tables are damaged: their hash is wrong");
  return {};
}

static Result<uint64_t> findQuery(const ElfReader &elf) {
  for (const Elf64_Sym &symbol : elf.dynamicSymbols())
    if (elf.symbolName(symbol) == "veltair_query" &&
        symbol.st_shndx != SHN_UNDEF &&
        ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
        elf.isLoaded(symbol.st_value, 1, PF_X))
      return uint64_t(symbol.st_value);
  return damaged("it has no function veltair_query");
}

Result<ArtifactFile> checkArtifactFile(std::span<const std::byte> bytes) {
  Result<ElfReader> elf = ElfReader::create(bytes);
  if (!elf.ok())
    return elf.status();
  Result<veltair_note> note = readNote(*elf);
  if (!note.ok())
    return note.status();
  if (Status s = checkImage(*elf); !s.ok())
    return s;
  if (Status s = checkTables(*elf, *note); !s.ok())
    return s;
  Result<uint64_t> query = findQuery(*elf);
  if (!query.ok())
    return query.status();
  return ArtifactFile{*note, *query};
}

} // namespace veltair
