// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/FillSection.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <vector>

using namespace llvm;
using namespace mlir::veltair;
using object::ELF64LE;

namespace {
/// What changes in a file whose section gets bytes at its end.
struct Patch {
  uint64_t begin; ///< Of the bytes in the file.
  uint64_t size;
  ELF64LE::Phdr segment;
  ELF64LE::Shdr section;
  uint64_t segmentPlace, sectionPlace; ///< Of the two headers in the file.
};
} // namespace

static Expected<Patch> planPatch(MemoryBufferRef file, StringRef name) {
  Expected<object::ELFFile<ELF64LE>> elf =
      object::ELFFile<ELF64LE>::create(file.getBuffer());
  if (!elf)
    return elf.takeError();
  auto sections = elf->sections();
  auto segments = elf->program_headers();
  if (!sections)
    return sections.takeError();
  if (!segments)
    return segments.takeError();
  for (const ELF64LE::Shdr &section : *sections) {
    Expected<StringRef> sectionName = elf->getSectionName(section);
    if (!sectionName)
      return sectionName.takeError();
    if (*sectionName != name)
      continue;
    auto segment = find_if(*segments, [&](const ELF64LE::Phdr &segment) {
      return segment.p_type == ELF::PT_LOAD && segment.p_filesz == 0 &&
             segment.p_vaddr == section.sh_addr &&
             segment.p_memsz == section.sh_size;
    });
    if (section.sh_type != ELF::SHT_NOBITS || segment == segments->end())
      break;
    // The loader maps pages: the bytes lie in them as in memory.
    uint64_t alignment = std::max<uint64_t>(segment->p_align, 1);
    Patch patch{alignTo(file.getBufferSize(), alignment) +
                    section.sh_addr % alignment,
                section.sh_size,
                *segment,
                section,
                uint64_t(reinterpret_cast<const char *>(&*segment) -
                         file.getBufferStart()),
                uint64_t(reinterpret_cast<const char *>(&section) -
                         file.getBufferStart())};
    patch.segment.p_offset = patch.begin;
    patch.segment.p_filesz = patch.size;
    patch.section.sh_offset = patch.begin;
    patch.section.sh_type = ELF::SHT_PROGBITS;
    return patch;
  }
  return createStringError("it has no section '" + name +
                           "' without bytes and alone in its segment");
}

/// Copies a file to `os`, a piece at a time. Returns its size.
static Expected<uint64_t> copyFile(StringRef path, raw_ostream &os) {
  Expected<sys::fs::file_t> file = sys::fs::openNativeFileForRead(path);
  if (!file)
    return file.takeError();
  std::vector<char> piece(1 << 20);
  uint64_t copied = 0;
  while (true) {
    Expected<size_t> size = sys::fs::readNativeFile(*file, piece);
    if (!size || *size == 0) {
      if (std::error_code error = sys::fs::closeFile(*file); size && error)
        return errorCodeToError(error);
      if (!size)
        return size.takeError();
      return copied;
    }
    os.write(piece.data(), *size);
    copied += *size;
  }
}

Error mlir::veltair::fillSection(StringRef path, StringRef name,
                                 StringRef bytesPath) {
  auto fail = [&](const Twine &why) {
    return createStringError("internal: linked artifact '" + path +
                             "': " + why);
  };
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(file.getError().message());
  Expected<Patch> patch = planPatch((*file)->getMemBufferRef(), name);
  if (!patch)
    return fail(toString(patch.takeError()));
  file->reset();

  int descriptor;
  if (std::error_code error = sys::fs::openFileForReadWrite(
          path, descriptor, sys::fs::CD_OpenExisting, sys::fs::OF_None))
    return fail(error.message());
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  os.seek(patch->begin);
  Expected<uint64_t> copied = copyFile(bytesPath, os);
  os.pwrite(reinterpret_cast<const char *>(&patch->segment),
            sizeof patch->segment, patch->segmentPlace);
  os.pwrite(reinterpret_cast<const char *>(&patch->section),
            sizeof patch->section, patch->sectionPlace);
  os.flush();
  std::error_code error = os.error();
  os.clear_error();
  if (!copied)
    return fail(toString(copied.takeError()));
  if (error)
    return fail(error.message());
  if (*copied != patch->size)
    return fail("section '" + name + "' has the size " + Twine(patch->size) +
                ", its bytes " + Twine(*copied));
  return Error::success();
}
