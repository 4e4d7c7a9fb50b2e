// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/CheckFile.h"
#include "runtime/artifact/ElfReader.h"
#include "runtime/support/CpuFeatures.h"
#include "runtime/support/Hash.h"
#include "runtime/support/Numbers.h"

#include <cstring>
#include <set>

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

static Status checkFeatures(const veltair_note &note, uint64_t cpuFeatures) {
  uint64_t missing = note.features_any & ~cpuFeatures;
  if (!missing)
    return {};
  return Status::error(VELTAIR_CPU_MISMATCH,
                       "no program of the artifact runs on this CPU, which "
                       "lacks ",
                       cpuFeatureNames(missing));
}

//===----------------------------------------------------------------------===//
// What the loader would do
//===----------------------------------------------------------------------===//

// Entries that the loader handles without running code of the artifact or
// loading other files. Everything else is refused.
static Status checkDynamicEntries(const ElfReader &elf) {
  std::set<int64_t> seen;
  for (const Elf64_Dyn &entry : elf.dynamicEntries()) {
    if (!seen.insert(entry.d_tag).second && entry.d_tag != DT_NEEDED)
      return damaged("dynamic entry ", entry.d_tag, " occurs twice");
    switch (entry.d_tag) {
    case DT_SONAME:
    case DT_HASH:
    case DT_GNU_HASH:
    case DT_STRTAB:
    case DT_STRSZ:
    case DT_SYMTAB:
    case DT_SYMENT:
    case DT_RELA:
    case DT_RELASZ:
    case DT_RELAENT:
    case DT_RELACOUNT:
    case DT_JMPREL:
    case DT_PLTRELSZ:
    case DT_PLTREL:
    case DT_PLTGOT:
      continue;
    case DT_FLAGS:
      if (entry.d_un.d_val & ~uint64_t(DF_SYMBOLIC | DF_BIND_NOW))
        return damaged("loader flags ", entry.d_un.d_val, " are not allowed");
      continue;
    case DT_FLAGS_1:
      if (entry.d_un.d_val & ~uint64_t(DF_1_NOW))
        return damaged("loader flags ", entry.d_un.d_val, " are not allowed");
      continue;
    case DT_INIT:
    case DT_INIT_ARRAY:
    case DT_INIT_ARRAYSZ:
    case DT_PREINIT_ARRAY:
    case DT_PREINIT_ARRAYSZ:
      return damaged("it has constructors, which artifacts must not have");
    case DT_FINI:
    case DT_FINI_ARRAY:
    case DT_FINI_ARRAYSZ:
      return damaged("it has destructors, which artifacts must not have");
    case DT_NEEDED:
      return damaged("it needs another library, which artifacts must not");
    default:
      return damaged("dynamic entry ", entry.d_tag, " is not allowed");
    }
  }
  // The loader reads these sizes wherever there is such a table.
  if (elf.dynamicValue(DT_SYMENT) != sizeof(Elf64_Sym) ||
      (seen.count(DT_RELA) &&
       elf.dynamicValue(DT_RELAENT) != sizeof(Elf64_Rela)) ||
      (seen.count(DT_JMPREL) && elf.dynamicValue(DT_PLTREL) != DT_RELA))
    return damaged("the dynamic section is damaged");
  return {};
}

static Status checkSegments(const ElfReader &elf) {
  for (const Elf64_Phdr &segment : elf.segments()) {
    uint32_t flags = 0;
    switch (segment.p_type) {
    case PT_NULL:
    case PT_LOAD:
      continue;
    case PT_GNU_STACK:
      if (segment.p_flags & PF_X)
        return damaged("it asks for an executable stack");
      continue;
    case PT_GNU_RELRO:
      flags = PF_W; // the loader makes it read-only
      break;
    case PT_DYNAMIC:
    case PT_PHDR:
    case PT_NOTE:
    case PT_GNU_EH_FRAME:
    case PT_GNU_PROPERTY:
      break;
    default:
      return damaged("segment type ", segment.p_type, " is not allowed");
    }
    if (!elf.isLoaded(segment.p_vaddr, segment.p_memsz, flags) ||
        segment.p_filesz > segment.p_memsz)
      return damaged("the segment table is damaged");
  }
  return {};
}

