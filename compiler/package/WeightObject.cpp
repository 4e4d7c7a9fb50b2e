// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/WeightObject.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>
#include <string>

using namespace llvm;
using namespace mlir::veltair;

/// The bytes begin at a page of the file, after the ELF header.
static constexpr uint64_t pageSize = 4096;

namespace {
enum Section {
  Null,
  Weights,
  Symbols,
  SymbolNames,
  SectionNames,
  NoExecStack,
  SectionCount
};
} // namespace

/// Writes all but the bytes of the section: `size` of them, at `pageSize` of
/// the file unless the type is SHT_NOBITS.
static void writeAround(raw_fd_ostream &os, StringRef symbol, uint32_t type,
                        uint64_t size) {
  ELF::Elf64_Shdr sections[SectionCount] = {};
  std::string sectionNames(1, '\0');
  auto addSection = [&](Section index, StringRef name, uint32_t type,
                        uint64_t offset, uint64_t size,
                        uint64_t alignment) -> ELF::Elf64_Shdr & {
    sections[index].sh_name = sectionNames.size();
    sections[index].sh_type = type;
    sections[index].sh_offset = offset;
    sections[index].sh_size = size;
    sections[index].sh_addralign = alignment;
    sectionNames += name.str() + '\0';
    return sections[index];
  };
  auto write = [&](const void *data, size_t size, uint64_t alignment) {
    os.write_zeros(alignTo(os.tell(), alignment) - os.tell());
    uint64_t offset = os.tell();
    os.write(static_cast<const char *>(data), size);
    return offset;
  };

  addSection(Weights, weightsSection, type, pageSize, size, pageSize).sh_flags =
      ELF::SHF_ALLOC | ELF::SHF_X86_64_LARGE;

  ELF::Elf64_Sym symbols[2] = {};
  symbols[1].st_name = 1;
  symbols[1].setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbols[1].st_other = ELF::STV_HIDDEN;
  symbols[1].st_shndx = Weights;
  symbols[1].st_size = size;
  ELF::Elf64_Shdr &table =
      addSection(Symbols, ".symtab", ELF::SHT_SYMTAB,
                 write(symbols, sizeof symbols, 8), sizeof symbols, 8);
  table.sh_link = SymbolNames;
  table.sh_info = 1;
  table.sh_entsize = sizeof symbols[0];
  std::string symbolNames = '\0' + symbol.str() + '\0';
  addSection(SymbolNames, ".strtab", ELF::SHT_STRTAB,
             write(symbolNames.data(), symbolNames.size(), 1),
             symbolNames.size(), 1);
  addSection(NoExecStack, ".note.GNU-stack", ELF::SHT_PROGBITS, os.tell(), 0,
             1);
  ELF::Elf64_Shdr &names =
      addSection(SectionNames, ".shstrtab", ELF::SHT_STRTAB, os.tell(), 0, 1);
  names.sh_size = sectionNames.size();
  write(sectionNames.data(), sectionNames.size(), 1);

  ELF::Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELF::ElfMagic, 4);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = ELF::EM_X86_64;
  header.e_version = ELF::EV_CURRENT;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof sections[0];
  header.e_shnum = SectionCount;
  header.e_shstrndx = SectionNames;
  header.e_shoff = write(sections, sizeof sections, 8);
  os.pwrite(reinterpret_cast<const char *>(&header), sizeof header, 0);
}

WeightObjectWriter::WeightObjectWriter(raw_fd_ostream &os, StringRef symbol)
    : os(os), symbol(symbol) {
  os.write_zeros(pageSize);
}

void WeightObjectWriter::finish() {
  writeAround(os, symbol, ELF::SHT_PROGBITS, os.tell() - pageSize);
}

void mlir::veltair::writeWeightPlaceholder(raw_fd_ostream &os, StringRef symbol,
                                           uint64_t size) {
  os.write_zeros(pageSize);
  writeAround(os, symbol, ELF::SHT_NOBITS, size);
}
