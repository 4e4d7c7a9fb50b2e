// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/CheckImage.h"
#include "runtime/support/Numbers.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace veltair {

template <typename... Ts> static Status damaged(const Ts &...what) {
  return Status::error(VELTAIR_BAD_ARTIFACT, what...);
}

//===----------------------------------------------------------------------===//
// What artifacts must not ask of the loader
//===----------------------------------------------------------------------===//

namespace {
// Reasons to refuse an object, told together.
class Reasons {
public:
  template <typename... Ts> void add(const Ts &...what) {
    std::string reason = concat(what...);
    if (seen.insert(reason).second)
      text += concat(text.empty() ? "" : "; ", reason);
  }
  Status status() const {
    if (text.empty())
      return {};
    return damaged("not allowed in an artifact: ", text);
  }

private:
  std::set<std::string> seen;
  std::string text;
};
} // namespace

static void checkDynamicEntry(const Elf64_Dyn &entry, Reasons &reasons) {
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
    return;
  case DT_FLAGS:
    if (entry.d_un.d_val & ~uint64_t(DF_SYMBOLIC | DF_BIND_NOW))
      reasons.add("loader flags ", entry.d_un.d_val);
    return;
  case DT_FLAGS_1:
    if (entry.d_un.d_val & ~uint64_t(DF_1_NOW))
      reasons.add("loader flags ", entry.d_un.d_val);
    return;
  case DT_INIT:
  case DT_INIT_ARRAY:
  case DT_INIT_ARRAYSZ:
  case DT_PREINIT_ARRAY:
  case DT_PREINIT_ARRAYSZ:
    reasons.add("constructors");
    return;
  case DT_FINI:
  case DT_FINI_ARRAY:
  case DT_FINI_ARRAYSZ:
    reasons.add("destructors");
    return;
  case DT_NEEDED:
    reasons.add("dependence on other libraries");
    return;
  case DT_VERSYM:
  case DT_VERNEED:
  case DT_VERNEEDNUM:
  case DT_VERDEF:
  case DT_VERDEFNUM:
    reasons.add("symbol versions");
    return;
  default:
    reasons.add("dynamic entry ", entry.d_tag);
  }
}

static Status checkRequests(const ElfReader &elf) {
  Reasons reasons;
  for (const Elf64_Dyn &entry : elf.dynamicEntries())
    checkDynamicEntry(entry, reasons);
  for (const Elf64_Sym &symbol : elf.dynamicSymbols()) {
    std::string_view name = elf.symbolName(symbol);
    unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (type == STT_GNU_IFUNC || type == STT_TLS)
      reasons.add("the type of symbol '", name, "'");
    if (symbol.st_shndx == SHN_UNDEF && name != "memcpy" && name != "memmove" &&
        name != "memset")
      reasons.add("import of '", name, "'");
  }
  return reasons.status();
}

//===----------------------------------------------------------------------===//
// What the loader takes for granted
//===----------------------------------------------------------------------===//

static Status checkDynamicTables(const ElfReader &elf) {
  std::set<int64_t> seen;
  for (const Elf64_Dyn &entry : elf.dynamicEntries())
    if (!seen.insert(entry.d_tag).second)
      return damaged("dynamic entry ", entry.d_tag, " occurs twice");
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

// The loader follows the hash table without looking: from a bucket that is not
// 0 to the word of that symbol, and on to one whose lowest bit is set.
static Status checkHashTable(const ElfReader &elf) {
  struct Header {
    uint32_t buckets, firstSymbol, bloomWords, bloomShift;
  };
  auto has = [&](int64_t tag) {
    auto entries = elf.dynamicEntries();
    return std::any_of(entries.begin(), entries.end(),
                       [=](const Elf64_Dyn &e) { return e.d_tag == tag; });
  };
  if (!has(DT_GNU_HASH)) {
    if (has(DT_HASH)) // the loader would take that one
      return damaged("the hash table is not of the GNU kind");
    return {};
  }
  uint64_t address = elf.dynamicValue(DT_GNU_HASH);
  auto bytes = elf.atAddress(address, sizeof(Header));
  if (bytes.empty())
    return damaged("the hash table lies outside");
  Header header = copyRecords<Header>(bytes)[0];
  uint64_t bloomSize = uint64_t(header.bloomWords) * sizeof(uint64_t);
  uint64_t size = bloomSize + uint64_t(header.buckets) * sizeof(uint32_t);
  bytes = elf.atAddress(address + sizeof(Header), size);
  if (!isPowerOfTwo(header.bloomWords) || !header.buckets ||
      header.bloomShift >= 64 || bytes.empty())
    return damaged("the hash table is damaged");

  auto heads = copyRecords<uint32_t>(bytes.subspan(bloomSize));
  std::erase(heads, 0u); // buckets without symbols
  if (heads.empty())
    return {};
  auto [least, most] = std::minmax_element(heads.begin(), heads.end());
  // Symbol 0 is left out of dynamicSymbols.
  uint64_t symbols = elf.dynamicSymbols().size() + 1;
  if (*least < header.firstSymbol || *most >= symbols)
    return damaged("the hash table is damaged");
  bytes = elf.atAddress(address + sizeof(Header) + size,
                        (symbols - header.firstSymbol) * sizeof(uint32_t));
  if (bytes.empty() || !(copyRecords<uint32_t>(bytes).back() & 1))
    return damaged("the hash table is damaged");
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

Status checkImage(const ElfReader &elf) {
  for (auto check : {checkRequests, checkDynamicTables, checkSegments,
                     checkHashTable, checkRelocations})
    if (Status s = check(elf); !s.ok())
      return s;
  return {};
}

} // namespace veltair
