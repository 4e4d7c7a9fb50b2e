// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/LoadedArtifact.h"
#include "runtime/artifact/CheckFile.h"
#include "runtime/artifact/ElfReader.h"
#include "runtime/artifact/ImageMemory.h"
#include "runtime/artifact/Validate.h"
#include "runtime/support/MappedFile.h"

#include <atomic>
#include <filesystem>
#include <system_error>

#include <dlfcn.h>
#include <link.h>

namespace veltair {

static ImageMemory imageMemory(const ElfReader &elf, uintptr_t base) {
  std::vector<ImageMemory::Segment> segments;
  for (const Elf64_Phdr &segment : elf.segments())
    if (segment.p_type == PT_LOAD && segment.p_flags & PF_R)
      segments.push_back({base + segment.p_vaddr,
                          base + segment.p_vaddr + segment.p_memsz,
                          (segment.p_flags & PF_X) != 0});
  return ImageMemory(std::move(segments));
}

// A name of the open file that no file had before. The system's loader takes an
// object for the file whose name it was once loaded by, whatever was renamed
// over it; and descriptors come again while such an object is still there. So a
// number is written in the separators, behind one that tells this copy of the
// runtime from others that are linked into the same process.
static std::string uniqueName(int descriptor) {
  static std::atomic<uint64_t> latest{0};
  std::string name = "/proc/self/fd";
  auto write = [&](uint64_t bit) { name += bit ? "/." : "/"; };
  auto copy = reinterpret_cast<uintptr_t>(&latest);
  for (unsigned bit = 0; bit < 64; ++bit)
    write(copy >> bit & 1);
  for (uint64_t number = ++latest; number; number /= 2)
    write(number % 2);
  return name + "/" + std::to_string(descriptor);
}

// Absolute, since a service may change its directory before it adds a tenant.
static std::string folderOf(const std::string &path) {
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).string();
  const std::string &known = error ? path : absolute;
  size_t slash = known.rfind('/');
  return slash == known.npos ? "./" : known.substr(0, slash + 1);
}

static std::string loaderMessage(const std::string &name) {
  const char *text = dlerror();
  std::string_view message = text ? text : "cannot be loaded";
  if (std::string prefix = name + ": "; message.starts_with(prefix))
    message.remove_prefix(prefix.size());
  return std::string(message);
}

Result<LoadedArtifact::Pointer> LoadedArtifact::load(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok())
    return file.status();
  Result<ArtifactFile> checked = checkArtifactFile(file->bytes());
  if (!checked.ok())
    return std::move(checked.status()).within(path);
  Result<ElfReader> elf = ElfReader::create(file->bytes());
  if (!elf.ok())
    return std::move(elf.status()).within(path);

  std::shared_ptr<LoadedArtifact> result(new LoadedArtifact);
  result->folder = folderOf(path);
  // Not by its path, where another file may be by now.
  std::string name = uniqueName(file->descriptor());
  result->library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!result->library)
    return Status::error(VELTAIR_BAD_ARTIFACT, path, ": ", loaderMessage(name));
  link_map *map = nullptr;
  if (dlinfo(result->library, RTLD_DI_LINKMAP, &map) != 0)
    return Status::error(VELTAIR_SYSTEM_ERROR, path, ": ", loaderMessage(name));

  auto query = reinterpret_cast<veltair_query_function>(map->l_addr +
                                                        checked->queryAddress);
  result->artifact = query(VELTAIR_ABI_VERSION);
  if (Status s =
          validateArtifact(result->artifact, imageMemory(*elf, map->l_addr));
      !s.ok())
    return std::move(s).within(path);
  return Pointer(std::move(result));
}

Result<LoadedArtifact::Pointer>
LoadedArtifact::link(veltair_query_function query) {
  std::shared_ptr<LoadedArtifact> result(new LoadedArtifact);
  result->artifact = query(VELTAIR_ABI_VERSION);
  if (!result->artifact)
    return Status::error(VELTAIR_ABI_MISMATCH,
                         "linked artifact: it has a later ABI, this runtime "
                         "knows 1 to ",
                         VELTAIR_ABI_VERSION);
  if (Status s = validateArtifact(result->artifact, ImageMemory()); !s.ok())
    return std::move(s).within("linked artifact");
  return Pointer(std::move(result));
}

LoadedArtifact::~LoadedArtifact() {
  if (library)
    dlclose(library);
}

} // namespace veltair
