// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/ElfReader.h"
#include "runtime/support/Numbers.h"

#include <cstring>

namespace veltair {

static Status damaged(std::string_view what) {
  return Status::error(VELTAIR_BAD_ARTIFACT, what);
}

// The NUL-terminated string at `offset` of a string table; empty if there is
// none.
static std::string_view stringAt(std::span<const std::byte> table,
                                 uint64_t offset) {
  if (offset >= table.size())
    return {};
  std::string_view rest(reinterpret_cast<const char *>(table.data()) + offset,
                        table.size() - offset);
  size_t end = rest.find('\0');
  return end == rest.npos ? std::string_view() : rest.substr(0, end);
}

Result<ElfReader> ElfReader::create(std::span<const std::byte> bytes) {
  if (bytes.size() < SELFMAG || std::memcmp(bytes.data(), ELFMAG, SELFMAG))
    return damaged("not an ELF file");
  if (bytes.size() < sizeof(Elf64_Ehdr))
    return damaged("the file is truncated");
  Elf64_Ehdr header = copyRecords<Elf64_Ehdr>(bytes.first(sizeof header))[0];
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != EM_X86_64)
    return damaged("not made for x86-64");
  if (header.e_type != ET_DYN)
    return damaged("not a shared object");
  if (header.e_ident[EI_VERSION] != EV_CURRENT ||
      header.e_version != EV_CURRENT ||
      header.e_phentsize != sizeof(Elf64_Phdr) ||
      header.e_shentsize != sizeof(Elf64_Shdr))
    return damaged("the ELF header is damaged");

  ElfReader reader(bytes);
  if (Status s = reader.readSections(header); !s.ok())
    return s;
  if (Status s = reader.readSegments(header); !s.ok())
    return s;
  if (Status s = reader.readDynamic(); !s.ok())
    return s;
  if (Status s = reader.readSymbols(); !s.ok())
    return s;
  return reader;
}

Status ElfReader::readSections(const Elf64_Ehdr &header) {
  uint64_t size = uint64_t(header.e_shnum) * sizeof(Elf64_Shdr);
  if (!fits(header.e_shoff, size, file.size()))
    return damaged("the file is truncated: the section table lies outside");
  sectionHeaders = copyRecords<Elf64_Shdr>(file.subspan(header.e_shoff, size));
  for (const Elf64_Shdr &section : sectionHeaders)
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL &&
        !fits(section.sh_offset, section.sh_size, file.size()))
      return damaged("the file is truncated: a section lies outside");
  if (header.e_shstrndx >= sectionHeaders.size())
    return damaged("the section names are missing");
  sectionNames = contents(sectionHeaders[header.e_shstrndx]);
  return {};
}

Status ElfReader::readSegments(const Elf64_Ehdr &header) {
  uint64_t size = uint64_t(header.e_phnum) * sizeof(Elf64_Phdr);
  if (!fits(header.e_phoff, size, file.size()))
    return damaged("the file is truncated: the segment table lies outside");
  programHeaders = copyRecords<Elf64_Phdr>(file.subspan(header.e_phoff, size));

  // The loader maps these: the rules are those that it relies on.
  constexpr uint64_t pageSize = 4096;
  // Nothing in an artifact needs much more memory than the file has bytes.
  uint64_t imageLimit = 2 * file.size() + (uint64_t(64) << 20);
  uint64_t end = 0;
  for (const Elf64_Phdr &segment : programHeaders) {
    if (!fits(segment.p_offset, segment.p_filesz, file.size()))
      return damaged("the file is truncated: a segment lies outside");
    if (segment.p_type != PT_LOAD)
      continue;
    if (segment.p_filesz > segment.p_memsz ||
        !fits(segment.p_vaddr, segment.p_memsz, imageLimit) ||
        segment.p_vaddr < end || !isPowerOfTwo(segment.p_align) ||
        segment.p_align < pageSize || segment.p_align > (1u << 21) ||
        (segment.p_vaddr - segment.p_offset) % segment.p_align != 0)
      return damaged("the segment table is damaged");
    if (segment.p_flags & PF_W && segment.p_flags & PF_X)
      return damaged("a segment is writable and executable");
    end = segment.p_vaddr + segment.p_memsz;
  }
  if (end == 0)
    return damaged("nothing to load");
  return {};
}

Status ElfReader::readDynamic() {
  const Elf64_Phdr *found = nullptr;
  for (const Elf64_Phdr &segment : programHeaders) {
    if (segment.p_type != PT_DYNAMIC)
      continue;
    if (found)
      return damaged("two dynamic sections");
    found = &segment;
  }
  if (!found)
    return damaged("no dynamic section");
  auto bytes = atAddress(found->p_vaddr, found->p_filesz);
  dynamic = copyRecords<Elf64_Dyn>(bytes);
  auto end =
      std::find_if(dynamic.begin(), dynamic.end(),
                   [](const Elf64_Dyn &e) { return e.d_tag == DT_NULL; });
  if (end == dynamic.end())
    return damaged("the dynamic section is damaged");
  dynamic.erase(end, dynamic.end());
  return {};
}

Status ElfReader::readSymbols() {
  symbolNames = atAddress(dynamicValue(DT_STRTAB), dynamicValue(DT_STRSZ));
  if (symbolNames.empty() || symbolNames.back() != std::byte(0))
    return damaged("the dynamic string table is damaged");
  // Only the section table tells how many symbols there are; the loader goes by
  // the address.
  uint64_t address = dynamicValue(DT_SYMTAB);
  for (const Elf64_Shdr &section : sectionHeaders) {
    if (section.sh_type != SHT_DYNSYM || section.sh_addr != address)
      continue;
    symbols = copyRecords<Elf64_Sym>(atAddress(address, section.sh_size));
    break;
  }
  if (symbols.empty())
    return damaged("the dynamic symbol table is damaged");
  symbols.erase(symbols.begin());
  for (const Elf64_Sym &symbol : symbols)
    if (symbol.st_name >= symbolNames.size())
      return damaged("the dynamic symbol table is damaged");
  return {};
}

const Elf64_Shdr *ElfReader::findSection(std::string_view name) const {
  for (const Elf64_Shdr &section : sectionHeaders)
    if (stringAt(sectionNames, section.sh_name) == name)
      return &section;
  return nullptr;
}

std::span<const std::byte>
ElfReader::contents(const Elf64_Shdr &section) const {
  if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL)
    return {};
  return file.subspan(section.sh_offset, section.sh_size);
}

bool ElfReader::isLoaded(uint64_t address, uint64_t size,
                         uint32_t flags) const {
  for (const Elf64_Phdr &segment : programHeaders)
    if (segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags &&
        address >= segment.p_vaddr &&
        fits(address - segment.p_vaddr, size, segment.p_memsz))
      return true;
  return false;
}

std::span<const std::byte> ElfReader::atAddress(uint64_t address,
                                                uint64_t size) const {
  for (const Elf64_Phdr &segment : programHeaders)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        fits(address - segment.p_vaddr, size, segment.p_filesz))
      return file.subspan(segment.p_offset + (address - segment.p_vaddr), size);
  return {};
}

uint64_t ElfReader::dynamicValue(int64_t tag) const {
  for (const Elf64_Dyn &entry : dynamic)
    if (entry.d_tag == tag)
      return entry.d_un.d_val;
  return 0;
}

std::string_view ElfReader::symbolName(const Elf64_Sym &symbol) const {
  return stringAt(symbolNames, symbol.st_name);
}

} // namespace veltair
