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
}

Result<MappedFile> MappedFile::open(const std::string &path) {
  auto failure = [&](const char *reason) {
    return Status::error(VELTAIR_IO_ERROR, path, ": ", reason);
  };
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return failure(std::strerror(errno));

  MappedFile file;
  struct stat info;
  const char *reason = nullptr;
  if (fstat(fd, &info) != 0) {
    reason = std::strerror(errno);
  } else if (!S_ISREG(info.st_mode)) {
    reason = "not a regular file";
  } else if (info.st_size > 0) {
    void *data = mmap(nullptr, size_t(info.st_size), PROT_READ, MAP_PRIVATE, fd,
                      /*offset=*/0);
    if (data == MAP_FAILED)
      reason = std::strerror(errno);
    else
      file.content = {static_cast<const std::byte *>(data),
                      size_t(info.st_size)};
  }
  ::close(fd);
  if (reason)
    return failure(reason);
  return file;
}

} // namespace veltair
