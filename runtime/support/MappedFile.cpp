// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/MappedFile.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace veltair {

MappedFile::~MappedFile() {
  if (!content.empty())
    munmap(const_cast<std::byte *>(content.data()), content.size());
  if (file >= 0)
    ::close(file);
}

Result<MappedFile> MappedFile::open(const std::string &path) {
  auto failure = [&](const char *reason) {
    return Status::error(VELTAIR_IO_ERROR, path, ": ", reason);
  };
  MappedFile mapped;
  // A pipe is refused below: opening it must not wait for who writes to it.
  mapped.file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (mapped.file < 0)
    return failure(std::strerror(errno));
  struct stat info;
  if (fstat(mapped.file, &info) != 0)
    return failure(std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return failure("not a regular file");
  if (info.st_size > 0) {
    void *data = mmap(nullptr, size_t(info.st_size), PROT_READ, MAP_PRIVATE,
                      mapped.file, /*offset=*/0);
    if (data == MAP_FAILED)
      return failure(std::strerror(errno));
    mapped.content = {static_cast<const std::byte *>(data),
                      size_t(info.st_size)};
  }
  return mapped;
}

} // namespace veltair
