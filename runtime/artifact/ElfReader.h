// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads an artifact's shared object without loading it. Every offset, size and
// index of the file is checked before it is used.

#ifndef VELTAIR_ARTIFACT_ELFREADER_H
#define VELTAIR_ARTIFACT_ELFREADER_H

#include "runtime/support/Status.h"

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace veltair {

// An x86-64 ELF shared object over bytes that must outlive it.
class ElfReader {
public:
  // Checks the header, the section and segment tables and the symbol table.
  static Result<ElfReader> create(std::span<const std::byte> bytes);

  // The section of that name, or null.
  const Elf64_Shdr *findSection(std::string_view name) const;
  // The section's bytes; none for a section without any in the file.
  std::span<const std::byte> contents(const Elf64_Shdr &section) const;

  std::span<const Elf64_Phdr> segments() const { return programHeaders; }

  // True if a loaded segment with all of `flags` (PF_*) holds these addresses.
  bool isLoaded(uint64_t address, uint64_t size, uint32_t flags = 0) const;
  // The bytes that the file gives to [address, address + size) of the image;
  // none if some are missing.
  std::span<const std::byte> atAddress(uint64_t address, uint64_t size) const;

  // Entries of the dynamic section, without DT_NULL.
  std::span<const Elf64_Dyn> dynamicEntries() const { return dynamic; }
  // The value of an entry; 0 if there is none.
  uint64_t dynamicValue(int64_t tag) const;

  // Symbols of the dynamic symbol table, without the first.
  std::span<const Elf64_Sym> dynamicSymbols() const { return symbols; }
  // Empty if the name lies outside the string table.
  std::string_view symbolName(const Elf64_Sym &symbol) const;

private:
  explicit ElfReader(std::span<const std::byte> bytes) : file(bytes) {}

  Status readSections(const Elf64_Ehdr &header);
  Status readSegments(const Elf64_Ehdr &header);
  Status readDynamic();
  Status readSymbols();

  std::span<const std::byte> file;
  // Copies, since nothing promises alignment in the file.
  std::vector<Elf64_Shdr> sectionHeaders;
  std::vector<Elf64_Phdr> programHeaders;
  std::vector<Elf64_Dyn> dynamic;
  std::vector<Elf64_Sym> symbols;
  std::span<const std::byte> sectionNames;
  std::span<const std::byte> symbolNames;
};

// Copies the records of type T that fill `bytes`; a rest is left out.
template <typename T>
std::vector<T> copyRecords(std::span<const std::byte> bytes) {
  std::vector<T> records(bytes.size() / sizeof(T));
  std::copy_n(bytes.begin(), records.size() * sizeof(T),
              std::as_writable_bytes(std::span(records)).begin());
  return records;
}

} // namespace veltair

#endif // VELTAIR_ARTIFACT_ELFREADER_H
