// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A file in memory, read only.

#ifndef VELTAIR_SUPPORT_MAPPEDFILE_H
#define VELTAIR_SUPPORT_MAPPEDFILE_H

#include "runtime/support/Status.h"

#include <cstddef>
#include <span>
#include <string>

namespace veltair {

// Pages are read when they are touched. The file must not be shortened while it
// is mapped. It stays open: its name may be another file's by now.
class MappedFile {
public:
  MappedFile() = default;
  MappedFile(MappedFile &&other) noexcept
      : content(std::exchange(other.content, {})),
        file(std::exchange(other.file, -1)) {}
  MappedFile &operator=(MappedFile &&other) noexcept {
    std::swap(content, other.content);
    std::swap(file, other.file);
    return *this;
  }
  ~MappedFile();

  // IO_ERROR with the path and the system's reason.
  static Result<MappedFile> open(const std::string &path);

  std::span<const std::byte> bytes() const { return content; }
  int descriptor() const { return file; }

private:
  std::span<const std::byte> content;
  int file = -1;
};

} // namespace veltair

#endif // VELTAIR_SUPPORT_MAPPEDFILE_H