// The loader trusts the header of the hash table.
static Status checkHashTable(const ElfReader &elf) {
  struct Header {
    uint32_t buckets, firstSymbol, bloomWords, bloomShift;
  };
  uint64_t address = elf.dynamicValue(DT_GNU_HASH);
  if (!address)
    return {};
  auto bytes = elf.atAddress(address, sizeof(Header));
  if (bytes.empty())
    return damaged("the hash table lies outside");
  Header header = copyRecords<Header>(bytes)[0];
  uint64_t size = uint64_t(header.bloomWords) * sizeof(uint64_t) +
                  uint64_t(header.buckets) * sizeof(uint32_t);
  if (!isPowerOfTwo(header.bloomWords) || !header.buckets ||
      header.bloomShift >= 64 ||
      elf.atAddress(address + sizeof(Header), size).empty())
    return damaged("the hash table is damaged");
  return {};
}

static Status checkSymbols(const ElfReader &elf) {
  for (const Elf64_Sym &symbol : elf.dynamicSymbols()) {
    std::string_view name = elf.symbolName(symbol);
    unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_GNU_IFUNC || type == STT_TLS)
      return damaged("symbol '", name, "' is of a type that is not allowed");
    if (symbol.st_shndx == SHN_UNDEF && name != "memcpy" && name != "memmove" &&
        name != "memset")
      return damaged("it imports '", name,
                     "'; artifacts import memcpy, memmove and memset alone");
  }
  return {};
}

static Status checkRelocation(const ElfReader &elf, const Elf64_Rela &rela) {
  uint32_t type = ELF64_R_TYPE(rela.r_info);
  if (type == R_X86_64_NONE)
    return {};
  if (!elf.isLoaded(rela.r_offset, sizeof(uint64_t), PF_W))
    return damaged("a relocation writes outside");
  switch (type) {
  case R_X86_64_RELATIVE:
    if (!elf.isLoaded(uint64_t(rela.r_addend), 0))
      return damaged("a relocation points outside");
    return {};
  case R_X86_64_64:
  case R_X86_64_GLOB_DAT:
  case R_X86_64_JUMP_SLOT:
    // Symbol 0 is left out of dynamicSymbols.
    if (ELF64_R_SYM(rela.r_info) > elf.dynamicSymbols().size())
      return damaged("a relocation names a symbol that does not exist");
    return {};
  default:
    return damaged("relocation type ", type, " is not allowed");
  }
}

static Status checkRelocations(const ElfReader &elf) {
  struct Table {
    int64_t address, size;
  };
  uint64_t relocations = 0;
  for (Table table :
       {Table{DT_RELA, DT_RELASZ}, Table{DT_JMPREL, DT_PLTRELSZ}}) {
    uint64_t size = elf.dynamicValue(table.size);
    if (size == 0)
      continue;
    auto bytes = elf.atAddress(elf.dynamicValue(table.address), size);
    if (bytes.empty() || size % sizeof(Elf64_Rela))
      return damaged("the relocations lie outside");
    for (const Elf64_Rela &rela : copyRecords<Elf64_Rela>(bytes))
      if (Status s = checkRelocation(elf, rela); !s.ok())
        return s;
    if (table.address == DT_RELA)
      relocations = size / sizeof(Elf64_Rela);
  }
  // The loader takes so many from the front as relative without looking.
  if (uint64_t relative = elf.dynamicValue(DT_RELACOUNT)) {
    if (relative > relocations)
      return damaged("the dynamic section is damaged");
    auto bytes =
        elf.atAddress(elf.dynamicValue(DT_RELA), relative * sizeof(Elf64_Rela));
    for (const Elf64_Rela &rela : copyRecords<Elf64_Rela>(bytes))
      if (ELF64_R_TYPE(rela.r_info) != R_X86_64_RELATIVE)
        return damaged("the relocations are damaged");
  }
  return {};
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

Result<ArtifactFile> checkArtifactFile(std::span<const std::byte> bytes,
                                       uint64_t cpuFeatures) {
  Result<ElfReader> elf = ElfReader::create(bytes);
  if (!elf.ok())
    return elf.status();
  Result<veltair_note> note = readNote(*elf);
  if (!note.ok())
    return note.status();
  for (auto check : {checkDynamicEntries, checkSegments, checkSymbols,
                     checkHashTable, checkRelocations})
    if (Status s = check(*elf); !s.ok())
      return s;
  if (Status s = checkTables(*elf, *note); !s.ok())
    return s;
  if (Status s = checkFeatures(*note, cpuFeatures); !s.ok())
    return s;
  Result<uint64_t> query = findQuery(*elf);
  if (!query.ok())
    return query.status();
  return ArtifactFile{*note, *query};
}

} // namespace veltair
